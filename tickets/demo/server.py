"""The demo helpdesk over HTTP: the native protocol on a port of its own, in this process.

    with DemoHelpdesk(rate_limit=None) as helpdesk:
        httpx.get(f"{helpdesk.url}/external/support-tickets", params={"tenant_id": "tenant_a"})

Endpoints: ``GET /external/support-tickets``, ``GET /external/deleted-tickets``, ``GET /health``,
``POST /notify``. Every answer is JSON; every error has a ``detail``.
"""

import json
import re
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final, cast

from tickets.demo.bulk import BulkTenant
from tickets.demo.listing import InterspersedListing, Listing, MixedListing, TicketListing
from tickets.demo.notify_desk import NotifyDesk, NotifyRules
from tickets.demo.protocol import Answer, BadParameter, Query, SlidingWindow
from tickets.demo.tickets import DEFAULT_SIZES, DemoTenant

PAGE_SIZE: Final = 100
FAST_PAGE_SIZE: Final = 1_000
STRANGER: Final = "tenant_z"
MAX_BODY: Final = 64 * 1024
REMEMBERED_REQUESTS: Final = 200_000
_METHODS: Final = {
    "/external/support-tickets": "GET",
    "/external/deleted-tickets": "GET",
    "/health": "GET",
    "/notify": "POST",
}


