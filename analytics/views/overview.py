"""The overview: the user's tenants, one row each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.dashboard.links import TicketLinks
from analytics.overview import FEWEST, RISK_HIGH, RISK_NEGATIVE, TenantNumbers, last_runs, tenant_numbers
from analytics.views.run_badges import Remedy, RunBadge, Unknown, run_badge, why_unknown
from supportsaas import clock
from supportsaas.db.parallel import start
from supportsaas.formatting import format_count, format_number
from supportsaas.web.page_paths import path_of
from tenants.access import SignedInRequest, TenantAccess, find_all_access, named_tenants, sign_in_required
from tenants.models import Role, Tenant
from tickets.helpdesks.model import Source
from tickets.incidents.shared import find_shared
from tickets.incidents.store import Incident, find_recent
from tickets.ingestion.sync_status import SyncStatus, find_sync_statuses
from tickets.records.period import Period
from tickets.rollups.versions import find_numbers_version
from tickets.store.filters import TicketFilter

SEARCH_FROM = 8
"""With this many tenants, there is a search field."""

PAGE_SIZE = 50

RECENT = timedelta(hours=6)
"""An incident with a ticket since then is shown with those of other tenants."""

_BEHIND = {"error": 0, "late": 1, "fresh": 2, "none": 3}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_ORDERS: dict[str, tuple[str, Callable[[TenantNumbers, SyncStatus], Any]]] = {
    "name": ("Tenant", lambda row, sync: row.tenant.name.casefold()),
    "risk": ("Risk", lambda row, sync: (-row.risk, -row.week)),
    "open": ("Open", lambda row, sync: -row.open),
    "day": ("High, 24\N{NO-BREAK SPACE}h", lambda row, sync: -row.high_day),
    "week": ("High, 7\N{NO-BREAK SPACE}d", lambda row, sync: -row.high_week),
    "negative": ("Negative, 7\N{NO-BREAK SPACE}d", lambda row, sync: -(row.negative_ratio or 0.0)),
    "tickets": ("Tickets, 7\N{NO-BREAK SPACE}d", lambda row, sync: -row.week),
    "newest": ("Newest ticket", lambda row, sync: -row.newest.timestamp() if row.newest else float("inf")),
    "freshness": ("Data as of", lambda row, sync: (_BEHIND[sync.state], sync.as_of or _LONG_AGO)),
}
"""Name in the URL, heading, and sort key: the largest or most overdue first, names from A to Z."""

_COUNTED = ("open", "day", "week", "negative", "tickets", "newest")
_DEFAULT = "risk"

RISK_EXPLAINED = (
    f"Risk score: {RISK_HIGH} points per high-urgency and {RISK_NEGATIVE} per negative ticket, per 100 tickets in the last "
    f"7 days (fewer than {FEWEST} count as {FEWEST}). The maximum is {100 * (RISK_HIGH + RISK_NEGATIVE)}. Tenants without data come first, then "
    "those whose sync fails."
)

_REMEDIES: dict[Remedy, tuple[str, str, str]] = {
    "connect": ("Connect a helpdesk", "settings-source-new", "ingestion"),
    "check": ("Check the connection", "settings-source", "ingestion"),
    "run": ("Run the first sync", "ingestion", "ingestion"),
    "watch": ("View progress", "ingestion", "ingestion"),
}
"""The button's label, and the page it leads to: for the tenant's admins, and for everyone else."""


@dataclass(frozen=True, slots=True)
class Heading:
    name: str
    text: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLinks:
    """The list of tickets behind each number of a row."""

    open: str
    unknown: str
    high_day: str
    high_week: str
    negative: str
    tickets: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A tenant's numbers, each with a link to its list, and its sync status.

    With `unknown` the row has no numbers: what nobody has counted is not shown as 0.
    """

    numbers: TenantNumbers
    sync: SyncStatus
    role: Role
    badge: RunBadge
    unknown: Unknown | None
    remedy: tuple[str, str]
    risk_title: str
    links: RowLinks


