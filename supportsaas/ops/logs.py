"""What a log line says: the message, and whose request, tenant and job it belongs to.

Code that starts a piece of work names it once (`with logs.about(job=…, tenant=…)`). structlog keeps that in context
variables, so every line written in this thread, and in threads started with `logs.carried`, carries it. Modules log
through the standard library; structlog's formatter takes each record through the processors below.

Logs leave the machine, so they hold no secret and no word of a ticket: addresses lose their query, tokens and
passwords are blotted out, and a refused write shows MongoDB's code, not the document.
It imports no Django, because gunicorn's own process uses it too.
"""

import json
import logging
import re
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from pymongo.errors import BulkWriteError, OperationFailure
from structlog.contextvars import bound_contextvars, get_contextvars
from structlog.processors import JSONRenderer
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

P = ParamSpec("P")
R = TypeVar("R")

Value = str | Callable[[], str | None]
"""A value, or where to get it when a line is written: the user of a request is known late."""

LONGEST_MESSAGE = 4_000
FORMATS = ("line", "json")

_BLOTS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 …"),
    (re.compile(r"\bsst_[\w-]+"), "sst_…"),
    (re.compile(r"(\w+://)[^\s/@'\"]+@"), r"\1…@"),
    (re.compile(r"(\w+://[^\s?'\"<>]+)\?[^\s'\"<>]+"), r"\1?…"),
)

_PATH = re.compile(r"(\w+://[^\s/'\"<>]+)/[^\s'\"<>]*")


def about(**values: Value) -> AbstractContextManager[None]:
    """Have every line of the block carry these values, over those of the blocks around it."""
    return bound_contextvars(**values)


def carried(function: Callable[P, R]) -> Callable[P, R]:
    """The function, for another thread, with what the lines of this one carry."""
    here = copy_context()

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return here.copy().run(function, *args, **kwargs)  # a copy each, so that several threads may call

    return call


def context() -> dict[str, str]:
    """What a line written now would carry."""
    found = {name: value() if callable(value) else value for name, value in get_contextvars().items()}
    return {name: value for name, value in found.items() if value}


def formatter(form: str) -> ProcessorFormatter:
    """Of every record one line: for people (`line`, a traceback below it) or for programs (`json`)."""
    renderer: Processor = JSONRenderer(json.dumps, ensure_ascii=True) if form == "json" else _as_line
    return ProcessorFormatter(use_get_message=False, pass_foreign_args=True, processors=[_entry_of, renderer])


def blot(text: str) -> str:
    """The text without passwords, tokens and the queries of addresses."""
    for pattern, instead in _BLOTS:
        text = pattern.sub(instead, text)
    return text


def describe(error: BaseException) -> str:
    """Where an exception came from, with those that led to it; what it says is blotted."""
    parts = []
    seen: set[int] = set()
    present: BaseException | None = error
    while present is not None and id(present) not in seen:
        seen.add(id(present))
        where = "".join(traceback.format_tb(present.__traceback__))
        parts.append(f"{where}{type(present).__qualname__}: {_words_of(present)}")
        present = present.__cause__ or (None if present.__suppress_context__ else present.__context__)
    return "\nwhich led to:\n".join(reversed(parts))


def configuration(form: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`, in Django's processes and in gunicorn's own."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": f"{__name__}.formatter", "form": form}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "supportsaas": {"level": "INFO"},
            "tenants": {"level": "INFO"},
            "tickets": {"level": "INFO"},
            "analytics": {"level": "INFO"},
            "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            # httpx logs every address, and an address may carry a key.
            "httpx": {"level": "WARNING"},
        },
    }


def _entry_of(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The fields of a line, from the record that structlog hands on with the message's arguments apart."""
    record: logging.LogRecord = event["_record"]
    entry: EventDict = {
        "time": _time_of(record),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": _message_of(record.name, event["event"], event["positional_args"]),
        **context(),
        **_facts_of(record),
    }
    error = event["exc_info"][1] if event.get("exc_info") else None
    if error is not None:
        entry["exception"] = describe(error)
    return entry


def _as_line(_logger: object, _method: str, entry: EventDict) -> str:
    head = [entry.pop("time"), entry.pop("level").upper(), entry.pop("logger"), entry.pop("message")]
    traced = f"\n{entry.pop('exception')}" if "exception" in entry else ""
    values = f" [{' '.join(f'{name}={value}' for name, value in entry.items())}]" if entry else ""
    return " ".join(head) + values + traced


def _time_of(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message_of(logger: str, message: str, arguments: Any) -> str:
    if logger == "django.request" and isinstance(arguments, tuple) and arguments:
        return str(arguments[0])  # “Internal Server Error: /the/address”
    if logger == "django.security.csrf" and isinstance(arguments, tuple) and arguments:
        # “Forbidden (why): /the/address”; and where it came from may be an address too.
        return "Refused a form: " + _PATH.sub(r"\1/…", str(arguments[0]))
    if arguments:
        with suppress(TypeError, ValueError):  # a wrong number of arguments must not lose the line
            message = message % arguments
    return blot(message[:LONGEST_MESSAGE])


def _facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a call gave in `extra={"facts": {…}}`."""
    facts: dict[str, Any] = getattr(record, "facts", {})
    return facts


def _words_of(error: BaseException) -> str:
    if isinstance(error, BulkWriteError):  # its own words hold the documents that were refused
        problems = error.details.get("writeErrors", [])
        codes = sorted({each.get("code") for each in problems})
        return f"{len(problems)} writes refused, with the codes {codes}"
    if isinstance(error, OperationFailure):  # and these the values of a key
        details = error.details or {}
        return f"code {error.code} ({details.get('codeName') or 'refused'})"
    return blot(str(error)[:LONGEST_MESSAGE])


def elapsed_ms(since: float) -> float:
    """Milliseconds since a reading of `time.perf_counter()`."""
    return round((time.perf_counter() - since) * 1000, 1)
