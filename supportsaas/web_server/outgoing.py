"""The answers on one connection, kept where their client takes them more slowly than they are made."""

import errno
import logging
import select
import socket
import time

from supportsaas.web_server import limits

logger = logging.getLogger(__name__)

_PIECE = 256 * 1024


class Outgoing:
    """For gunicorn's worker it is the connection's socket. `sendall` waits only while more than a little is kept."""

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
        """For how many seconds the client may keep this answer waiting now."""
        left = limits.SLOW_SECONDS + self._taken / limits.SLOWEST_RATE - self._waited
        return min(left, limits.SLOW_SECONDS)

    def put(self, data: bytes) -> None:
        """Send what the connection takes at once and keep the rest."""
        self._left += data
        self.flush()

    def flush(self) -> None:
        """Send of what is kept as much as the connection takes. Raises `OSError` where it is broken."""
        while self._left:
            try:
                count = self._socket.send(bytes(self._left[:_PIECE]))
            except (BlockingIOError, InterruptedError):
                return
            del self._left[:count]
            self._taken += count

    # -- What gunicorn calls on its thread -------------------------------------------------

    def sendall(self, data: bytes) -> None:
        """Raises `ConnectionResetError` where the client takes it too slowly."""
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
            logger.warning("An answer was broken off: after %d bytes its client took no more in time.", self._taken)
            self._left.clear()
            raise ConnectionResetError(errno.ECONNRESET, "The client takes the answer too slowly.")

    def gettimeout(self) -> float:
        return 0.0

    def setblocking(self, flag: bool) -> None:
        """It never blocks; the loop reads and closes it, so there is nothing to do below either."""

    def settimeout(self, seconds: float | None) -> None: ...

    def shutdown(self, how: int) -> None: ...

    def recv(self, size: int) -> bytes:
        return b""

    def close(self) -> None: ...
