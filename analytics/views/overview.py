"""The overview: every tenant of mine, one row each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.links import TicketLinks
from analytics.overview import OverviewRow, overview_rows
from analytics.views.states import TenantState, tenant_state
from supportsaas import clock
from tenants.access import TenantAccess, find_all_access
from tenants.models import Role, Source
from tickets.filters import OPEN_STATUSES, TicketFilter

SEARCH_FROM = 8
"""From so many tenants on there is a field to find one."""

_ORDERS: dict[str, tuple[str, Callable[[OverviewRow], Any]]] = {
    "name": ("Tenant", lambda row: row.tenant.name.casefold()),
    "open": ("Open", lambda row: -row.open),
    "day": ("High, 24 h", lambda row: -row.high_day),
    "week": ("High, 7 d", lambda row: -row.high_week),
    "negative": ("Negative, 7 d", lambda row: -(row.negative_ratio or 0.0)),
    "tickets": ("Tickets, 7 d", lambda row: -row.week),
    "newest": ("Newest ticket", lambda row: -row.newest.timestamp() if row.newest else float("inf")),
}
"""Name in the address, heading, and what is sorted by: the largest first, names from A."""


@dataclass(frozen=True, slots=True)
class Heading:
    name: str
    words: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A tenant's numbers, each with its list, and its state in words."""

    numbers: OverviewRow
    role: Role
    state: TenantState
    open_url: str
    day_url: str
    week_url: str
    negative_url: str
    tickets_url: str


@require_GET
@login_required
def show_overview(request: HttpRequest) -> HttpResponse:
    mine = find_all_access(request.user)
    wanted = request.GET.get("q", "").strip()[:200]
    order = request.GET.get("sort", "day")
    order = order if order in _ORDERS else "day"
    shown = [each for each in mine if _is_named(each, wanted)]
    context = {
        "rows": _rows(shown, order),
        "count": len(mine),
        "headings": [_heading(name, order, wanted) for name in _ORDERS],
        "order": order,
        "wanted": wanted,
        "has_search": len(mine) >= SEARCH_FROM,
    }
    return render(request, "analytics/overview.html", context)


def _rows(accesses: Sequence[TenantAccess], order: str) -> list[TenantRow]:
    now = clock.now()
    roles = {each.tenant.pk: each.role for each in accesses}
    sources = {each.tenant_id: each for each in Source.objects.filter(tenant__in=list(roles))}
    rows = overview_rows([each.tenant for each in accesses], now=now)
    rows.sort(key=lambda row: (_ORDERS[order][1](row), row.tenant.name.casefold()))
    return [_row(row, roles[row.tenant.pk], sources.get(row.tenant.pk)) for row in rows]


def _row(row: OverviewRow, role: Role, source: Source | None) -> TenantRow:
    everything = TicketLinks(row.tenant.slug, TicketFilter())
    week = TicketLinks(row.tenant.slug, TicketFilter(created_from=row.week_start, created_to=row.now))
    return TenantRow(
        numbers=row,
        role=role,
        state=tenant_state(row, source),
        open_url=everything.tickets(status=OPEN_STATUSES),
        day_url=week.tickets(created_from=row.day_start, urgency=("high",)),
        week_url=week.tickets(urgency=("high",)),
        negative_url=week.tickets(sentiment=("negative",)),
        tickets_url=week.tickets(),
    )


def _heading(name: str, order: str, wanted: str) -> Heading:
    query = urlencode([("sort", name)] + [("q", wanted)] * bool(wanted))
    return Heading(name, _ORDERS[name][0], query, name == order)


def _is_named(access: TenantAccess, wanted: str) -> bool:
    return wanted.casefold() in f"{access.tenant.name}\n{access.tenant.slug}".casefold()
