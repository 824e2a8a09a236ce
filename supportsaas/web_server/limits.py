"""How much data a client may send, and how long it may keep the web server waiting."""

HEAD_BYTES = 64 * 1024
BODY_BYTES = 2_621_440
"""Of a request body. Nothing in the product needs more: a file to import is sent in parts, and no form accepts files."""

HEAD_SECONDS = 15.0
"""From the start of a connection or request to the end of its headers."""
BODY_SECONDS = 60.0
"""From there to the end of the body."""

KEPT_BYTES = 512 * 1024
"""Buffer for a response that is produced faster than the client reads it. The thread waits while it is full."""
SLOW_SECONDS = 30.0
SLOWEST_RATE = 8 * 1024
"""In bytes per second. A client may stall a response for `SLOW_SECONDS` at a time and in total. Each `SLOWEST_RATE` bytes
that it reads add a second to the total."""


def kept_threads(threads: int) -> int:
    """The number of threads that one address can never occupy, whatever tokens and sessions it sends: a quarter."""
    return max(threads // 4, 1)


HELD_BYTES = 64 * 1024 * 1024
"""Of all requests that a process buffers. Above this, the connection with the most data is closed."""
CLOSING_SECONDS = 3.0
"""How long to keep reading from a closing connection, so that its client can read the response first."""
