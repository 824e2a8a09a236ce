"""Decompresses a response body in small steps, because a small body may unpack to a huge one."""

import zlib
from collections.abc import Iterator

import httpx

STEP_BYTES = 64 * 1024
ACCEPT_ENCODING = "gzip"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_PACKED = ("gzip", "x-gzip", "deflate")


def iterate_body(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body, at most `STEP_BYTES` at a time. Raises `httpx.DecodingError`.

    A truncated body is yielded as far as it was received.
    """
    packed_as = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed_as in ("", "identity"):
        yield from response.iter_raw(STEP_BYTES)
    elif packed_as in _PACKED:
        yield from _unpack(response.iter_raw(STEP_BYTES))
    else:
        raise httpx.DecodingError(f"unsupported Content-Encoding {packed_as[:40]!r}")


def _unpack(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    for chunk in chunks:
        rest, piece = chunk, b""
        while rest or len(piece) == STEP_BYTES:  # after a full step there may be more
            if unpacking.eof:  # gzip allows several members
                unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                piece = unpacking.decompress(rest, STEP_BYTES)
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from None
            rest = unpacking.unused_data if unpacking.eof else unpacking.unconsumed_tail
            if piece:
                yield piece
