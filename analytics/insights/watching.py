"""Looks for what is out of the ordinary of each tenant, every few minutes in the background.

A tenant is looked at again soon after its tickets have changed, and now and then anyway, because tickets wait longer and the
hours move on. What a look costs is bounded: stored sums of a few hundred days and hours, and tickets only of a number that
is unusual. A worker that dies loses nothing, because the next look begins again.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from analytics.insights.counting import count_windows, find_writers
from analytics.insights.drivers import find_drivers
from analytics.insights.findings import WAITING, Insights, OngoingIncident, Unusual
from analytics.insights.rule import MEASURES, CountedWindow, Counts, Measure, assess_measure, is_of_many
from analytics.insights.store import InsightStore, counted_at, find_looks
from analytics.insights.windows import windows_at
from supportsaas import clock
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.models import Tenant
from tickets import jobs
from tickets.incidents.store import IncidentStore
from tickets.incidents.watching import LARGE_RUN
from tickets.records.period import Period
from tickets.rollups import state
from tickets.rollups.view import RollupView, rollup_view
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore
from tickets.topics.store import TopicStore

EVERY: Final = timedelta(minutes=3)
AT_LATEST: Final = timedelta(minutes=20)
"""Of a tenant whose tickets are the same: they wait longer all the time."""


@periodic_task("insights", every_seconds=30.0, follows_runs=True)
def watch_tenants(stop: threading.Event) -> int:
    """Look at all tenants for which that is due. Returns at how many."""
    now = clock.now()
    tenants = {each.slug: each for each in Tenant.objects.filter(is_active=True)}
    looks = find_looks()
    states = state.find_all(with_words=False)
    versions = {slug: found.version for slug, found in states.items()}

    def is_due(slug: str) -> bool:
        last = looks.get(slug)
        if last is None:
            return slug in states  # others have never had a ticket
        since: timedelta = now - last["counted_at"]
        has_changed: bool = last["version"] != versions.get(slug)
        return since >= AT_LATEST or (since >= EVERY and has_changed)

    def work(slug: str) -> int:
        last = looks.get(slug)
        if counted_at(slug) != (last["counted_at"] if last else None):
            return False  # another worker has looked in the meantime
        return look(tenants[slug], version=versions.get(slug), now=now, is_first=last is None)

    return for_each_tenant("insights", filter(is_due, tenants), work, stop=stop)


def look(tenant: Tenant, *, version: int | None, now: datetime, is_first: bool = False) -> bool:
    """Find what is out of the ordinary, and store it. Returns whether that was done.

    `version`: of the tickets, as read before. The first look waits for the end of a run.
    """
    run = jobs.find_active(tenant)
    if run is not None and (is_first or run["counts"]["new_ingested"] > LARGE_RUN):
        return False  # the past may still be missing
    now = now.replace(second=0, microsecond=0)
    InsightStore(tenant).save(find_out(tenant, now=now), version=version)
    return True


def find_out(tenant: Tenant, *, now: datetime) -> Insights:
    """What is out of the ordinary now. Numbers are unusual only where sums of tickets are stored."""
    unusual: list[Unusual] = []
    weeks: list[Counts | None] = []
    weeks_known = 0
    with rollup_view(tenant, now=now) as view:
        if view.is_built:
            counted, weeks = count_windows(view, windows_at(now, tenant.zone))
            weeks_known = max(each.weeks for each in counted)
            unusual = list(_find_unusual(tenant, view, counted))
    queries = TicketStore(tenant).queries
    urgent = TicketFilter(state=("open",), urgency=("high",))
    return Insights(
        tenant_id=tenant.slug,
        counted_at=now,
        unusual=tuple(unusual),
        incidents=tuple(
            OngoingIncident(number=each.number, name=each.name, tickets=each.tickets, customers=each.customers)
            for each in IncidentStore(tenant).find_ongoing()
        ),
        urgent_waiting=queries.count(replace(urgent, created_to=now - WAITING)),
        urgent_open=queries.count(urgent),
        past_due=queries.count(TicketFilter(due=("breached",))),
        weeks_known=weeks_known,
        week_totals=_numbers(weeks, "total"),
        week_high=_numbers(weeks, "high"),
        week_negative=_numbers(weeks, "negative"),
    )


def _find_unusual(tenant: Tenant, view: RollupView, counted: Sequence[CountedWindow]) -> Iterable[Unusual]:
    """At most one of each measure, in the window in which it is most unusual; the most unusual first."""
    found = [each for measure in MEASURES if (each := _most_unusual(view, counted, measure)) is not None]
    topics = TopicStore(tenant).find_listed() if found else ()
    for unusual, past in sorted(found, key=lambda each: -each[0].excess):
        drivers = find_drivers(view, unusual.period, past, unusual.measure, topics)
        yield replace(unusual, drivers=drivers.values, driving=drivers.customers)


def _most_unusual(
    view: RollupView, counted: Sequence[CountedWindow], measure: Measure
) -> tuple[Unusual, Sequence[Period]] | None:
    candidates = []
    for each in counted:
        found = assess_measure(each, measure)
        if found is None or not found.is_unusual:
            continue
        writers = find_writers(view, each.window.period, measure)
        if is_of_many(found, writers):
            unusual = Unusual(
                measure=measure,
                window=each.window.name,
                period=each.window.period,
                observed=found.observed,
                usual=found.usual,
                limit=found.limit,
                weeks=each.weeks,
                customers=writers.customers,
            )
            candidates.append((unusual, each.past_periods))
    return max(candidates, key=lambda each: each[0].excess, default=None)


def _numbers(weeks: Sequence[Counts | None], measure: Measure) -> tuple[int | None, ...]:
    return tuple(each.of(measure) if each else None for each in weeks)
