"""What a server could answer: any status, headers and body, and JSON of any shape. For hypothesis."""

import gzip
import json
import socket
from typing import Any, Final

from hypothesis import strategies as st

from tests.faults.raw_server import RawServer

TICKET: Final = {
    "id": 7, "at": "2026-03-10T09:00:00Z", "Created": "2026-03-10T09:00:00Z", "created_at": "2026-03-10T09:00:00Z",
    "subject": "Help", "text": "Where is it?", "who": "ada",
}  # fmt: skip
MOMENTS: Final[tuple[Any, ...]] = (
    "0000-00-00", "0000-01-01T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00",
    "+10000-01-01", "2026-02-30", "2026-03-10T24:00:00Z", "2026-03-10T09:00:00+99:00", "10/11/2026", "now", "1e400",
    "\u0661\u0662", "-1", -1, 0, 1e18, 10**400, 1773133200, 1773133200000, float("nan"), float("inf"), True, [], {},
)  # fmt: skip
TEXTS: Final = ("", "\ud800", "a\0b", "x" * 2_000, "<b>bold</b>" * 50, "\u202e", "7", "-1", "{}", "null", "404")
NAMES: Final = (
    *TICKET, "items", "next", "total", "cursor", "messages", "error", "message", "user", "name", "changes", "field",
    "tickets", "next_page", "deleted_ids", "total_count", "Created", "LastUpdated", "Subject", "ObjectId", "Content",
    "TransactionId", "ContentType", "to", "events",
)  # fmt: skip
LINKS: Final = (
    "?page=2", "/items?page=2", "https://elsewhere.example.com/items", "//elsewhere.example.com", "http://[bad", "\0",
    "\ud800", "file:///etc/passwd", "", 7, None, True, ["?page=2"], {"href": "?page=2"}, "?page=" + "9" * 5_000,
)  # fmt: skip

_leaves = (
    st.sampled_from(TEXTS + MOMENTS) | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
)
values = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)
_odd_fields = st.dictionaries(st.sampled_from(NAMES), values, max_size=3)
records = st.builds(lambda number, odd: {**TICKET, "id": number, **odd}, st.integers(0, 9), _odd_fields) | values
_lists = st.lists(records, max_size=4)
pages = st.fixed_dictionaries(
    {},
    optional={
        "items": _lists | values,
        "tickets": _lists | values,
        "next": st.sampled_from(LINKS) | values,
        "next_page": st.integers(0, 3) | values,
        "cursor": values,
        "total": st.integers(0, 9) | values,
        "total_count": st.integers(0, 9) | values,
        "deleted_ids": values,
        "messages": _lists | values,
        "error": values,
    },
)
SENTENCE: Final = "Your plan has no access to the API."
HTML: Final = f"<!DOCTYPE html><html><head><title>Sorry</title></head><body><p>{SENTENCE}</p>".encode()


def _written(payload: Any) -> bytes:
    return json.dumps(payload).replace("NaN", "1e400").encode()


_usual = st.builds(
    lambda listed, odd: {
        "items": listed,
        "tickets": listed,
        "messages": listed,
        "total": len(listed),
        "next_page": None,
        **odd,
    },
    st.lists(records, min_size=1, max_size=4),
    pages.map(
        lambda page: {name: each for name, each in page.items() if name in ("next", "next_page", "cursor", "total")}
    ),
)
_json = (_usual | _usual | _usual | pages | _lists | values).map(_written)
_bodies = (
    _json
    | st.builds(lambda body, end: body[:end], _json, st.integers(0, 60))
    | _json.map(gzip.compress)
    | _json.map(lambda body: gzip.compress(body)[:-6])
    | st.sampled_from((HTML, b"", b"\xff\xfe\0\0", b"null", b"[" * 5_000, b'{"items": [' + b"9" * 5_000 + b"]}"))
    | st.binary(max_size=40)
)
_STATUSES: Final = (
    200, 200, 200, 200, 201, 203, 204, 206, 207, 301, 302, 304, 307, 308, 400, 401, 402, 403, 404, 409, 410, 418, 422,
    451, 500, 502, 504, 599, 600, 999,
)  # fmt: skip
THROTTLING: Final = (403, 429, 503)
_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "Content-Type": (
        "application/json",
        "text/html",
        "application/json; charset=utf-16",
        "x; charset=base64",
        "\xff",
        "",
    ),
    "Content-Encoding": ("gzip", "deflate", "br", "identity", "gzip, gzip"),
    "Location": ("https://elsewhere.example.com/login?key=1", "/login", "\xff"),
    "Link": ('<?page=2>; rel="next"', "<", '<https://elsewhere.example.com>; rel="next"', ";;,,"),
    "Retry-After": ("0", "-1", "1e400", "9" * 30, "soon", "Wed, 99 Foo 2026"),
    "X-RateLimit-Remaining": ("0", "-1", "x"),
    "X-RateLimit-Reset": ("0", "1773133200", "9" * 30, "0001-01-01", "nan"),
    "Date": ("Wed, 99 Foo 2026", "Mon, 01 Jan 0001 00:00:00 GMT", ""),
}
_headers = st.fixed_dictionaries({}, optional={name: st.sampled_from(each) for name, each in _HEADERS.items()})


def _answer(status: int, headers: dict[str, str], body: bytes, wrong_length: int) -> bytes:
    lines = {"Content-Type": "application/json", "Content-Length": max(len(body) + wrong_length, 0), **headers}
    head = f"HTTP/1.1 {status} Whatever\r\n" + "".join(f"{name}: {each}\r\n" for name, each in lines.items())
    return head.encode("latin-1") + b"Connection: close\r\n\r\n" + body


_no_http = st.sampled_from(
    (b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, b"\x16\x03\x01")
)


def answers(*, with_limits: bool) -> st.SearchStrategy[bytes]:
    """A response as bytes. `with_limits`: also one that asks for a pause."""
    statuses = st.sampled_from(_STATUSES + (THROTTLING if with_limits else ()))
    lengths = st.sampled_from((0, 0, 0, 0, 0, 5, -1))
    plain = st.builds(_answer, st.just(200), st.just({}), _json, st.just(0))
    headers = _headers if with_limits else _headers.map(_without_limits)
    return plain | plain | st.builds(_answer, statuses, headers, _bodies, lengths) | _no_http


def _without_limits(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith(("Retry", "X-Rate"))}


class AnythingServer(RawServer):
    """Sends the given responses one after another, and the last one for ever."""

    def __init__(self) -> None:
        super().__init__(self._next)
        self.given: list[bytes] = [b""]

    def _next(self, connection: socket.socket) -> None:
        connection.sendall(self.given.pop(0) if len(self.given) > 1 else self.given[0])
