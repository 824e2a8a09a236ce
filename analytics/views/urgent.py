"""What is urgent and open in all tenants that I may see: the first tickets on the overview, all of them on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supportsaas import clock
from supportsaas.web.page_paths import path_of
from tenants.access import SignedInRequest, find_all_access, named_tenants, sign_in_required
from tenants.models import Tenant
from tickets.store.filters import FilterError, parse_moment
from tickets.store.urgent_open import Place, find_urgent

PAGE_SIZE: Final = 50
WORDS_SHOWN: Final = 3
_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentRow:
    """`words` are what decided the urgency."""

    tenant: Tenant
    ticket: Mapping[str, Any]
    words: tuple[str, ...]
    is_past_due: bool


def find_rows(
    tenants: Sequence[Tenant], *, limit: int, now: datetime, oldest_first: bool = True, after: Place | None = None
) -> list[UrgentRow]:
    """Of tenants that the caller may see."""
    by_slug = {each.slug: each for each in tenants}
    found = find_urgent(tenants, limit=limit, oldest_first=oldest_first, after=after) if tenants else []
    return [
        UrgentRow(
            tenant=by_slug[each["tenant_id"]],
            ticket=each,
            words=tuple(each.get("keywords") or ())[:WORDS_SHOWN],
            is_past_due=(due := each.get("next_due_at")) is not None and due <= now,
        )
        for each in found
    ]


@require_GET
@sign_in_required
def show_urgent(request: SignedInRequest) -> HttpResponse:
    mine = find_all_access(request.user)
    is_newest_first = request.GET.get("order") == "newest"
    after = _place(request)
    rows = find_rows(
        [each.tenant for each in mine],
        limit=PAGE_SIZE + 1,
        now=clock.now(),
        oldest_first=not is_newest_first,
        after=after,
    )
    context: dict[str, Any] = {
        "my_tenants": named_tenants(mine),
        "urgent": rows[:PAGE_SIZE],
        "next_query": _next(rows[PAGE_SIZE - 1].ticket, is_newest_first) if len(rows) > PAGE_SIZE else "",
        "is_newest_first": is_newest_first,
        "is_first_page": after is None,
        "first_path": path_of("urgent"),
    }
    return render(request, "analytics/urgent.html", context)


def _place(request: SignedInRequest) -> Place | None:
    """Where the page before has ended; None for the first page, and for an address that somebody has changed."""
    given = [request.GET.get(name, "")[:200] for name in ("after", "ticket", "tenant")]
    if not all(given) or any("\0" in each for each in given):
        return None
    try:
        return Place(parse_moment("after", given[0], zone=_UTC), given[1], given[2])
    except FilterError:
        return None


def _next(last: Mapping[str, Any], is_newest_first: bool) -> str:
    order = [("order", "newest")] if is_newest_first else []
    at = last["created_at"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return urlencode([*order, ("after", at), ("ticket", last["external_id"]), ("tenant", last["tenant_id"])])
