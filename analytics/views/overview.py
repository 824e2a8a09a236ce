"""The overview: what is out of the ordinary of my tenants, what is urgent and open, and the tenants, one row each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.insights.store import find_insights
from analytics.overview import FEWEST, RISK_HIGH, RISK_NEGATIVE, tenant_numbers
from analytics.views.insights import explanation_path
from analytics.views.overview_rows import Changes, Found, TenantRow, changes_of, is_unknown, rows_of
from analytics.views.urgent import find_rows
from supportsaas import clock
from supportsaas.db.parallel import start
from tenants.access import SignedInRequest, TenantAccess, find_all_access, named_tenants, sign_in_required
from tickets.incidents.shared import find_shared
from tickets.incidents.store import Incident, find_recent
from tickets.ingestion.sync_status import find_sync_statuses
from tickets.rollups.versions import find_numbers_version

SEARCH_FROM = 8
"""With this many tenants, there is a search field."""

PAGE_SIZE = 50
MOST_SENTENCES = 8
"""Tenants whose sentence is shown at once; the others are behind a button."""

URGENT_SHOWN = 12

RECENT = timedelta(hours=6)
"""An incident with a ticket since then is shown with those of other tenants."""

_BEHIND = {"error": 0, "late": 1, "fresh": 2, "none": 3}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_ORDERS: dict[str, tuple[str, Callable[[Found], Any]]] = {
    "name": ("Tenant", lambda found: found[0].tenant.name.casefold()),
    "state": ("State", lambda found: (found[2].rank if found[2] else (9,), -found[0].risk, -found[0].week)),
    "open": ("Open", lambda found: -found[0].open),
    "due": ("Past due", lambda found: -(found[2].past_due if found[2] else -1)),
    "day": ("High, 24\N{NO-BREAK SPACE}h", lambda found: -found[0].high_day),
    "week": ("High, 7\N{NO-BREAK SPACE}d", lambda found: -found[0].high_week),
    "negative": ("Negative, 7\N{NO-BREAK SPACE}d", lambda found: -(found[0].negative_ratio or 0.0)),
    "tickets": ("Tickets, 7\N{NO-BREAK SPACE}d", lambda found: -found[0].week),
    "freshness": ("Data as of", lambda found: (_BEHIND[found[1].state], found[1].as_of or _LONG_AGO)),
}
"""Name in the URL, heading, and sort key: the largest or most overdue first, names from A to Z."""

_COUNTED = ("open", "due", "day", "week", "negative", "tickets")
_DEFAULT = "state"

RISK_EXPLAINED = (
    f"Tenants of the same state are ranked by how unusual their numbers are, then by a risk score: {RISK_HIGH} points per "
    f"high-urgency and {RISK_NEGATIVE} per negative ticket, per 100 tickets in the last 7 days (fewer than {FEWEST} count "
    f"as {FEWEST}). Tenants without data come first, then those whose sync fails. Changes are against the 7 days before, "
    "up to the same full hour; the lines are the last eight weeks."
)


@dataclass(frozen=True, slots=True)
class Heading:
    name: str
    text: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of all my tenants that have data. `due` is None if it is not known of one. `without`: how many have no data."""

    tenants: int
    without: int
    open: int
    due: int | None
    high_day: int
    high_week: int
    negative_week: int
    week: int
    changes: Changes

    @property
    def negative_ratio(self) -> float | None:
        return self.negative_week / self.week if self.week else None


