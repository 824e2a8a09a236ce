"""What a tenant's statuses mean: its members read it; its managers say it."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.records.statuses import KNOWN_STATUSES, MAPPABLE_STATUSES, NO_STATUS, join_spellings, state_of
from tickets.status_mapping.editing import FIELD, save_meanings
from tickets.status_mapping.model import find_mappings
from tickets.status_mapping.remapping import REMAPPING, remap_at_once
from tickets.store.filters import MAX_VALUES, TicketFilter
from tickets.store.ticket_store import TicketStore

MOST_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """A status of the helpdesk, how many tickets have it now, and what it is taken for (empty: nobody has said)."""

    status: str
    count: int | None
    ours: str
    query: str

    @property
    def field(self) -> str:
        return f"{FIELD}{self.status}"

    @property
    def is_no_status(self) -> bool:
        return self.status == NO_STATUS


@require_GET
@tenant_required()
def show_statuses(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    unmapped = join_spellings(TicketStore(access.tenant).queries.count_unmapped_statuses())
    mapped = find_mappings(access.tenant)
    context = {
        "unmapped": [_row(each.name, each.spellings, count=each.count) for each in unmapped[:MOST_ROWS]],
        "unmapped_count": len(unmapped),
        "unmapped_tickets": sum(each.count for each in unmapped),
        "unmapped_query": TicketFilter(state=("unknown",)).query(),
        "mapped": [_row(each.theirs, (), ours=each.ours) for each in mapped],
        "choices": MAPPABLE_STATUSES,
        "known_open": [each for each in KNOWN_STATUSES if state_of(each) == "open"],
        "known_closed": [each for each in KNOWN_STATUSES if state_of(each) == "closed"],
        "is_remapping": REMAPPING.is_running(access.tenant),
    }
    return render(request, "tickets/statuses.html", context)


@require_POST
@tenant_required(Role.MANAGER)
def map_statuses(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Save what was chosen, and have the stored tickets follow: a few thousand at once, more in the background."""
    chosen = {name.removeprefix(FIELD): request.POST.get(name, "") for name in request.POST if name.startswith(FIELD)}
    try:
        count = save_meanings(access.tenant, chosen)
    except Rejected as refused:
        messages.error(request, str(refused))
        return redirect("statuses", access.tenant.slug)
    if count:
        remap_at_once(access.tenant)
        later = " The stored tickets follow in the background." if REMAPPING.is_running(access.tenant) else ""
        messages.success(request, f"{count} {'status is' if count == 1 else 'statuses are'} saved.{later}")
    return redirect("statuses", access.tenant.slug)


def _row(status: str, spellings: tuple[str, ...], *, count: int | None = None, ours: str = "") -> StatusRow:
    return StatusRow(status=status, count=count, ours=ours, query=TicketFilter(status=spellings[:MAX_VALUES]).query())
