"""The responses on one connection, buffered for clients that read more slowly than they are produced."""

import errno
import logging
import select
import socket
import time

from supportsaas.web_server import limits

logger = logging.getLogger(__name__)

_PIECE = 256 * 1024


class Outgoing:
    """Acts as the connection's socket for gunicorn's worker. `sendall` waits only while the buffer is full."""

    def __init__(self, own: socket.socket) -> None:
        self._socket = own
        self._left = bytearray()
        self._taken = 0
        self._waited = 0.0

    def __len__(self) -> int:
        return len(self._left)

    def begin_answer(self) -> None:
        self._taken, self._waited = 0, 0.0

    @property
    def patience(self) -> float:
        """How many seconds the client may stall this response from now on."""
        left = limits.SLOW_SECONDS + self._taken / limits.SLOWEST_RATE - self._waited
        return min(left, limits.SLOW_SECONDS)

    def put(self, data: bytes) -> None:
        """Send what the connection accepts at once and buffer the rest."""
        self._left += data
        self.flush()

    def flush(self) -> None:
        """Send as much of the buffer as the connection accepts. Raises `OSError` if the connection broke."""
        while self._left:
            try:
                count = self._socket.send(bytes(self._left[:_PIECE]))
            except (BlockingIOError, InterruptedError):
                return
            del self._left[:count]
            self._taken += count

    # -- What gunicorn calls on its thread -------------------------------------------------

    def sendall(self, data: bytes) -> None:
        """Raises `ConnectionResetError` if the client reads too slowly."""
        self.put(data)
        while len(self._left) > limits.KEPT_BYTES:
            self._wait()
            self.flush()

    send = sendall

    def _wait(self) -> None:
        began = time.monotonic()
        writable = select.poll()
        writable.register(self._socket, select.POLLOUT)
        is_ready = self.patience > 0 and writable.poll(self.patience * 1000)
        self._waited += time.monotonic() - began
        if not is_ready:
            logger.warning("A response was aborted: after %d bytes its client read no more in time.", self._taken)
            self._left.clear()
            raise ConnectionResetError(errno.ECONNRESET, "The client reads the response too slowly.")

    def gettimeout(self) -> float:
        return 0.0

    def setblocking(self, flag: bool) -> None:
        """Ignored, like the methods below: the socket never blocks, and the event loop reads and closes it."""

    def settimeout(self, seconds: float | None) -> None: ...

    def shutdown(self, how: int) -> None: ...

    def recv(self, size: int) -> bytes:
        return b""

    def close(self) -> None: ...