@require_GET
@sign_in_required
def show_overview(request: SignedInRequest) -> HttpResponse:
    mine = find_all_access(request.user)
    numbers_version = start(partial(find_numbers_version, [each.tenant.slug for each in mine]))
    wanted = request.GET.get("q", "").strip()[:200]
    order = request.GET.get("sort", _DEFAULT)
    order = order if order in _ORDERS else _DEFAULT
    shown = [each for each in mine if _is_named(each, wanted)]
    now = clock.now()
    tenants = [each.tenant for each in shown]
    urgent = start(lambda: find_rows(tenants, limit=URGENT_SHOWN, now=now))
    found = _ranked(shown, order, now=now)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), {each.tenant.pk: each.role for each in shown})
    with_sentences = sorted((row for row in rows if row.insights and row.insights.sentences), key=lambda row: row.rank)
    context = {
        **_incidents(mine, found, now=now),
        "my_tenants": named_tenants(mine),
        "numbers_version": numbers_version(),
        "page": page,
        "rows": rows,
        "groups": [group for group in (_unknown(rows), _known(rows)) if group],
        "totals": _totals(found) if len(found) > 1 else None,
        "without_data": _unknown(rows),
        "first_sentences": with_sentences[:MOST_SENTENCES],
        "more_sentences": with_sentences[MOST_SENTENCES:],
        "quiet": sum(1 for row in rows if row.insights and not row.insights.sentences),
        "not_looked_at": sum(1 for row in rows if not row.unknown and not row.insights),
        "urgent": urgent(),
        "urgent_open": sum(each.urgent_open for _, _, each in found if each),
        "explained": explanation_path(mine[0].tenant.slug) if mine else "",
        "previous_query": _query(order, wanted, page.number - 1) if page.has_previous() else "",
        "next_query": _query(order, wanted, page.number + 1) if page.has_next() else "",
        "tenant_count": len(mine),
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


def _incidents(mine: Sequence[TenantAccess], found: Sequence[Found], *, now: datetime) -> dict[str, Any]:
    """What several of my tenants have within the same hours, and ongoing incidents that no sentence names yet."""
    named_in_sentences = {
        (insights.tenant_id, each.number) for _, _, insights in found if insights for each in insights.incidents
    }
    names = {each.tenant.slug: each.tenant.name for each in mine}

    def named(each: Incident) -> _NamedIncident:
        return _NamedIncident(
            each.tenant_id, names[each.tenant_id], each.number, each.name, each.customers, each.first_at
        )

    recent = find_recent(list(names), since=now - RECENT)
    shared = find_shared(recent)
    in_several = {(each.tenant_id, each.number) for group in shared for each in group.incidents}
    shown = in_several | named_in_sentences
    single = [each for each in recent if each.is_ongoing and (each.tenant_id, each.number) not in shown]
    return {
        "shared_incidents": [_NamedShared(each.name, [named(one) for one in each.incidents]) for each in shared],
        "single_incidents": [named(each) for each in single],
    }


def _ranked(accesses: Sequence[TenantAccess], order: str, *, now: datetime) -> list[Found]:
    """All tenants with their numbers: in any order, any of them may be first."""
    tenants = [each.tenant for each in accesses]
    insights = start(lambda: find_insights(tenants))
    statuses = find_sync_statuses(tenants, now=now)
    counted = tenant_numbers(tenants, now=now)
    known = insights()
    found: list[Found] = [(each, statuses[each.tenant.slug], known.get(each.tenant.slug)) for each in counted]
    key = _ORDERS[order][1]

    def place(each: Found) -> Any:
        is_failing = order == _DEFAULT and each[1].failures > 0
        return not is_unknown(each[0], each[1]), not is_failing, key(each), each[0].tenant.name.casefold()

    return sorted(found, key=place)


def _totals(found: Sequence[Found]) -> Totals:
    known = [each for each in found if not is_unknown(each[0], each[1])]
    counted = [numbers for numbers, _, _ in known]

    def total(name: str) -> int:
        return sum(getattr(each, name) for each in counted)

    due = [insights.past_due if insights else None for _, _, insights in known]
    return Totals(
        tenants=len(found),
        without=len(found) - len(known),
        open=total("open"),
        due=None if None in due else sum(each for each in due if each is not None),
        high_day=total("high_day"),
        high_week=total("high_week"),
        negative_week=total("negative_week"),
        week=total("week"),
        changes=changes_of(known),
    )


def _unknown(rows: Sequence[TenantRow]) -> list[TenantRow]:
    return [row for row in rows if row.unknown]


def _known(rows: Sequence[TenantRow]) -> list[TenantRow]:
    return [row for row in rows if not row.unknown]


def _query(order: str, wanted: str, page: int = 1) -> str:
    return urlencode([("sort", order)] + [("q", wanted)] * bool(wanted) + [("page", str(page))] * (page > 1))


def _is_named(access: TenantAccess, wanted: str) -> bool:
    return wanted.casefold() in f"{access.tenant.name}\n{access.tenant.slug}".casefold()
