"""How fast pages are right after tickets have changed, at a million tickets and with no worker running.

    python -m benchmarks.live [--tickets 1000000] [--repeat 15] [--directory DIR] [--importing]

Builds a tenant of a million tickets over a year among 50 others on a MongoDB of its own, and asks a gunicorn of its own
with one worker for pages and the JSON API: first with nothing changed, then right after 20, 1,000 and 10,000 changed
tickets. Before each of these the keywords are tidied, as the workers do it. One more ticket changes before every
request, so that no answer was counted before.

Beside it stands the obvious way, a `$facet` over the tickets, in the same run. At the end all numbers are compared with
the tickets. Median and 95th percentile in ms. A median is marked with `*` if it is over the goal, a percentile if it is
more than twice the median. With --directory what is built there is used again. With --importing, it measures dashboards
while a process imports tickets instead (`benchmarks.importing`).
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import httpx

from benchmarks import million, web
from benchmarks.changing import TicketChanges
from benchmarks.dashboard import PERIODS, plain
from benchmarks.importing import MOST_TICKETS, print_importing
from benchmarks.timing import Times, measure, time_of

if TYPE_CHECKING:
    from tenants.models import Tenant
    from tickets.records.period import Period

CHANGED = (0, 20, 1_000, 10_000)
_OTHER_PAGES = {
    "customers by risk": "customers/?sort=risk",
    "work by assignee 30d": "work/?by=assignee&period=30d",
    "response times 30d": "response-times/?period=30d",
    "topics 30d": "topics/?period=30d",
    "list, about to breach": "tickets/?due=soon",
    "list, past due": "tickets/?due=breached",
}
"""Pages of a tenant, each with its path and query."""

PLAIN_PERIODS = ("30d", "365d")
MOST_SPREAD = 2
"""The 95th percentile is at most this many times the median."""


@dataclass(frozen=True, slots=True)
class Page:
    """A ticket of the tenant `changing` changes before each request. `by` says who asks."""

    name: str
    path: str
    goal: int
    changing: str = million.LARGE
    by: Literal["person", "program"] = "person"
    is_rarely_counted: bool = False
    """Whether an answer holds for some seconds, whatever changes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--directory", help="keep what is built here, or use it again")
    parser.add_argument("--importing", action="store_true", help="measure dashboards during an import instead")
    wish = parser.parse_args()
    with million.running(tickets=wish.tickets, directory=wish.directory), web.started() as pages:
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"/health, first call after start: {time_of(lambda: pages.get('/health')):.1f} ms")
        web.log_in(pages)
        if wish.importing:
            print_importing(pages, wish.repeat, tickets=min(wish.tickets, MOST_TICKETS))
        elif not _Live(pages, wish.repeat).run():
            sys.exit(1)


class _Live:
    def __init__(self, pages: web.Web, repeat: int) -> None:
        from tenants.models import ApiToken, Role, Tenant, User

        self.repeat = repeat
        self.person = pages.client
        user = User.objects.get(username=web.NAME)
        token = ApiToken.issue(name="benchmark", user=user, tenant=None, role=Role.MANAGER)[1]
        self.program = httpx.Client(
            base_url=pages.client.base_url, headers={"Authorization": f"Bearer {token}"}, timeout=600
        )
        self.tenants = {slug: Tenant.objects.get(slug=slug) for slug in (million.LARGE, million.MIDDLE)}
        self.changes = {slug: TicketChanges(tenant) for slug, tenant in self.tenants.items()}
        self.pages = list_pages(self.tenants[million.LARGE])

    def run(self) -> bool:
        """Whether all numbers agree with the tickets at the end."""
        large = self.tenants[million.LARGE]
        found: dict[int, dict[str, Times]] = {}
        plainly = {name: time_of(partial(_count_plainly, large, name)) for name in PLAIN_PERIODS}
        ours: dict[int, dict[str, Times]] = {}
        for number in CHANGED:
            tidying = time_of(lambda: million.roll_up(large))
            writing = time_of(partial(self.changes[million.LARGE].write, number))
            print(f"tidied in {tidying:,.0f} ms, then {number:,} tickets changed in {writing:,.0f} ms", flush=True)
            found[number] = {page.name: self._measure(page) for page in self.pages}
            ours[number] = {name: self._measure_counting(name) for name in PLAIN_PERIODS}
        self._print_pages(found)
        _print_ratios(plainly, ours)
        return all(_agree(tenant) for tenant in self.tenants.values())

    def _measure(self, page: Page) -> Times:
        def prepare() -> None:
            self.changes[page.changing].write_one()
            if page.is_rarely_counted:
                time.sleep(_health_seconds())

        def ask() -> None:
            answer = (self.program if page.by == "program" else self.person).get(page.path)
            assert answer.status_code == 200, (page.path, answer.status_code)

        return measure(ask, self.repeat, before=prepare)

    def _measure_counting(self, name: str) -> Times:
        """The counting alone, without the page."""
        from supportsaas import clock

        tenant, now = self.tenants[million.LARGE], clock.now()
        return measure(lambda: count_dashboard(tenant, _period(tenant, name), now), self.repeat)

    def _print_pages(self, found: dict[int, dict[str, Times]]) -> None:
        states = "".join(f"{f'{number:,} changed' if number else 'clean':>18}" for number in found)
        print(f"\n{'page over HTTP':<34}{'goal':>6}{states}")
        for page in self.pages:
            cells = "".join(f"{_cell(times[page.name], page.goal):>18}" for times in found.values())
            print(f"{page.name:<34}{page.goal:>6}{cells}")


