"""Recognizes responses with status 200 that report a failure. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tickets.helpdesks.error_message import one_line

_GOOD = frozenset(("success", "successful", "succeeded", "ok"))
_BAD = frozenset(
    ("error", "errors", "errormessage", "errormessages", "errorcode", "errno", "fault", "faultstring", "exception")
)
_STATES = frozenset(("status", "state", "result", "outcome"))
_CODES = frozenset(("status", "statuscode", "code", "httpstatus", "httpcode"))
_FAILED = frozenset(("error", "err", "fail", "failed", "failure", "nok", "ko", "unsuccessful", "exception"))
_NO = frozenset(("false", "no", "0", "none", "null", "ok", ""))
_WORDS = ("message", "detail", "details", "description", "errordescription", "reason", "title", "text")
_WITHIN = frozenset(("meta", "response", "result", "status", "header"))


def complaint_of(payload: Any, *, hide: Callable[[str], str] = str) -> str | None:
    """The helpdesk's error message, empty if it has none; None if the response reports no failure.

    `hide` removes secrets from the message.
    """
    if not isinstance(payload, Mapping):
        return None
    fields = [*_fields(payload)]
    if not any(_is_failure(name, value) for name, value in fields):
        return None
    texts = [text for name, value in fields if name in _BAD for text in _texts(value)]
    texts += [text for wanted in _WORDS for name, value in fields if name == wanted for text in _texts(value)]
    return one_line(hide(next(iter(texts), "")))


def _fields(payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of the response and of its usual status parts, with normalized names."""
    for key, value in payload.items():
        name = "".join(filter(str.isalnum, str(key))).lower()
        yield name, value
        if name in _WITHIN and isinstance(value, Mapping):
            yield from ((("".join(filter(str.isalnum, str(key))).lower()), inner) for key, inner in value.items())


def _is_failure(name: str, value: Any) -> bool:
    if name in _GOOD:
        return (
            value is False or value == 0 or (isinstance(value, str) and value.strip().lower() in ("false", "no", "0"))
        )
    if name in _BAD:
        return str(value).strip().lower() not in _NO if isinstance(value, str) else bool(value)
    if name in _STATES and isinstance(value, str) and value.strip().lower() in _FAILED:
        return True
    return name in _CODES and isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        inner = sorted(value.items(), key=lambda pair: pair[0] not in _WORDS)
        for _, each in inner:
            yield from _texts(each)
