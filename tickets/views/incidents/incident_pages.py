"""A tenant's incidents: the list, and one with its numbers and its tickets."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from supportsaas import clock
from supportsaas.web.page_paths import path_of
from supportsaas.web.rejected import Rejected
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.incidents.editing import dismiss_incident, restore_incident
from tickets.incidents.finding import FLOOR
from tickets.incidents.following import MUTED, QUIET
from tickets.incidents.rule import WEEKS
from tickets.incidents.store import Incident, IncidentStore
from tickets.ingestion.name_spaces import find_connection_names
from tickets.store.filters import TicketFilter
from tickets.store.ticket_queries import TicketQueries

PAGE_SIZE: Final = 25
TICKETS_SHOWN: Final = 20
EXCERPT: Final = 200


@dataclass(frozen=True, slots=True)
class ShownIncident:
    """An incident with the address of its page and that of the list of its tickets."""

    incident: Incident
    page: str
    tickets: str

    @classmethod
    def of(cls, incident: Incident) -> "ShownIncident":
        page = path_of("incident", incident.tenant_id, str(incident.number))
        tickets = path_of("ticket-list", incident.tenant_id)
        return cls(incident, page, f"{tickets}?{TicketFilter(incident=str(incident.number)).query()}")


class _Incidents:
    """What a paginator needs to know."""

    def __init__(self, store: IncidentStore) -> None:
        self._store = store

    def __len__(self) -> int:
        return self._store.count()

    def __getitem__(self, part: slice) -> list[Incident]:
        return self._store.find_page(skip=part.start, limit=part.stop - part.start)


@require_GET
@tenant_required()
def show_incidents(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    store = IncidentStore(access.tenant)
    pages: Paginator[Incident] = Paginator(_Incidents(store), PAGE_SIZE)  # type: ignore[arg-type]
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "ongoing": [ShownIncident.of(each) for each in store.find_ongoing()],
        "ended": [ShownIncident.of(each) for each in page.object_list if not each.is_ongoing],
        **_rule(),
    }
    return render(request, "incidents/incidents.html", context)


@require_GET
@tenant_required()
def show_incident(request: TenantRequest, access: TenantAccess, number: int) -> HttpResponse:
    incident = IncidentStore(access.tenant).find(number)
    if incident is None:
        raise Http404("There is no such incident.")
    wanted = TicketFilter(incident=str(number))
    context: dict[str, Any] = {
        "shown": ShownIncident.of(incident),
        "tickets": TicketQueries(access.tenant).page_by_cursor(wanted, size=TICKETS_SHOWN, excerpt=EXCERPT).tickets,
        "columns": (),
        "connection_names": find_connection_names(access.tenant),
        **_rule(),
    }
    return render(request, "incidents/incident.html", context)


@require_POST
@tenant_required(Role.MANAGER)
def dismiss(request: TenantRequest, access: TenantAccess, number: int) -> HttpResponse:
    """Dismiss the incident or undo that, as `dismissed` says, so that pressing the button twice does no harm."""
    try:
        if request.POST.get("dismissed") == "1":
            found = dismiss_incident(access.tenant, number, by=request.user.get_username(), now=clock.now())
            text = f"“{found.name}” is dismissed. Its words raise no other incident for {MUTED.days} days."
        else:
            found = restore_incident(access.tenant, number)
            text = f"“{found.name}” is an incident again."
        messages.success(request, text)
    except Rejected as error:
        messages.error(request, str(error))
        return redirect("incidents", access.tenant.slug)
    return redirect("incident", access.tenant.slug, number)


def _rule() -> dict[str, int]:
    """The numbers in which a page explains how incidents are found."""
    hour = 3_600
    return {
        "floor": FLOOR,
        "weeks": WEEKS,
        "quiet_hours": int(QUIET.total_seconds()) // hour,
        "muted_days": MUTED.days,
    }