class DemoHelpdesk:
    """A helpdesk with several tenants. Start it with `start()` or as a context manager; also from tests.

    `anchor`: the moment at which every tenant has its size (default: the start of the current day, UTC).
    `sizes`: tickets by tenant. `rate_limit`: requests in `window_seconds` over everything under /external,
    None for no limit. `now`: the clock for tickets, window and /notify. `foreign_every`: each so-many-th
    record of a tenant's feed is another tenant's. `ignore_tenant`: everybody gets everybody's records.
    `fast`: unchanging tickets over 365 days, made as they are read, for sizes up to millions. `max_page_size`
    is 100, in the fast mode 1,000. The `notify_…` are explained at `NotifyRules`; delays in seconds.

    A tenant that is not in `sizes` has an empty helpdesk; without a `tenant_id` everybody's records come.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        anchor: datetime | None = None,
        sizes: Mapping[str, int] | None = None,
        rate_limit: int | None = 60,
        window_seconds: float = 60,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        foreign_every: int | None = None,
        ignore_tenant: bool = False,
        fast: bool = False,
        max_page_size: int | None = None,
        notify_failures: int = 2,
        notify_delay: tuple[float, float] = (0.1, 0.5),
        notify_shut_after: int = 10,
        notify_shut_seconds: float = 30,
    ) -> None:
        """Raises ValueError for an anchor without time zone, a negative size or a `foreign_every` below 2."""
        self._address = (host, port)
        self._now = now
        self.anchor = anchor or now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._sizes = dict(DEFAULT_SIZES if sizes is None else sizes)
        self._ignore_tenant = ignore_tenant
        self._foreign_every = foreign_every
        self._max_page_size = max_page_size or (FAST_PAGE_SIZE if fast else PAGE_SIZE)
        self._window: SlidingWindow | None = None
        if rate_limit is not None:
            self._window = SlidingWindow(limit=rate_limit, seconds=window_seconds, now=now)
        everybody = dict(self._sizes)
        if foreign_every is not None:
            if foreign_every < 2:
                raise ValueError("foreign_every must be at least 2")
            if len(everybody) == 1:
                everybody[STRANGER] = 50
        self._living: dict[str, DemoTenant] = {}
        self._bulk: dict[str, BulkTenant] = {}
        for name, size in everybody.items():
            if fast:
                self._bulk[name] = BulkTenant(name=name, anchor=self.anchor, size=size)
            else:
                self._living[name] = DemoTenant(name=name, anchor=self.anchor, size=size)
        self._desk = NotifyDesk(
            NotifyRules(
                failures_per_ticket=notify_failures,
                shortest_delay=notify_delay[0],
                longest_delay=notify_delay[1],
                shut_after=notify_shut_after,
                shut_seconds=notify_shut_seconds,
            ),
            now,
        )
        self._requests: deque[tuple[float, str, str]] = deque(maxlen=REMEMBERED_REQUESTS)
        self._server: _Server | None = None

    def start(self) -> "DemoHelpdesk":
        """Listens and answers in threads of its own. Raises OSError if the address cannot be had."""
        if self._server is None:
            self._server = _Server(self._address, self)
            # A short poll, so that stopping does not make every test wait.
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Closes the port and every connection still open; may be called twice."""
        if self._server is not None:
            self._server.shutdown()
            self._server.close()
            self._server = None

    def __enter__(self) -> "DemoHelpdesk":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Like ``http://127.0.0.1:40123``. Raises RuntimeError while not started."""
        if self._server is None:
            raise RuntimeError("the demo helpdesk is not started")
        host, port = self._server.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    @property
    def requests(self) -> list[tuple[float, str, str]]:
        """What came in, the last 200,000: (`time.monotonic()`, method, path with its query)."""
        return list(self._requests)

    @property
    def notifications(self) -> list[dict[str, str]]:
        """The notifications accepted, in order."""
        return self._desk.accepted

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        """One request, after it was read and before its answer is written."""
        self._requests.append((time.monotonic(), method, target))
        path, _, parameters = target.partition("?")
        if path.startswith("/external") and self._window and (refusal := self._window.refusal()):
            return refusal
        expected = _METHODS.get(path)
        if expected is None:
            return Answer.of(404, {"detail": f"There is nothing at {path}."})
        if method != expected:
            return Answer.of(405, {"detail": f"{path} answers {expected} only."}, Allow=expected)
        if path == "/health":
            return Answer.of(200, {"status": "ok"})
        if path == "/notify":
            return self._notify(body)
        try:
            query = Query(parameters)
            if path == "/external/deleted-tickets":
                return self._deleted(query)
            return self._page(query)
        except BadParameter as problem:
            return Answer.of(400, {"detail": str(problem)})

    def _page(self, query: Query) -> Answer:
        listing = self._listing(None if self._ignore_tenant else query.tenant())
        page = query.number("page", default=1, highest=10**9)
        page_size = query.number("page_size", default=PAGE_SIZE, highest=self._max_page_size)
        total = len(listing)
        stop = page * page_size
        rows = ",".join(listing.json_rows(stop - page_size, stop))
        following = page + 1 if stop < total else "null"
        # Put together by hand: the rows are JSON already, and encoding them again is most of the work.
        return Answer(200, f'{{"tickets":[{rows}],"next_page":{following},"total_count":{total}}}')

    def _deleted(self, query: Query) -> Answer:
        tenant = None if self._ignore_tenant else query.tenant()
        names = self._sizes if tenant is None else [tenant]
        now = self._now()
        living = [self._living[name] for name in names if name in self._sizes and name in self._living]
        return Answer.of(200, {"deleted_ids": [id_ for one in living for id_ in one.deleted_ids_at(now)]})

    def _listing(self, tenant: str | None) -> Listing:
        now = self._now()
        if tenant is None:
            return self._mixed(list(self._sizes), now)
        if tenant not in self._sizes:
            return TicketListing(())
        own = self._own(tenant, now)
        if self._foreign_every is None:
            return own
        strangers = [name for name in self._bulk or self._living if name != tenant]
        return InterspersedListing(own, self._mixed(strangers, now), every=self._foreign_every)

    def _own(self, tenant: str, now: datetime) -> Listing:
        if tenant in self._bulk:
            return self._bulk[tenant]
        return TicketListing(self._living[tenant].tickets_at(now))

    def _mixed(self, names: list[str], now: datetime) -> Listing:
        if self._bulk:
            return MixedListing([self._bulk[name] for name in names])
        # In the order of creation, so that what is new comes last here as it does in one tenant's listing.
        everybody = [ticket for name in names for ticket in self._living[name].tickets_at(now)]
        return TicketListing(sorted(everybody, key=lambda ticket: (ticket.created_at, ticket.id)))

    def _notify(self, body: bytes) -> Answer:
        try:
            content: object = json.loads(body)
        except ValueError:
            return Answer.of(422, {"detail": "the body must be JSON"})
        verdict = self._desk.receive(content)
        if verdict.delay:
            time.sleep(verdict.delay)
        if verdict.status == 200:
            return Answer.of(200, {"status": "accepted"})
        headers = {} if verdict.retry_after is None else {"Retry_After": verdict.retry_after}
        return Answer.of(verdict.status, {"detail": verdict.detail}, **headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without this a small answer waits for the client's delayed acknowledgement on a kept-alive connection.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._respond()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _respond(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch(r"[0-9]{1,9}", length):
            self.close_connection = True
            self._write(Answer.of(411, {"detail": "a Content-Length is required"}))
        elif int(length) > MAX_BODY:
            self.close_connection = True
            self._write(Answer.of(413, {"detail": f"at most {MAX_BODY} bytes are taken"}))
        else:
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                # The client hung up in the middle of its request: there is nobody to answer.
                self.close_connection = True
                return
            self._write(cast(_Server, self.server).helpdesk.answer(self.command, self.path, body))

    def _write(self, answer: Answer) -> None:
        body = answer.body.encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "Date": self.date_time_string(),
            **answer.headers,
        }
        if self.close_connection:
            headers["Connection"] = "close"
        head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        # In one piece: headers and body in two writes would be two packets.
        self.wfile.write(head.encode("latin-1") + b"\r\n" + body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # What http.server refuses by itself (a broken request line, an unknown method) is told as JSON too.
        self.close_connection = True
        self._write(Answer.of(code, {"detail": message or HTTPStatus(code).description}))

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing; `DemoHelpdesk.requests` knows what came in."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], helpdesk: DemoHelpdesk) -> None:
        self.helpdesk = helpdesk
        self._open: set[socket.socket] = set()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # HTTPServer would look up the host's name here, which may take seconds and serves nothing.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up in the middle is nothing to report.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Gives the port back and ends kept-alive connections, which would be answered on otherwise."""
        self.server_close()
        for request in tuple(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
