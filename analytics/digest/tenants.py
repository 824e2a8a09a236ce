"""Each tenant of a digest: its week, its numbers, what is out of the ordinary, or why nothing is known about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from analytics.dashboard.links import TicketLinks
from analytics.dashboard.statistics import StatisticsStore
from analytics.dashboard.wording import Tone, change, tone_of
from analytics.digest.week import DigestWeek, week_before
from analytics.figures import DashboardFigures
from analytics.insights.findings import Insights
from analytics.insights.store import find_insights
from analytics.insights.wording import LEVEL_NAMES, Sentence, sentences, with_addresses
from analytics.overview import last_runs
from analytics.run_badges import why_unknown
from tenants.models import Tenant
from tickets.helpdesks.model import Source
from tickets.ingestion.sync_status import find_sync_statuses
from tickets.records.buckets import Unit, buckets_of
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantWeek:
    """`unknown`: why there are no numbers; then `figures` is None. `sentences` have whole addresses."""

    tenant: Tenant
    week: DigestWeek
    url: str
    figures: DashboardFigures | None
    unknown: str
    sentences: tuple[Sentence, ...]
    level: str
    level_name: str
    rank: tuple[int, float, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a week with the change since the week before; `change` is empty if it is not compared."""

    count: int
    url: str
    change: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Of the table of several tenants. Without numbers, `unknown` says why."""

    name: str
    url: str
    unknown: str
    cells: tuple[Cell, ...]


COLUMNS = ("Tickets", "High urgency", "Negative", "Still open")


def tenant_weeks(tenants: Sequence[Tenant], *, now: datetime) -> list[TenantWeek]:
    """The last whole week of each, in its own zone."""
    insights = find_insights(tenants)
    statuses = find_sync_statuses(tenants, now=now)
    runs = last_runs(tenants)
    connected = Source.objects.filter(tenant__in=[each.pk for each in tenants]).order_by("enabled")
    sources = {each.tenant_id: each for each in connected}  # of several, one that is turned on
    found = []
    for tenant in tenants:
        sync = statuses[tenant.slug]
        unknown = ""
        if sync.as_of is None and not TicketStore(tenant).queries.has_any():
            unknown = why_unknown(runs.get(tenant.slug), sync, sources.get(tenant.pk)).reason
        found.append(_tenant_week(tenant, insights.get(tenant.slug), unknown, now))
    return found


def in_order(weeks: Sequence[TenantWeek]) -> list[TenantWeek]:
    """Those that nothing is known about, then the worst first, then by name."""
    return sorted(weeks, key=lambda each: (not each.unknown, each.rank, each.tenant.name.casefold()))


def compared(weeks: Sequence[TenantWeek]) -> list[Row]:
    """A row a tenant, in the same order; none for a single tenant."""
    return [_row(each) for each in weeks] if len(weeks) > 1 else []


def _tenant_week(tenant: Tenant, insights: Insights | None, unknown: str, now: datetime) -> TenantWeek:
    week = week_before(now, tenant.zone)
    before = week.period.comparison(week.period.end, tenant.zone)
    figures = None
    if not unknown:
        figures = StatisticsStore(tenant).dashboard(buckets_of(week.period, tenant.zone, Unit.DAY), comparison=before)
    shown = insights if not unknown else None
    path = f"{reverse('dashboard', args=[tenant.slug])}?period=custom&from={week.first_day}&to={week.last_day}"
    return TenantWeek(
        tenant=tenant,
        week=week,
        url=f"{settings.PUBLIC_URL}{path}",
        figures=figures,
        unknown=unknown,
        sentences=tuple(with_addresses(each, settings.PUBLIC_URL) for each in sentences(shown, tenant.zone))
        if shown
        else (),
        level=shown.level if shown else "normal",
        level_name=LEVEL_NAMES[shown.level] if shown else "",
        rank=shown.rank if shown else (9, 0.0, 0),
    )


def _row(found: TenantWeek) -> Row:
    cells: tuple[Cell, ...] = ()
    if found.figures is not None:
        period = found.week.period
        links = TicketLinks(found.tenant.slug, TicketFilter(created_from=period.start, created_to=period.end))
        cells = (
            _cell(found.figures, "total", links.tickets(), is_up_bad=None),
            _cell(found.figures, "high", links.tickets(urgency=("high",)), is_up_bad=True),
            _cell(found.figures, "negative", links.tickets(sentiment=("negative",)), is_up_bad=True),
            # Not compared: more tickets of the older week are closed by now, so the number would always grow.
            Cell(found.figures.totals.open, f"{settings.PUBLIC_URL}{links.tickets(state=('open',))}"),
        )
    return Row(name=found.tenant.name, url=found.url, unknown=found.unknown, cells=cells)


def _cell(figures: DashboardFigures, field: str, path: str, *, is_up_bad: bool | None) -> Cell:
    count, url = getattr(figures.totals, field), f"{settings.PUBLIC_URL}{path}"
    if not figures.has_earlier_data:
        return Cell(count, url)
    changed = change(count, getattr(figures.previous, field))
    return Cell(count, url, changed.text, tone_of(changed, is_up_bad=is_up_bad))
