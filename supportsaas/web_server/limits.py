"""How much, and for how long, a client may keep the web server waiting."""

HEAD_BYTES = 64 * 1024
BODY_BYTES = 2_621_440
"""Of a request's body. Nothing in the product takes more, and files are taken nowhere."""

HEAD_SECONDS = 15.0
"""From the first byte of a request (or from the connection's start) to the end of its head."""
BODY_SECONDS = 60.0
"""From there to the end of its body."""

KEPT_BYTES = 512 * 1024
"""Of an answer that its client does not take as fast as it is made; while there is more, the thread waits."""
SLOW_SECONDS = 30.0
SLOWEST_RATE = 8 * 1024
"""A client may keep an answer waiting for `SLOW_SECONDS` at a time. In all it may do so for as long, and a second more for
each so many bytes that it took."""


def kept_threads(threads: int) -> int:
    """So many of a process's threads one address never gets, whatever tokens and sessions it sends: a quarter."""
    return max(threads // 4, 1)


HELD_BYTES = 64 * 1024 * 1024
"""Of all requests that one process holds; where there is more, the connection with the most is closed."""
CLOSING_SECONDS = 3.0
"""A closed connection is read on for so long, so that its client can read the answer before it learns of the end."""
