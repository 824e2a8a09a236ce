"""The rows of the overview: a tenant's numbers with their changes, its state in a word, and its sync status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from analytics.dashboard.charts import Sparkline, sparkline
from analytics.dashboard.links import TicketLinks
from analytics.dashboard.wording import change
from analytics.insights.findings import LEVELS, Insights
from analytics.insights.rule import FEWEST_WEEKS
from analytics.insights.wording import plain
from analytics.overview import FEWEST, RISK_HIGH, RISK_NEGATIVE, TenantNumbers, last_runs
from analytics.run_badges import Remedy, RunBadge, Unknown, run_badge, why_unknown
from analytics.views.insights import ShownInsights
from supportsaas import clock
from supportsaas.formatting import format_count, format_number
from supportsaas.web.page_paths import path_of
from tenants.models import Role, Tenant
from tickets.helpdesks.model import Source
from tickets.ingestion.sync_status import SyncStatus
from tickets.records.period import Period
from tickets.store.filters import TicketFilter

Tone = Literal["worse", "better", "other"]

_REMEDIES: dict[Remedy, tuple[str, str, str]] = {
    "connect": ("Connect a helpdesk", "settings-source-new", "ingestion"),
    "check": ("Check the connection", "settings-source", "ingestion"),
    "run": ("Run the first sync", "ingestion", "ingestion"),
    "watch": ("View progress", "ingestion", "ingestion"),
}
"""The button's label, and the page it leads to: for the tenant's admins, and for everyone else."""


@dataclass(frozen=True, slots=True)
class ToneOfChange:
    """A change in words; `tone` says whether it is good."""

    text: str
    direction: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Since the 7 days before; None without earlier data."""

    week: ToneOfChange | None = None
    high: ToneOfChange | None = None
    negative: ToneOfChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLinks:
    """The list of tickets behind each number of a row."""

    open: str
    unknown: str
    due: str
    high_day: str
    high_week: str
    negative: str
    tickets: str


@dataclass(frozen=True, slots=True)
class Weeks:
    """The last eight weeks and the one up to yesterday, as a line and in words."""

    line: Sparkline
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A tenant's numbers, each with a link to its list, and its sync status.

    With `unknown` the row has no numbers: what nobody has counted is not shown as 0. `insights` is None before the first
    look, and so are what is past due and the weeks.
    """

    numbers: TenantNumbers
    sync: SyncStatus
    role: Role
    badge: RunBadge
    unknown: Unknown | None
    remedy: tuple[str, str]
    insights: ShownInsights | None
    past_due: int | None
    state_title: str
    changes: Changes
    weeks: Mapping[str, Weeks | None]
    links: RowLinks
    rank: tuple[int, float, int]
    """Of what is out of the ordinary: the worst is the lowest."""


Found = tuple[TenantNumbers, SyncStatus, Insights | None]
"""A tenant's numbers, how fresh they are, and what is out of the ordinary."""


def is_unknown(numbers: TenantNumbers, sync: SyncStatus) -> bool:
    """Whether 0 would be a guess: no ticket is stored, and no sync has found that there are none."""
    return numbers.newest is None and sync.as_of is None


def rows_of(found: Sequence[Found], roles: Mapping[Any, Role]) -> list[TenantRow]:
    tenants = [numbers.tenant for numbers, _, _ in found]
    connected = Source.objects.filter(tenant__in=[each.pk for each in tenants]).order_by("enabled")
    sources = {each.tenant_id: each for each in connected}  # of several, one that is turned on
    runs, now = last_runs(tenants), clock.now()
    rows = []
    for numbers, sync, insights in found:
        run, source = runs.get(numbers.tenant.slug), sources.get(numbers.tenant.pk)
        badge = run_badge(run, sync, source, now=now)
        unknown = why_unknown(run, sync, source) if is_unknown(numbers, sync) else None
        rows.append(_row(numbers, sync, insights, roles[numbers.tenant.pk], badge, unknown))
    return rows


