"""Acknowledging alerts and giving them back: by the link in a message, on the alerts page, and on a ticket's page."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from supportsaas import clock
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role, Tenant
from tickets.alerts.acknowledge_links import read_acknowledge_token
from tickets.alerts.acknowledging import acknowledge, find_acknowledgements, give_back
from tickets.alerts.messages import TicketFacts
from tickets.alerts.store import DeliveryStore

logger = logging.getLogger(__name__)

LINK_HAS_ENDED = 410
MOST_TICKETS = 15


@never_cache
@require_http_methods(["GET", "POST"])
@tenant_required()
def open_link(request: TenantRequest, access: TenantAccess, token: str) -> HttpResponse:
    """The page behind the link of a message, with one button. Only a POST acknowledges: mail scanners open links."""
    link = read_acknowledge_token(token, now=clock.now())
    if link is None or link.tenant_id != access.tenant.slug:
        raise Http404("No such link.")
    message = DeliveryStore(access.tenant).find(link.message)
    if link.has_ended or message is None:
        status = LINK_HAS_ENDED if link.has_ended else 404
        return render(request, "alerts/link_ended.html", {"has_ended": link.has_ended}, status=status)
    if request.method == "POST":
        _change(request, access, message["alerts"], what="the alert")
        return redirect(request.path)
    return render(request, "alerts/acknowledge.html", _context(access, message))


@require_POST
@tenant_required(Role.MANAGER)
def change_acknowledgement(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Acknowledge a message (`delivery`), or of it the alert of one `ticket`; or (`give_back`) give it back."""
    message = DeliveryStore(access.tenant).find(request.POST.get("delivery", ""))
    ticket_id = request.POST.get("ticket", "")
    alerts = alerts_of(message, ticket_id=ticket_id) if message else []
    if not alerts:
        messages.warning(request, "That message no longer exists. Nothing was changed.")
    else:
        _change(request, access, alerts, what=f"ticket {ticket_id}" if ticket_id else "the alert")
    if ticket_id and alerts:
        return redirect("ticket", access.tenant.slug, ticket_id)
    return redirect("alerts", access.tenant.slug)


def alerts_of(message: Mapping[str, Any], *, ticket_id: str = "") -> list[str]:
    """The alerts of a stored message, or those about one ticket."""
    if not ticket_id:
        return list(message.get("alerts", []))
    return [each["alert"] for each in message["tickets"] if each["ticket_id"] == ticket_id and each.get("alert")]


def _change(request: TenantRequest, access: TenantAccess, alerts: Sequence[str], *, what: str) -> None:
    access.require(Role.MANAGER)
    if "give_back" in request.POST:
        give_back_and_report(request, access.tenant, alerts, what=what)
    else:
        acknowledge_and_report(request, access.tenant, alerts, what=what)


def acknowledge_and_report(request: HttpRequest, tenant: Tenant, alerts: Sequence[str], *, what: str) -> None:
    """The next page says that it worked, or who was first."""
    by = _name_of(request)
    if acknowledge(tenant.slug, alerts, by=by, now=clock.now()):
        logger.info("%s acknowledged %s of %s", by, what, tenant.slug)
        messages.success(request, f"You have acknowledged {what}.")
        return
    first = next(iter(find_acknowledgements(tenant.slug, alerts).values()), None)
    if first is None:
        messages.warning(request, f"Somebody gave {what} back at this moment. Acknowledge it again.")
    elif first.by == by:
        messages.info(request, f"You have already acknowledged {what}.")
    else:
        messages.info(request, f"{first.by} was first and has acknowledged {what}.")


def give_back_and_report(request: HttpRequest, tenant: Tenant, alerts: Sequence[str], *, what: str) -> None:
    if give_back(tenant.slug, alerts, by=_name_of(request), now=clock.now()):
        logger.info("%s gave back %s of %s", _name_of(request), what, tenant.slug)
        messages.success(request, f"Nobody looks after {what} now.")
    else:
        messages.info(request, f"Nobody had acknowledged {what}.")


def _name_of(request: HttpRequest) -> str:
    return request.user.get_username()


def _context(access: TenantAccess, message: Mapping[str, Any]) -> dict[str, Any]:
    tickets = [TicketFacts.of(each) for each in message["tickets"]]
    held = find_acknowledgements(access.tenant.slug, message["alerts"])
    return {
        "message": message,
        "tickets": tickets[:MOST_TICKETS],
        "more": max(len(tickets) - MOST_TICKETS, 0),
        "holders": sorted({each.by for each in held.values()}),
        "since": min((each.at for each in held.values()), default=None),
        "left": sum(each not in held for each in message["alerts"]),
        "about": message.get("path", ""),
    }
