"""About to breach: the open tickets that are due next, and those that are past due, as they are now."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from supportsaas import clock
from supportsaas.db.parallel import start
from supportsaas.web.page_paths import path_of
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tickets.clocks.wording import clock_name
from tickets.service_levels.targets import find_targets
from tickets.store.filters import COUNT_ALL, TicketFilter
from tickets.store.target_counts import MOST_COUNTED, TargetCounts
from tickets.views.fragments import begin_frame, render_page_or_fragment

MOST_NEXT: Final = 50
MOST_PAST: Final = 50


@require_GET
@tenant_required()
def show_due(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """A page whose lists poll themselves."""
    now, counts, path = clock.now(), TargetCounts(access.tenant), path_of("ticket-list", access.tenant.slug)
    frame = begin_frame(request, access)
    total = start(lambda: counts.count_due(now))
    past = start(lambda: counts.find_past_due(now, limit=MOST_PAST))
    coming = counts.find_due_next(now, limit=MOST_NEXT)
    names = {str(each.pk): each.name for each in find_targets(access.tenant)}
    context: dict[str, Any] = {
        **frame,
        "coming": [_row(each, names) for each in coming],
        "past": [_row(each, names) for each in past()],
        "due": total(),
        "most_counted": MOST_COUNTED,
        "has_targets": bool(names),
        "past_list": f"{path}?{TicketFilter(due=('breached',)).query()}&{COUNT_ALL}",
        "soon_list": f"{path}?{TicketFilter(due=('soon',)).query()}&{COUNT_ALL}",
    }
    return render_page_or_fragment(request, "service_levels/due.html", "service_levels/_due.html", context)


def _row(ticket: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The ticket with the clock that is due first. What the helpdesk itself promised has no target."""
    first = min(ticket["due"], key=lambda each: each["at"])
    target = names.get(first.get("target", ""), "")
    return {**ticket, "clock_name": clock_name(first["clock"]), "target_name": target or "Set by the helpdesk"}