def list_pages(tenant: "Tenant") -> list[Page]:
    """The pages that are measured."""
    from supportsaas.db.paging import END

    at = f"/t/{tenant.slug}"
    goals = {"24h": 60, "7d": 60, "30d": 60, "365d": 120}
    found = [Page(f"dashboard {name}", f"{at}/?period={name}", goals[name]) for name in PERIODS]
    found.append(Page("overview", "/", 80))
    found.append(Page("API: stats of all time", f"/tenants/{tenant.slug}/stats", 80, by="program"))
    found.append(Page("customers", f"{at}/customers/", 80))
    found += [Page(name, f"{at}/{path}", 80) for name, path in _OTHER_PAGES.items()]
    for name, query in _lists(tenant).items():
        path = f"{at}/tickets/?{query}"
        found.append(Page(f"list, {name}: first page", path, 30))
        found.append(Page(f"list, {name}: last page", f"{path}&cursor={END.encode()}", 30))
    found.append(Page("/health", "/health", 30, is_rarely_counted=True))
    found.append(Page("dashboard 30d of 10,000 tickets", f"/t/{million.MIDDLE}/?period=30d", 20, million.MIDDLE))
    return found


def _lists(tenant: "Tenant") -> dict[str, str]:
    """The filters of lists as they stand in the address."""
    from supportsaas import clock

    today = clock.now().astimezone(tenant.zone).date()
    since = {days: f"created_from={today - timedelta(days=days - 1)}" for days in (30, 365)}
    narrowed = {
        f"{value}, {days}d": f"{name}={value}&{since[days]}"
        for name, value in (("team", "Billing"), ("priority", "high"))
        if _is_filter(name)
        for days in since
    }
    return {"all": "", "high": "urgency=high", "high, open": "urgency=high&status=open", **narrowed}


def _is_filter(name: str) -> bool:
    from tickets.store.filters import TicketFilter

    return hasattr(TicketFilter(), name)


def _health_seconds() -> float:
    from supportsaas.ops.latest_report import FRESH_SECONDS

    return FRESH_SECONDS + 0.1


# -- Counting without pages ------------------------------------------------------------------


def count_dashboard(tenant: "Tenant", period: "Period", now: Any, *, use_rollups: bool = True) -> Any:
    from analytics.dashboard.statistics import StatisticsStore
    from tickets.records.buckets import buckets_of

    store = StatisticsStore(tenant, use_rollups=use_rollups)
    buckets = buckets_of(period, tenant.zone)
    return store.dashboard(buckets, comparison=period.comparison(now, tenant.zone), now=now)


def _count_plainly(tenant: "Tenant", name: str) -> None:
    from supportsaas.db import mongo

    period = _period(tenant, name)
    list(mongo.collection("tickets").aggregate(plain(tenant.slug, period.start, period.end), allowDiskUse=True))


def _period(tenant: "Tenant", name: str) -> "Period":
    from supportsaas import clock
    from tickets.records.periods import preset

    return preset(name, zone=tenant.zone, now=clock.now())


def _print_ratios(plainly: dict[str, float], ours: dict[int, dict[str, Times]]) -> None:
    print(f"\n{'counting alone':<22}{'$facet':>10}{'clean':>9}{'ratio':>8}{f'{CHANGED[-1]:,} changed':>16}{'ratio':>8}")
    for name, took in plainly.items():
        clean, changed = ours[0][name].median, ours[CHANGED[-1]][name].median
        print(f"{name:<22}{took:>10,.0f}{clean:>9.1f}{took / clean:>8.0f}{changed:>16.1f}{took / changed:>8.0f}")


def _agree(tenant: "Tenant") -> bool:
    """Compare what is rolled up with the tickets: every period's dashboard and the API's statistics of all time."""
    from analytics.dashboard.statistics import StatisticsStore
    from supportsaas import clock

    wrong: list[str] = []
    now = clock.now()
    for name in PERIODS:
        period = _period(tenant, name)
        if count_dashboard(tenant, period, now) != count_dashboard(tenant, period, now, use_rollups=False):
            wrong.append(name)
    rolled_up, counted = (StatisticsStore(tenant, use_rollups=use).api(start=None, end=None) for use in (True, False))
    if rolled_up != counted:
        wrong.append("the API's statistics")
    result = f"these differ from the tickets: {', '.join(wrong)}" if wrong else "all numbers agree with the tickets"
    print(f"\n{tenant.slug}: {result}", flush=True)
    return not wrong


def _cell(times: Times, goal: int) -> str:
    slow = "*" if times.median > goal else " "
    spread = "*" if times.p95 > MOST_SPREAD * times.median else " "
    return f"{times.median:.1f}{slow}{times.p95:>7.1f}{spread}"


if __name__ == "__main__":
    main()