def changes_of(found: Sequence[Found]) -> Changes:
    """Of one tenant, or of several together; none if one of them has no earlier data, or its first sync is under way."""
    numbers = [each for each, _, _ in found]
    is_complete = all(sync.as_of is not None or insights is not None for _, sync, insights in found)
    if not numbers or not is_complete or not all(each.has_before for each in numbers):
        return Changes()

    def changed(name: str, before: str, worse: str) -> ToneOfChange:
        return _changed(
            sum(getattr(each, name) for each in numbers), sum(getattr(each, before) for each in numbers), worse
        )

    return Changes(
        week=changed("week", "week_before", ""),
        high=changed("high_week", "high_before", "up"),
        negative=changed("negative_week", "negative_before", "up"),
    )


@lru_cache(maxsize=4096)
def _changed(now: int, before: int, worse: str) -> ToneOfChange:
    """`worse`: the direction that is bad news, empty if neither is."""
    found = change(now, before)
    tone: Tone = (
        "other" if not worse or found.direction == "same" else "worse" if found.direction == worse else "better"
    )
    return ToneOfChange(found.text, found.direction, tone)


def _row(
    numbers: TenantNumbers,
    sync: SyncStatus,
    insights: Insights | None,
    role: Role,
    badge: RunBadge,
    unknown: Unknown | None,
) -> TenantRow:
    shown = ShownInsights.of(insights, numbers.tenant) if insights and not unknown else None
    return TenantRow(
        numbers=numbers,
        sync=sync,
        role=role,
        badge=badge,
        unknown=unknown,
        remedy=_remedy(numbers.tenant, unknown, role) if unknown else ("", ""),
        insights=shown,
        past_due=insights.past_due if insights else None,
        state_title=_state_title(numbers, shown),
        changes=changes_of([(numbers, sync, insights)]),
        weeks={
            name: _weeks(getattr(insights, field)) if insights else None
            for name, field in (("week", "week_totals"), ("high", "week_high"), ("negative", "week_negative"))
        },
        rank=insights.rank if insights else (len(LEVELS), 0.0, 0),
        links=_links(numbers.tenant.slug, numbers.week_period, numbers.day_period),
    )


@lru_cache(maxsize=8192)
def _weeks(numbers: tuple[int | None, ...]) -> Weeks | None:
    known = [each for each in numbers if each is not None]
    line = sparkline(known, is_under_way=False) if len(known) >= FEWEST_WEEKS and any(known) else None
    return Weeks(line, ", ".join(format_number(each) for each in known)) if line else None


@lru_cache(maxsize=4096)
def _links(slug: str, week: Period, day: Period) -> RowLinks:
    everything = TicketLinks(slug, TicketFilter())
    return RowLinks(
        open=everything.tickets(state=("open",)),
        unknown=everything.tickets(state=("unknown",)),
        due=everything.tickets(due=("breached",)),
        high_day=everything.within(day, urgency=("high",)),
        high_week=everything.within(week, urgency=("high",)),
        negative=everything.within(week, sentiment=("negative",)),
        tickets=everything.within(week),
    )


def _remedy(tenant: Tenant, unknown: Unknown, role: Role) -> tuple[str, str]:
    """The button's label and link. Users who are not admins get a page they may see."""
    text, for_admins, for_others = _REMEDIES[unknown.remedy]
    if role.allows(Role.ADMIN) or for_admins == for_others:
        return text, path_of(for_admins, tenant.slug)
    return "See details", path_of(for_others, tenant.slug)


def _state_title(numbers: TenantNumbers, shown: ShownInsights | None) -> str:
    """The reason in words, and the score that ranks tenants of the same state."""
    reason = " ".join(plain(each) for each in shown.sentences) if shown else ""
    return (
        f"{reason or 'Nothing out of the ordinary.'} Risk score {format_number(numbers.risk)}: {_risk_words(numbers)}"
    )


def _risk_words(numbers: TenantNumbers) -> str:
    """“3 × 12 high + 2 × 8 negative of 100 tickets”."""
    high, negative = numbers.high_week, numbers.negative_week
    whole = (
        f"of {format_count(numbers.week, 'ticket')}"
        if numbers.week >= FEWEST
        else f"of {numbers.week}, counted as {FEWEST}"
    )
    return f"{RISK_HIGH} × {format_number(high)} high + {RISK_NEGATIVE} × {format_number(negative)} negative {whole}, per 100"