@require_GET
@sign_in_required
def show_overview(request: SignedInRequest) -> HttpResponse:
    mine = find_all_access(request.user)
    numbers_version = start(partial(find_numbers_version, [each.tenant.slug for each in mine]))
    wanted = request.GET.get("q", "").strip()[:200]
    order = request.GET.get("sort", _DEFAULT)
    order = order if order in _ORDERS else _DEFAULT
    shown = [each for each in mine if _is_named(each, wanted)]
    page = Paginator(_ranked(shown, order), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = _rows(list(page.object_list), {each.tenant.pk: each.role for each in shown})
    context = {
        **_incidents(mine, now=clock.now()),
        "my_tenants": named_tenants(mine),
        "numbers_version": numbers_version(),
        "page": page,
        "rows": rows,
        "groups": [group for group in (_unknown(rows), _known(rows)) if group],
        "previous_query": _query(order, wanted, page.number - 1) if page.has_previous() else "",
        "next_query": _query(order, wanted, page.number + 1) if page.has_next() else "",
        "count": len(mine),
        "headings": [Heading(name, _ORDERS[name][0], _query(name, wanted), name == order) for name in _ORDERS],
        "order": order,
        "unknown_columns": [_ORDERS[name][0] for name in _COUNTED],
        "wanted": wanted,
        "has_search": len(mine) >= SEARCH_FROM,
        "risk_explained": RISK_EXPLAINED,
    }
    return render(request, "analytics/overview.html", context)


@dataclass(frozen=True, slots=True)
class _NamedIncident:
    """An incident with the name of its tenant."""

    tenant_id: str
    tenant_name: str
    number: int
    name: str
    customers: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class _NamedShared:
    name: str
    incidents: list[_NamedIncident]


def _incidents(mine: Sequence[TenantAccess], *, now: datetime) -> dict[str, Any]:
    """Ongoing incidents of all my tenants, and what several of them have within the same hours."""
    names = {each.tenant.slug: each.tenant.name for each in mine}

    def named(each: Incident) -> _NamedIncident:
        return _NamedIncident(
            each.tenant_id, names[each.tenant_id], each.number, each.name, each.customers, each.first_at
        )

    recent = find_recent(list(names), since=now - RECENT)
    shared = find_shared(recent)
    in_several = {(each.tenant_id, each.number) for group in shared for each in group.incidents}
    single = [each for each in recent if each.is_ongoing and (each.tenant_id, each.number) not in in_several]
    return {
        "shared_incidents": [_NamedShared(each.name, [named(one) for one in each.incidents]) for each in shared],
        "single_incidents": [named(each) for each in single],
    }


def _ranked(accesses: Sequence[TenantAccess], order: str) -> list[tuple[TenantNumbers, SyncStatus]]:
    """All tenants with their numbers: in any order, any of them may be first."""
    now, tenants = clock.now(), [each.tenant for each in accesses]
    statuses = find_sync_statuses(tenants, now=now)
    found = [(numbers, statuses[numbers.tenant.slug]) for numbers in tenant_numbers(tenants, now=now)]
    key = _ORDERS[order][1]

    def place(each: tuple[TenantNumbers, SyncStatus]) -> Any:
        is_failing = order == _DEFAULT and each[1].failures > 0
        return not _is_unknown(*each), not is_failing, key(*each), each[0].tenant.name.casefold()

    return sorted(found, key=place)


def _is_unknown(numbers: TenantNumbers, sync: SyncStatus) -> bool:
    """Whether 0 would be a guess: no ticket is stored, and no sync has found that there are none."""
    return numbers.newest is None and sync.as_of is None


def _unknown(rows: Sequence[TenantRow]) -> list[TenantRow]:
    return [row for row in rows if row.unknown]


def _known(rows: Sequence[TenantRow]) -> list[TenantRow]:
    return [row for row in rows if not row.unknown]


def _rows(found: Sequence[tuple[TenantNumbers, SyncStatus]], roles: Mapping[Any, Role]) -> list[TenantRow]:
    tenants = [numbers.tenant for numbers, _ in found]
    connected = Source.objects.filter(tenant__in=[each.pk for each in tenants]).order_by("enabled")
    sources = {each.tenant_id: each for each in connected}  # of several, one that is turned on
    runs, now = last_runs(tenants), clock.now()
    rows = []
    for numbers, sync in found:
        run, source = runs.get(numbers.tenant.slug), sources.get(numbers.tenant.pk)
        badge = run_badge(run, sync, source, now=now)
        unknown = why_unknown(run, sync, source) if _is_unknown(numbers, sync) else None
        rows.append(_row(numbers, sync, roles[numbers.tenant.pk], badge, unknown))
    return rows


def _row(numbers: TenantNumbers, sync: SyncStatus, role: Role, badge: RunBadge, unknown: Unknown | None) -> TenantRow:
    return TenantRow(
        numbers=numbers,
        sync=sync,
        role=role,
        badge=badge,
        unknown=unknown,
        remedy=_remedy(numbers.tenant, unknown, role) if unknown else ("", ""),
        risk_title=_risk_title(numbers),
        links=_links(numbers.tenant.slug, numbers.week_period, numbers.day_period),
    )


@lru_cache(maxsize=4096)
def _links(slug: str, week: Period, day: Period) -> RowLinks:
    everything = TicketLinks(slug, TicketFilter())
    return RowLinks(
        open=everything.tickets(state=("open",)),
        unknown=everything.tickets(state=("unknown",)),
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


def _risk_title(numbers: TenantNumbers) -> str:
    """“3 × 12 high + 2 × 8 negative of 100 tickets”."""
    high, negative = numbers.high_week, numbers.negative_week
    whole = (
        f"of {format_count(numbers.week, 'ticket')}"
        if numbers.week >= FEWEST
        else f"of {numbers.week}, counted as {FEWEST}"
    )
    return f"{RISK_HIGH} × {format_number(high)} high + {RISK_NEGATIVE} × {format_number(negative)} negative {whole}, per 100"


def _query(order: str, wanted: str, page: int = 1) -> str:
    return urlencode([("sort", order)] + [("q", wanted)] * bool(wanted) + [("page", str(page))] * (page > 1))


def _is_named(access: TenantAccess, wanted: str) -> bool:
    return wanted.casefold() in f"{access.tenant.name}\n{access.tenant.slug}".casefold()
