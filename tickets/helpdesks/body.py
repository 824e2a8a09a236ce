"""The body of an answer, unpacked in small steps: what is small on the wire may be without end unpacked."""

import zlib
from collections.abc import Iterator

import httpx

STEP_BYTES = 64 * 1024
ACCEPT_ENCODING = "gzip"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_PACKED = ("gzip", "x-gzip", "deflate")


def iterate_body(response: httpx.Response) -> Iterator[bytes]:
    """The bytes of the body, at most `STEP_BYTES` at a time. Raises `httpx.DecodingError`.

    A body that ends too early is given as far as it came.
    """
    packed_as = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed_as in ("", "identity"):
        yield from response.iter_raw(STEP_BYTES)
    elif packed_as in _PACKED:
        yield from _unpack(response.iter_raw(STEP_BYTES))
    else:
        raise httpx.DecodingError(f"it is packed as {packed_as[:40]!r}")


def _unpack(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    for chunk in chunks:
        rest, piece = chunk, b""
        while rest or len(piece) == STEP_BYTES:  # a full step may leave something behind
            if unpacking.eof:  # gzip allows one packed piece after the other
                unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                piece = unpacking.decompress(rest, STEP_BYTES)
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from None
            rest = unpacking.unused_data if unpacking.eof else unpacking.unconsumed_tail
            if piece:
                yield piece
