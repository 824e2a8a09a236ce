"""The demo helpdesk: the native protocol over HTTP, in this process.

    with DemoHelpdesk(rate_limit=None) as helpdesk:
        httpx.get(f"{helpdesk.url}/external/support-tickets", params={"tenant_id": "tenant_a"})

Endpoints: `GET /external/support-tickets`, `GET /external/deleted-tickets`, `GET /health` and `POST /notify`. Every
response is JSON; every error has a `detail`.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from tickets.demo.bulk import BulkTenant
from tickets.demo.http_server import HelpdeskServer
from tickets.demo.listing import InterspersedListing, Listing, MixedListing, TicketListing
from tickets.demo.notify_endpoint import NotifyEndpoint, NotifyRules
from tickets.demo.protocol import Answer, BadParameter, Query, SlidingWindow
from tickets.demo.tickets import DEFAULT_SIZES, DemoTenant

PAGE_SIZE: Final = 100
FAST_PAGE_SIZE: Final = 1_000
OTHER_TENANT: Final = "tenant_z"
REMEMBERED_REQUESTS: Final = 200_000
_METHODS: Final = {
    "/external/support-tickets": "GET",
    "/external/deleted-tickets": "GET",
    "/health": "GET",
    "/notify": "POST",
}


class DemoHelpdesk:
    """A helpdesk with several tenants. Use `start()` or a `with` statement; also for tests.

    At `anchor` (default: the start of the current day, UTC) every tenant has its number of tickets in `sizes`.
    `rate_limit` requests are allowed in `window_seconds` below /external, None for no limit. `now` is the clock for
    tickets, window and /notify. With `foreign_every`, every nth record of a tenant belongs to another tenant. With
    `ignore_tenant`, everyone gets the records of all tenants. `fast` serves unchanging tickets over 365 days, generated
    on request, for sizes up to millions. `max_page_size` is 100, or 1,000 in fast mode. `notify` sets how /notify
    behaves. `with_events` adds what `tickets.demo.events` plans around the anchor, except in fast mode.

    A tenant that is not in `sizes` has no tickets. A request without `tenant_id` gets the records of all tenants.
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
        notify: NotifyRules | None = None,
        with_events: bool = False,
    ) -> None:
        """Raises `ValueError` for an anchor without time zone, a negative size or a `foreign_every` below 2."""
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
        all_sizes = dict(self._sizes)
        if foreign_every is not None:
            if foreign_every < 2:
                raise ValueError("foreign_every must be at least 2")
            if len(all_sizes) == 1:
                all_sizes[OTHER_TENANT] = 50
        self._evolving: dict[str, DemoTenant] = {}
        self._bulk: dict[str, BulkTenant] = {}
        for name, size in all_sizes.items():
            if fast:
                self._bulk[name] = BulkTenant(name=name, anchor=self.anchor, size=size)
            else:
                self._evolving[name] = DemoTenant(name=name, anchor=self.anchor, size=size, with_events=with_events)
        self._notify_endpoint = NotifyEndpoint(notify or NotifyRules(), now)
        self._requests: deque[tuple[float, str, str]] = deque(maxlen=REMEMBERED_REQUESTS)
        self._server: HelpdeskServer | None = None

    def start(self) -> "DemoHelpdesk":
        """Serve requests in threads. Raises `OSError` if the address is not available."""
        if self._server is None:
            self._server = HelpdeskServer(self._address, self.answer)
            # A short poll interval, so that stopping is fast in tests.
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the port and all open connections; may be called twice."""
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
        """The base URL, such as `http://127.0.0.1:40123`. Raises `RuntimeError` if not started."""
        if self._server is None:
            raise RuntimeError("the demo helpdesk is not started")
        host, port = self._server.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    @property
    def requests(self) -> list[tuple[float, str, str]]:
        """The last 200,000 requests: (`time.monotonic()`, method, path with query)."""
        return list(self._requests)

    @property
    def notifications(self) -> list[dict[str, str]]:
        """The accepted notifications, in order."""
        return self._notify_endpoint.accepted

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        """The response to a request."""
        self._requests.append((time.monotonic(), method, target))
        path, _, parameters = target.partition("?")
        if path.startswith("/external") and self._window and (rejection := self._window.rejection()):
            return rejection
        expected = _METHODS.get(path)
        if expected is None:
            return Answer.of(404, {"detail": f"{path} does not exist."})
        if method != expected:
            return Answer.of(405, {"detail": f"{path} supports only {expected}."}, Allow=expected)
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
        # Joined as text: the rows are JSON already, and encoding them again would take most of the time.
        return Answer(200, f'{{"tickets":[{rows}],"next_page":{following},"total_count":{total}}}')

    def _deleted(self, query: Query) -> Answer:
        tenant = None if self._ignore_tenant else query.tenant()
        names = self._sizes if tenant is None else [tenant]
        now = self._now()
        evolving = [self._evolving[name] for name in names if name in self._sizes and name in self._evolving]
        return Answer.of(200, {"deleted_ids": [id_ for one in evolving for id_ in one.deleted_ids_at(now)]})

    def _listing(self, tenant: str | None) -> Listing:
        now = self._now()
        if tenant is None:
            return self._mixed(list(self._sizes), now)
        if tenant not in self._sizes:
            return TicketListing(())
        own = self._own(tenant, now)
        if self._foreign_every is None:
            return own
        others = [name for name in self._bulk or self._evolving if name != tenant]
        return InterspersedListing(own, self._mixed(others, now), every=self._foreign_every)

    def _own(self, tenant: str, now: datetime) -> Listing:
        if tenant in self._bulk:
            return self._bulk[tenant]
        return TicketListing(self._evolving[tenant].tickets_at(now))

    def _mixed(self, names: list[str], now: datetime) -> Listing:
        if self._bulk:
            return MixedListing([self._bulk[name] for name in names])
        # In order of creation, so that new tickets come last, as in the list of one tenant.
        tickets = [ticket for name in names for ticket in self._evolving[name].tickets_at(now)]
        return TicketListing(sorted(tickets, key=lambda ticket: (ticket.created_at, ticket.id)))

    def _notify(self, body: bytes) -> Answer:
        try:
            content: object = json.loads(body)
        except ValueError:
            return Answer.of(422, {"detail": "the body must be JSON"})
        reply = self._notify_endpoint.receive(content)
        if reply.delay:
            time.sleep(reply.delay)
        if reply.status == 200:
            return Answer.of(200, {"status": "accepted"})
        headers = {} if reply.retry_after is None else {"Retry_After": reply.retry_after}
        return Answer.of(reply.status, {"detail": reply.detail}, **headers)
