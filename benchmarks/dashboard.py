"""How fast dashboards are at a million tickets, against the plain pipeline over the tickets in the same run.

    python -m benchmarks.dashboard [--tickets 1000000] [--repeat 15] [--directory DIR]

Builds a tenant of a million tickets over a year among 50 others on a MongoDB of its own, measures the
aggregations, then pages over HTTP from a gunicorn of its own: anew, as after a change of the tenant's tickets, when
nothing that was counted before holds, and again. Medians in ms; ratios are what to keep.
`benchmarks.live` measures them after changes of many tickets.
With --directory what is built there is used again.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from benchmarks import million, web

PERIODS = ("24h", "7d", "30d", "365d")
GOALS_MS = {"24h": 60, "7d": 60, "30d": 60, "365d": 120}
GOAL_RATIOS = {"30d": 15, "365d": 50}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--directory", help="keep what is built here, or use it again")
    wish = parser.parse_args()
    with million.running(tickets=wish.tickets, directory=wish.directory):
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
        _aggregations(wish.repeat)
        _pages(wish.repeat)


def _aggregations(repeat: int) -> None:
    from analytics.dashboard.statistics import StatisticsStore
    from supportsaas import clock
    from supportsaas.db import mongo
    from tenants.models import Tenant
    from tickets.records.buckets import buckets_of
    from tickets.records.periods import preset

    print(f"{'aggregation':<24}{'plain':>10}{'ours':>9}{'ratio':>8}{'goal':>7}")
    for slug in (million.LARGE, million.MIDDLE):
        tenant = Tenant.objects.get(slug=slug)
        now = clock.now()
        for name in PERIODS:
            period = preset(name, zone=tenant.zone, now=now)
            buckets, comparison = buckets_of(period, tenant.zone), period.comparison(now, tenant.zone)
            store = StatisticsStore(tenant)
            plain_pipeline = plain(slug, period.start, period.end)
            # What waits for the disk at first is not what is measured.
            measured = _median(partial(store.dashboard, buckets, comparison=comparison, now=now), repeat)
            tickets = mongo.collection("tickets")
            naive = _median(partial(_read_all, tickets, plain_pipeline), 1 if name == "365d" else 3)
            goal = GOAL_RATIOS.get(name) if slug == million.LARGE else None
            print(f"{slug + ', ' + name:<24}{naive:>10.1f}{measured:>9.1f}{naive / measured:>8.1f}{goal or '':>7}")
    print()


def plain(tenant_id: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """The obvious way: one match and a `$facet` of seven over the tickets."""
    count: dict[str, Any] = {"$sum": 1}
    risk = {"$or": [{"urgency": "high"}, {"sentiment": "negative"}]}
    high = {"$sum": {"$cond": [{"$eq": ["$urgency", "high"]}, 1, 0]}}
    return [
        {"$match": {"tenant_id": tenant_id, "is_deleted": False, "created_at": {"$gte": start, "$lt": end}}},
        {
            "$facet": {
                "total": [{"$count": "n"}],
                "status": [{"$group": {"_id": "$status", "n": count}}],
                "urgency": [{"$group": {"_id": "$urgency", "n": count}}],
                "sentiment": [{"$group": {"_id": "$sentiment", "n": count}}],
                "trend": [
                    {"$group": {"_id": {"$dateTrunc": {"date": "$created_at", "unit": "hour"}}, "n": count}},
                    {"$sort": {"_id": 1}},
                ],
                "keywords": [
                    {"$unwind": "$topics"},
                    {"$group": {"_id": "$topics", "n": count}},
                    {"$sort": {"n": -1}},
                    {"$limit": 10},
                ],
                "customers": [
                    {"$match": risk},
                    {"$group": {"_id": "$customer_id", "n": count, "high": high}},
                    {"$sort": {"high": -1, "n": -1}},
                    {"$limit": 10},
                ],
            }
        },
    ]


def _pages(repeat: int) -> None:
    with web.running() as pages:
        print(f"{'page over HTTP':<34}{'anew':>10}{'again':>10}{'goal':>7}")
        for name in PERIODS:
            path = f"/t/{million.LARGE}/?period={name}"
            _page(pages, f"dashboard {name}, a million", path, GOALS_MS[name], repeat)
        _page(pages, "dashboard 30d, 10,000", f"/t/{million.MIDDLE}/?period=30d", 25, repeat)
        _page(pages, "overview of the tenants", "/", 100, repeat)


def _page(pages: web.Web, name: str, path: str, goal: int, repeat: int) -> None:
    anew = _median(lambda: pages.get(path), repeat, before=_forget)
    again = _median(lambda: pages.get(path), repeat)
    print(f"{name:<34}{anew:>10.1f}{again:>10.1f}{goal:>7}", flush=True)


def _forget() -> None:
    """As a change of their tickets does it, have nobody use what was counted of the tenants before."""
    from supportsaas.db import mongo

    mongo.collection("rollup_state").update_many({}, {"$inc": {"version": 1}})


def _read_all(tickets: Any, pipeline: list[Any]) -> list[Any]:
    return list(tickets.aggregate(pipeline, allowDiskUse=True))


def _median(work: Callable[[], object], repeat: int, *, before: Callable[[], object] = lambda: None) -> float:
    """In ms, after one time that does not count; what happens `before` each does not count either."""
    work()
    times = []
    for _ in range(repeat):
        before()
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
