"""Corrects the classification of a ticket or of the selected tickets of a list, and undoes that."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qs

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from supportsaas.formatting import format_count
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import MOST_AT_ONCE, correct_tickets, undo_batch, undo_correction
from tickets.records.facets import CLASSIFIED_SENTIMENTS, CLASSIFIED_URGENCIES
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.ticket_store import TicketStore

LONGEST_LIST: Final = 8_000
"""The characters of the query of a list whose tickets are corrected."""

CHOICES: Final[Mapping[str, Mapping[str, Any]]] = {
    "urgency": {each: each for each in CLASSIFIED_URGENCIES},
    "sentiment": {each: each for each in CLASSIFIED_SENTIMENTS},
    "requires_action": {"yes": True, "no": False},
}
"""What the form can send for each verdict. Anything else, or nothing, leaves it alone."""


@require_POST
@tenant_required(Role.MANAGER)
def correct(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    chosen = {name: choices.get(request.POST.get(name, "")) for name, choices in CHOICES.items()}
    next_url = _next_url(request, access)
    ids = _all_that_match(request, access) if "all" in request.POST else request.POST.getlist("ticket")
    note = request.POST.get("note", "")
    try:
        batch = correct_tickets(
            access.tenant,
            ids,
            Verdicts.of(chosen),
            by=request.user.username,
            note=note,
            is_sampled="sampled" in request.POST,
            confirms="confirms" in request.POST,
        )
    except Rejected as error:
        messages.error(request, str(error))
        return redirect(next_url)
    if not batch.corrected:
        messages.error(request, _why_nothing(request))
    elif "selected" in request.POST:
        next_url = f"{next_url}{'&' if '?' in next_url else '?'}corrected={batch.id}"
    return redirect(next_url)


@require_POST
@tenant_required(Role.MANAGER)
def undo(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Of one ticket, or of a batch."""
    tenant, by = access.tenant, request.user.username
    if batch := request.POST.get("batch", ""):
        undone = undo_batch(tenant, batch, by=by)
    else:
        undone = int(undo_correction(tenant, request.POST.get("ticket", ""), by=by))
    if undone:
        messages.success(request, f"Undid the correction of {format_count(undone, 'ticket')}.")
    else:
        messages.info(request, "There is no such correction. Somebody may have undone it already.")
    return redirect(_next_url(request, access))


def _all_that_match(request: TenantRequest, access: TenantAccess) -> list[str]:
    """The tickets of the list whose query the form names, one more than can be corrected at once at most."""
    given = parse_qs(request.POST.get("list", "")[:LONGEST_LIST])
    try:
        wanted = TicketFilter.parse(given, zone=access.tenant.zone)
        found = TicketStore(access.tenant).queries.iterate(wanted)
        return [str(each["external_id"]) for each in islice(found, MOST_AT_ONCE + 1)]
    except FilterError:
        return []


def _why_nothing(request: TenantRequest) -> str:
    if "confirms" in request.POST:
        return "The classification has changed since you opened the ticket. Please look at it again."
    if "sampled" in request.POST:
        return "Somebody has corrected this ticket meanwhile, or the helpdesk has deleted it."
    return "Nothing was corrected, because the helpdesk has deleted what you selected."


def _next_url(request: TenantRequest, access: TenantAccess) -> str:
    """A page of this tenant that the form names, or the list."""
    named, tickets = request.POST.get("next", ""), reverse("ticket-list", args=[access.tenant.slug])
    is_ours = url_has_allowed_host_and_scheme(named, allowed_hosts=None) and named.startswith(
        reverse("dashboard", args=[access.tenant.slug])
    )
    return named if is_ours else tickets
