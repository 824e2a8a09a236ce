"""The requests of one connection, collected as their bytes arrive, so that no thread waits for them. No I/O here."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from gunicorn.http.message import Request
from gunicorn.http.unreader import Unreader

from supportsaas.web_server import limits

_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Rejection:
    """The response to a request that is not read. Its connection is closed afterwards."""

    status: HTTPStatus
    sentence: str


TOO_SLOW = Rejection(
    HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time. Nothing was changed. Send it again."
)
TOO_MANY = Rejection(
    HTTPStatus.SERVICE_UNAVAILABLE, "Too many requests are waiting. Nothing was changed. Try again in a moment."
)
_HEAD_TOO_LARGE = Rejection(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"The headers are larger than {limits.HEAD_BYTES // 1024} KB. Nothing was changed. Send smaller ones.",
)
_BODY_TOO_LARGE = Rejection(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    f"The body is larger than {limits.BODY_BYTES / 1024 / 1024:g} MB. Nothing was changed. Send less at once.",
)
_NO_LENGTH = Rejection(
    HTTPStatus.LENGTH_REQUIRED,
    "The request has no Content-Length. Nothing was changed. Send it with one, not in chunks.",
)


class RequestRejected(Exception):
    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.sentence)
        self.rejection = rejection


class GatheredRequest:
    """One request, parsed by gunicorn's own classes. Acts as the parser for gunicorn's worker, which calls it once."""

    def __init__(self, cfg: Any, peer: Any, head: bytes) -> None:
        self._source = _Gathered(head)
        self._problem: Exception | None = None
        self.request: Any = None
        self.body_length = 0
        try:
            self.request = Request(cfg, self._source, peer)
        except Exception as error:  # the worker's thread answers it as gunicorn does
            self._problem = error
        if self.request is not None:
            self.body_length = _length_of_body(self.request)

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for “100 Continue” before it sends the body. True at most once."""
        expected = bool(getattr(self.request, "_expected_100_continue", False))
        if expected:
            self.request._expected_100_continue = False
        return expected

    def give_body(self, body: bytes) -> None:
        self._source.pieces.append(body)

    def __next__(self) -> Any:
        if self._problem is not None:
            raise self._problem
        return self.request

    def finish_body(self, deadline: float | None = None) -> bool:
        return True  # what the application did not read is no longer on the connection

    @property
    def path(self) -> str:
        return self.request.path if self.request is not None else ""

    def header(self, name: str) -> str:
        """The first header of that name (in capitals), or ""."""
        fields = self.request.headers if self.request is not None else ()
        return next((value for each, value in fields if each == name), "")

    def joined_header(self, name: str) -> str:
        """All headers of that name (in capitals), comma-separated, or ""."""
        fields = self.request.headers if self.request is not None else ()
        return ",".join(value for each, value in fields if each == name)


class Incoming:
    """The bytes of a connection that no thread has processed yet."""

    def __init__(self, cfg: Any, peer: Any) -> None:
        self._cfg = cfg
        self._peer = peer
        self._bytes = bytearray()
        self._searched = 0
        self._present: GatheredRequest | None = None

    def __len__(self) -> int:
        return len(self._bytes)

    @property
    def is_idle(self) -> bool:
        """No request has begun."""
        return not self._bytes and self._present is None

    @property
    def present(self) -> GatheredRequest | None:
        """The request whose headers are complete and whose body is not."""
        return self._present

    def add(self, data: bytes) -> None:
        self._bytes += data if self._bytes or self._present else data.lstrip(b"\r\n")

    def take(self) -> GatheredRequest | None:
        """The first request, once it is complete. Raises `RequestRejected` as soon as it is known to be invalid."""
        if self._present is None:
            self._present = self._read_head()
        if self._present is None or len(self._bytes) < self._present.body_length:
            return None
        whole, self._present = self._present, None
        whole.give_body(self._cut(whole.body_length))
        del self._bytes[: len(self._bytes) - len(self._bytes.lstrip(b"\r\n"))]
        return whole

    def _read_head(self) -> GatheredRequest | None:
        end = self._bytes.find(_END_OF_HEAD, max(self._searched - len(_END_OF_HEAD), 0))
        self._searched = len(self._bytes)
        if max(end, 0) > limits.HEAD_BYTES or (end < 0 and len(self._bytes) > limits.HEAD_BYTES):
            raise RequestRejected(_HEAD_TOO_LARGE)
        if end < 0:
            return None
        self._searched = 0
        return GatheredRequest(self._cfg, self._peer, self._cut(end + len(_END_OF_HEAD)))

    def _cut(self, length: int) -> bytes:
        taken = bytes(self._bytes[:length])
        del self._bytes[:length]
        return taken


class _Gathered(Unreader):  # type: ignore[misc]  # gunicorn has no types
    """What gunicorn's classes read from: pieces that have arrived."""

    def __init__(self, head: bytes) -> None:
        super().__init__()
        self.pieces = [head]

    def chunk(self, size_hint: int | None = None) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def _length_of_body(request: Any) -> int:
    """Raises `RequestRejected` if the length is missing or too large."""
    length = getattr(request.body.reader, "length", None)
    if length is None:
        raise RequestRejected(_NO_LENGTH)
    if length > limits.BODY_BYTES:
        raise RequestRejected(_BODY_TOO_LARGE)
    return int(length)
