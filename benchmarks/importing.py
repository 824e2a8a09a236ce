"""How fast dashboards are while tickets come in as fast as a helpdesk can send them. Part of `benchmarks.live`.

A process reads a tenant from a demo helpdesk without a rate limit: first into an empty tenant, then all of it once more
after every tenth ticket has changed. Meanwhile somebody looks at that tenant's dashboards and at those of another.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

from benchmarks import ingest, million, web
from benchmarks.changing import TicketChanges
from benchmarks.timing import Times, measure, time_of
from supportsaas.ops import child_process

if TYPE_CHECKING:
    from tenants.models import Tenant

SLUG = "tenant_c"
"""One that the demo helpdesk has and `benchmarks.million` does not."""

MOST_TICKETS = 300_000
PERIODS = ("24h", "7d", "30d", "365d")
GOAL_MS = 250
"""The 95th percentile of the tenant that is read."""

PAUSE_SECONDS = 0.2
MOST_SLOWER = 2
"""Another tenant's median is at most this many times its median without an import."""


def print_importing(pages: web.Web, repeat: int, *, tickets: int) -> None:
    """Import this many tickets, twice."""
    from tenants.models import Tenant
    from tickets.helpdesks.model import Source
    from tickets.rollups.building import build_again

    tenant, _ = Tenant.objects.get_or_create(slug=SLUG, defaults={"name": SLUG, "timezone": "Europe/Berlin"})
    _erase(tenant)
    other = _Other(pages)
    quiet = measure(other.look, repeat, before=other.change)
    print(
        f"\n{'while it imports':<22}{'tickets/s':>10}{'its p50':>9}{'p95':>8}{'goal':>7}{'other p50':>11}{'quiet':>8}"
    )
    with _helpdesk(tickets) as address:
        Source.objects.update_or_create(tenant=tenant, defaults={"url": address, "page_size": 1000})
        _print_run("an empty tenant", pages, other, quiet, tickets)
        ingest.change_every_tenth(SLUG)
        build_again(tenant)
        million.roll_up(tenant)
        _print_run("10 % changed", pages, other, quiet, tickets)


@dataclass(frozen=True, slots=True)
class _Other:
    """Another tenant. One of its tickets changes before anybody looks, so that no answer was counted before."""

    pages: web.Web
    changes: TicketChanges = field(default_factory=lambda: TicketChanges(_find(million.MIDDLE)))

    def change(self) -> None:
        self.changes.write_one()

    def look(self) -> None:
        self.pages.get(f"/t/{million.MIDDLE}/?period=30d")


def _print_run(name: str, pages: web.Web, other: _Other, quiet: Times, tickets: int) -> None:
    own, others = Times(), Times()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "ingest", "--tenant", SLUG, "--full", "--quiet"],
        cwd=ingest.ROOT,
        env={**os.environ, "RATE_LIMIT_REQUESTS": "0"},
    )
    for period in cycle(PERIODS):
        if process.poll() is not None:
            break
        path = f"/t/{SLUG}/?period={period}"
        own.values.append(time_of(partial(pages.get, path)))
        other.change()
        others.values.append(time_of(other.look))
        time.sleep(PAUSE_SECONDS)
    assert process.returncode == 0, process.returncode
    rate = tickets / (time.perf_counter() - began)
    is_fast, is_steady = own.p95 <= GOAL_MS, others.median <= MOST_SLOWER * quiet.median
    print(
        f"{name:<22}{rate:>10,.0f}{own.median:>9.1f}{own.p95:>8.1f}{' ' if is_fast else '*'}{GOAL_MS:>6}"
        f"{others.median:>11.1f}{' ' if is_steady else '*'}{quiet.median:>7.1f}",
        flush=True,
    )


@contextmanager
def _helpdesk(tickets: int) -> Iterator[str]:
    port = child_process.free_port()
    helpdesk = child_process.start(
        [sys.executable, "manage.py", "demo_helpdesk", "--port", str(port), "--no-limit", "--tickets", str(tickets)],
        cwd=ingest.ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not child_process.port_is_taken(port):
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        child_process.stop(helpdesk)


def _erase(tenant: "Tenant") -> None:
    from supportsaas.db.tenant_data import OF_TENANTS, erase_some

    for data in OF_TENANTS:
        while erase_some(data, tenant.slug, limit=5_000):
            pass


def _find(slug: str) -> "Tenant":
    from tenants.models import Tenant

    return Tenant.objects.get(slug=slug)
