"""A gunicorn thread worker whose threads never wait for slow clients.

gunicorn's own worker reads requests and writes responses on its few threads, as slowly as the client likes, so a dozen
silent connections block a site. Here, the event loop collects a request until it is complete, within limits of time and
size (`limits`), and only then hands it to a thread. The loop also sends what the client does not read at once.

One caller gets at most half of the threads, and all callers of one address get all but a few (`fair_queue`). `/health`
has its own thread, because a load balancer removes servers that do not answer it. Callers are identified by a token or
session that is not verified yet, so only the address is reliable. Connections are limited, too: a new one replaces the
one that has been idle for longest.
"""

import errno
import json
import logging
import re
import selectors
import socket
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum, auto
from functools import partial
from typing import Any

from gunicorn.errors import ConfigError
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from supportsaas.forwarded import address_behind, client_network
from supportsaas.web_server import limits
from supportsaas.web_server.fair_queue import Caller, FairQueue
from supportsaas.web_server.incoming import TOO_MANY, TOO_SLOW, GatheredRequest, Incoming, Rejection, RequestRejected
from supportsaas.web_server.outgoing import Outgoing

logger = logging.getLogger(__name__)

HEALTH = "/health"
SWITCH_SECONDS = 0.001
"""How long a busy thread may keep the interpreter from the event loop and /health. Python's default is 0.005."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_READ_BYTES = 64 * 1024
_COUNTED_FROM = 64 * 1024
_NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)
_CLOSED_BEFORE_ACCEPTED = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)
_SESSION = re.compile(r"(?:^|;\s*)(?:__Host-)?sessionid=([^;\s]+)")


class State(Enum):
    RECEIVING = auto()
    WORKING = auto()
    SENDING = auto()
    CLOSING = auto()


class Connection:
    """gunicorn's worker reads `sock`, `client`, `server`, `parser` and the three constants."""

    initialized, data_ready, is_http2 = True, True, False

    def __init__(self, cfg: Any, own: socket.socket, client: Any, server: Any) -> None:
        own.setblocking(False)
        self.socket = own
        self.sock = Outgoing(own)
        self.client = client
        self.server = server
        self.incoming = Incoming(cfg, client)
        self.parser: GatheredRequest | None = None
        self.state = State.RECEIVING
        self.deadline = 0.0
        self.active_at = 0.0
        """When the client last sent or received data, or the wait for it began."""
        self.queue: FairQueue[Connection] | None = None
        self.caller = Caller("", "")
        self.stays_open = True

    def init(self) -> None:
        """gunicorn calls this on its thread. There is nothing to do."""

    @property
    def buffered(self) -> int:
        return len(self.incoming) + (self.parser.body_length if self.parser else 0)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    trusted_proxies = 0
    """Number of proxies that append to X-Forwarded-For (set by gunicorn.conf.py)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        threads = self.cfg.threads
        self._queue: FairQueue[Connection] = FairQueue(
            slots=threads,
            each=max(threads // 2, 1),
            each_address=max(threads - limits.kept_threads(threads), 1),
            most_waiting=self.worker_connections // 2,
        )
        self._health_queue: FairQueue[Connection] = FairQueue(
            slots=1, each=1, each_address=1, most_waiting=max(self.worker_connections // 10, 2)
        )
        self._health_thread: ThreadPoolExecutor | None = None
        self._connections: dict[Connection, None] = {}

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        if cfg.is_ssl:
            raise ConfigError(
                "This worker does not support TLS. Terminate TLS at a proxy in front of it (docs/operations.md)."
            )

    def init_process(self) -> None:
        self._health_thread = ThreadPoolExecutor(max_workers=1)
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    # -- The loop: connections -------------------------------------------------------------

    def accept(self, listener: Any) -> None:
        try:
            own, client = listener.accept()
        except OSError as error:
            if error.errno in _NO_MORE_FILES:
                self._close_idlest()
            elif error.errno not in _CLOSED_BEFORE_ACCEPTED:
                raise
            return
        conn = Connection(self.cfg, own, client, listener.getsockname())
        self.nr_conns += 1
        self._connections[conn] = None
        self._receive(conn, seconds=limits.HEAD_SECONDS)
        if self.nr_conns >= self.worker_connections:
            self._close_idlest()

    def murder_keepalived(self, force: bool = False) -> None:
        """Runs every second: close connections that have waited too long."""
        now = time.monotonic()
        for conn in list(self._connections):
            if conn.state is not State.WORKING and (force or conn.deadline <= now):
                self._expire(conn)

    def murder_pending(self) -> None:
        """gunicorn's other list of waiting connections. This worker has one list."""

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in self._connections:
            if conn.state is State.RECEIVING and conn.incoming.is_idle:
                conn.deadline = min(conn.deadline, deadline)

    def _expire(self, conn: Connection) -> None:
        if conn.state is State.RECEIVING and not conn.incoming.is_idle:
            self._reject(conn, TOO_SLOW)
        else:
            self._drop(conn)

    def _close_idlest(self) -> None:
        """Make room. Normal clients send a request at once, so they are not affected.

        The earliest deadline would be wrong: if all others have sent half a body, the new connection has it.
        """
        waiting = (each for each in self._connections if each.state is not State.WORKING)
        oldest = min(waiting, key=lambda each: each.active_at, default=None)
        if oldest is not None:
            self._drop(oldest)

    def _watch(self, conn: Connection, state: State, events: int, seconds: float) -> None:
        conn.state = state
        conn.active_at = time.monotonic()
        conn.deadline = conn.active_at + seconds
        work = {State.RECEIVING: self._on_bytes, State.SENDING: self._on_room, State.CLOSING: self._on_rest}[state]
        self._unwatch(conn)
        self.poller.register(conn.socket, events, partial(self._guarded, work, conn))

    def _unwatch(self, conn: Connection) -> None:
        if conn.socket.fileno() in self.poller.get_map():
            self.poller.unregister(conn.socket)

    def _guarded(self, work: Any, conn: Connection, _socket: Any = None) -> None:
        conn.active_at = time.monotonic()
        try:
            work(conn)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self._drop(conn)

    def _drop(self, conn: Connection) -> None:
        if self._connections.pop(conn, self) is self:
            return
        self._unwatch(conn)
        self.nr_conns -= 1
        conn.socket.close()

    # -- The loop: receiving -------------------------------------------------------------

    def _receive(self, conn: Connection, *, seconds: float) -> None:
        """Wait for a request, or take the next pipelined one. A stopping worker waits only briefly."""
        if not self.alive:
            seconds = min(seconds, STOP_KEEPALIVE_LINGER)
        self._watch(conn, State.RECEIVING, selectors.EVENT_READ, seconds)
        if not conn.incoming.is_idle:
            conn.deadline = time.monotonic() + limits.HEAD_SECONDS
            self._advance(conn)

    def _on_bytes(self, conn: Connection) -> None:
        data = conn.socket.recv(_READ_BYTES)
        if not data:
            self._drop(conn)
            return
        was_idle = conn.incoming.is_idle
        conn.incoming.add(data)
        if was_idle and not conn.incoming.is_idle:
            conn.deadline = time.monotonic() + limits.HEAD_SECONDS
        self._advance(conn)

    def _advance(self, conn: Connection) -> None:
        had_head = conn.incoming.present is not None
        try:
            whole = conn.incoming.take()
        except RequestRejected as rejected:
            self._reject(conn, rejected.rejection)
            return
        if whole is not None:
            conn.parser = whole
            self.enqueue_req(conn)
            return
        present = conn.incoming.present
        if present is not None and not had_head:
            conn.deadline = time.monotonic() + limits.BODY_SECONDS
            if present.expects_continue:
                conn.sock.put(_CONTINUE)
        self._limit_buffered(conn)

    def _limit_buffered(self, grown: Connection) -> None:
        if grown.buffered > _COUNTED_FROM and sum(each.buffered for each in self._connections) > limits.HELD_BYTES:
            receiving = (each for each in self._connections if each.state is State.RECEIVING)
            largest = max(receiving, key=lambda each: each.buffered)
            logger.warning("Too many large requests at once: the largest was dropped.")
            self._drop(largest)

    def _reject(self, conn: Connection, rejection: Rejection) -> None:
        """Respond without reading the rest, and without a thread."""
        logger.info("A request was rejected unread: %d %s", rejection.status, rejection.status.phrase)
        body = json.dumps({"detail": rejection.sentence}).encode()
        later = "Retry-After: 5\r\n" if rejection is TOO_MANY else ""
        head = (
            f"HTTP/1.1 {rejection.status.value} {rejection.status.phrase}\r\nContent-Type: application/json\r\n"
            f"X-Content-Type-Options: nosniff\r\n{later}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        conn.stays_open = False
        conn.sock.begin_answer()
        try:
            conn.sock.put(head.encode() + body)
        except OSError:
            self._drop(conn)
            return
        self._send_rest(conn)

    # -- Threads ---------------------------------------------------------------------------

    def enqueue_req(self, conn: Connection) -> None:
        """Hand the request to a thread, or queue it while the caller or all threads are busy."""
        assert conn.parser is not None
        self._unwatch(conn)
        conn.state = State.WORKING
        conn.sock.begin_answer()
        address = self._address_of(conn.parser, conn.client)
        if conn.parser.path == HEALTH:
            conn.queue, conn.caller = self._health_queue, Caller(address, address)
        else:
            conn.queue, conn.caller = self._queue, Caller(_credential_of(conn.parser) or address, address)
        if conn.queue.add(conn.caller, conn):
            self._start_waiting(conn.queue)
        else:
            conn.parser = None
            self._reject(conn, TOO_MANY)

    def _address_of(self, request: GatheredRequest, peer: Any) -> str:
        nearest = str(peer[0] if isinstance(peer, tuple) else peer)
        forwarded = request.joined_header("X-FORWARDED-FOR")
        return client_network(address_behind(self.trusted_proxies, peer=nearest, forwarded=forwarded) or nearest)

    def _start_waiting(self, queue: FairQueue[Connection]) -> None:
        threads = self._health_thread if queue is self._health_queue else self.tpool
        assert threads is not None
        while (conn := queue.take()) is not None:
            answering = threads.submit(self.handle, conn)
            answering.add_done_callback(partial(self.method_queue.defer, self.finish_request, conn))

    def finish_request(self, conn: Connection, answering: "Future[Any]") -> None:
        """Back in the loop: the thread has finished the response."""
        assert conn.queue is not None
        conn.queue.end(conn.caller)
        self._start_waiting(conn.queue)
        conn.parser = None
        failed = answering.cancelled() or answering.exception() is not None
        conn.stays_open = not failed and bool(answering.result())
        self._guarded(self._send_rest, conn)  # the client may have disconnected

    # -- The loop: sending -----------------------------------------------------------------

    def _send_rest(self, conn: Connection) -> None:
        if len(conn.sock):
            seconds = conn.sock.patience + len(conn.sock) / limits.SLOWEST_RATE
            self._watch(conn, State.SENDING, selectors.EVENT_WRITE, max(seconds, 0))
        elif conn.stays_open:
            self._receive(conn, seconds=self.cfg.keepalive)
        else:
            self._close(conn)

    def _on_room(self, conn: Connection) -> None:
        conn.sock.flush()
        if not len(conn.sock):
            self._send_rest(conn)

    def _close(self, conn: Connection) -> None:
        """Close the sending side and keep reading briefly: closing with unread bytes would discard the response."""
        try:
            conn.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        self._watch(conn, State.CLOSING, selectors.EVENT_READ, limits.CLOSING_SECONDS)

    def _on_rest(self, conn: Connection) -> None:
        if not conn.socket.recv(_READ_BYTES):
            self._drop(conn)


def _credential_of(request: GatheredRequest) -> str:
    """The token or session of a request, unverified, or "". Never equal to an address."""
    token = request.header("AUTHORIZATION")
    session = _SESSION.search(request.header("COOKIE"))
    if token:
        return f"token {token}"
    return f"session {session[1]}" if session else ""
