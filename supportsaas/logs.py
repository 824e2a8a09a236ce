"""What a log line says: the message, and whose request, tenant and job it belongs to.

Whoever begins a piece of work says so once (`with logs.about(job=…, tenant=…)`); every line written
meanwhile in this thread carries it, and in threads that are started with `logs.carried`.

Logs leave the machine, so they hold no secret and no word of a ticket: addresses lose their query,
tokens and passwords are blotted out, and of a refused write MongoDB's code is told, not the document.
It imports no Django, because gunicorn's own process uses it too.
"""

import json
import logging
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from pymongo.errors import BulkWriteError, OperationFailure

P = ParamSpec("P")
R = TypeVar("R")

Value = str | Callable[[], str | None]
"""A value, or where to get it when a line is written: the user of a request is known late."""

LONGEST_MESSAGE = 4_000
FORMATS = ("line", "json")

_CONTEXT: ContextVar[Mapping[str, Value]] = ContextVar("log_context", default=MappingProxyType({}))

_BLOTS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 …"),
    (re.compile(r"\bsst_[\w-]+"), "sst_…"),
    (re.compile(r"(\w+://)[^\s/@'\"]+@"), r"\1…@"),
    (re.compile(r"(\w+://[^\s?'\"<>]+)\?[^\s'\"<>]+"), r"\1?…"),
)

_PATH = re.compile(r"(\w+://[^\s/'\"<>]+)/[^\s'\"<>]*")


@contextmanager
def about(**values: Value) -> Iterator[None]:
    """Have every line of the block carry these values, over those of the blocks around it."""
    token = _CONTEXT.set({**_CONTEXT.get(), **values})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def carried(function: Callable[P, R]) -> Callable[P, R]:
    """The function, for another thread, with what the lines of this one carry."""
    here = copy_context()

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return here.copy().run(function, *args, **kwargs)  # a copy each, so that several threads may call

    return call


def context() -> dict[str, str]:
    """What a line written now would carry."""
    found = {name: value() if callable(value) else value for name, value in _CONTEXT.get().items()}
    return {name: value for name, value in found.items() if value}


class LineFormatter(logging.Formatter):
    """For people: one line, what it is about at the end, a traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_time_of(record)} {record.levelname} {record.name} {_message_of(record)}"
        values = {**context(), **_facts_of(record)}
        if values:
            line += f" [{' '.join(f'{name}={value}' for name, value in values.items())}]"
        if record.exc_info and record.exc_info[1]:
            line += "\n" + describe(record.exc_info[1])
        return line


class JsonFormatter(logging.Formatter):
    """For programs: one JSON object a line, whatever the message and the traceback hold."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": _time_of(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message_of(record),
            **context(),
            **_facts_of(record),
        }
        if record.exc_info and record.exc_info[1]:
            entry["exception"] = describe(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=True, default=str)


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
    formatter = JsonFormatter if form == "json" else LineFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": f"{formatter.__module__}.{formatter.__qualname__}"}},
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


def _time_of(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message_of(record: logging.LogRecord) -> str:
    if record.name == "django.request" and isinstance(record.args, tuple) and record.args:
        return str(record.args[0])  # “Internal Server Error: /the/address”
    if record.name == "django.security.csrf" and isinstance(record.args, tuple) and record.args:
        # “Forbidden (why): /the/address”; and where it came from may be an address too.
        return "Refused a form: " + _PATH.sub(r"\1/…", str(record.args[0]))
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # a wrong number of arguments must not lose the line
        message = str(record.msg)
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
