"""The alerts page: a tenant's channels with their state, and its deliveries with attempts and actions."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from supportsaas import clock
from supportsaas.db.paging import Cursor, CursorError
from supportsaas.formatting import format_number
from supportsaas.reliability.circuit_breaker import CircuitBreaker
from tenants.access import TenantAccess, TenantRequest, tenant_required
from tenants.models import Role
from tickets.alerts.channels import endpoint_of
from tickets.alerts.deliveries import Status
from tickets.alerts.delivery_queue import wake_endpoint
from tickets.alerts.model import Channel
from tickets.alerts.store import MOST_COUNTED, STATUSES, DeliveryStore
from tickets.ingestion.outages import find_outages
from tickets.store.filters import FilterError, parse_moment
from tickets.views.alerts.channel_state import find_shown_channels
from tickets.views.fragments import render_page_or_fragment

logger = logging.getLogger(__name__)

LABELS: dict[Status, str] = {"pending": "Waiting", "dead": "Failed", "delivered": "Delivered", "dropped": "Discarded"}
_KINDS = {
    "ticket": "Ticket",
    "digest": "Digest",
    "trouble": "Outage",
    "number": "Number",
    "recovery": "Recovery",
    "test": "Test",
}
_MOST_LINKS = 10


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """A delivery for display. `attempts` are the last ones, newest first."""

    key: str
    status: Status
    label: str
    kind: str
    headline: str
    channel: str
    has_channel: bool
    tickets: Sequence[str]
    more_tickets: int
    composed_at: datetime
    next_attempt_at: datetime | None
    wait: timedelta | None
    ended_at: datetime | None
    ended_by: str
    again_by: str
    again_at: datetime | None
    count: int
    attempts: Sequence[Mapping[str, Any]]
    is_being_sent: bool
    can_be_acknowledged: bool = False
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    escalates_at: datetime | None = None
    passed_on_at: datetime | None = None
    passed_on_to: str = ""
    held_until: datetime | None = None

    @property
    def only_ticket(self) -> str:
        return self.tickets[0] if len(self.tickets) == 1 else ""

    @property
    def can_be_resent(self) -> bool:
        return self.has_channel and (self.status == "dead" or (self.status == "pending" and not self.is_being_sent))

    @property
    def can_be_dropped(self) -> bool:
        return self.status in ("dead", "pending")


@require_GET
@tenant_required()
def show_alerts(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    return render_page_or_fragment(request, "alerts/alerts.html", "alerts/_alerts.html", _context(request, access))


@require_POST
@tenant_required(Role.MANAGER)
def send_again(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Resend one message (`delivery`), or (`all`) those that had failed when the list was shown (`until`)."""
    store, by = DeliveryStore(access.tenant), request.user.get_username()
    count = _count_of_named(request, one=partial(store.send_again, by=by), failed=partial(store.send_all_again, by=by))
    if count:
        logger.info("%s resent %d messages of %s", by, count, access.tenant.slug)
        messages.success(request, f"{_messages(count)} queued to resend.")
    elif count == 0:
        messages.warning(request, "Nothing to resend: already delivered, discarded, or being sent.")
    return _back(request, access)


@require_POST
@tenant_required(Role.MANAGER)
def drop_deliveries(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Discard one message (`delivery`), or (`all`) those that had failed when the list was shown (`until`)."""
    store, by = DeliveryStore(access.tenant), request.user.get_username()
    count = _count_of_named(request, one=partial(store.drop, by=by), failed=partial(store.drop_all, by=by))
    if count:
        logger.info("%s discarded %d messages of %s", by, count, access.tenant.slug)
        messages.success(request, f"{_messages(count)} discarded.")
    elif count == 0:
        messages.warning(request, "Nothing to discard: already delivered or discarded.")
    return _back(request, access)


def _count_of_named(request: HttpRequest, *, one: Callable[[str], int], failed: Callable[..., int]) -> int | None:
    """Apply `one(key)` or `failed(until=…)`, as the form says. None, with a message to the user, if it says neither."""
    if key := request.POST.get("delivery", ""):
        return one(key)
    if (until := _until(request)) is not None:
        return failed(until=until)
    messages.error(request, "No messages selected. Nothing was changed.")
    return None


@require_POST
@tenant_required(Role.MANAGER)
def reset_breaker(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """End the pause of a channel's endpoint; its waiting messages become due now."""
    ids = {str(each.pk): each for each in Channel.objects.filter(tenant=access.tenant)}
    channel = ids.get(request.POST.get("channel", ""))
    if channel is None:
        messages.warning(request, "That channel no longer exists. Nothing was changed.")
        return _back(request, access)
    endpoint = endpoint_of(channel)
    CircuitBreaker(endpoint).reset()
    woken = wake_endpoint(endpoint)
    logger.info("%s reset the circuit breaker of %s", request.user.get_username(), endpoint)
    what = f" {_messages(woken)} being sent now." if woken else ""
    messages.success(request, f"Sending over “{channel.name}” resumed.{what}")
    return _back(request, access)


def _context(request: TenantRequest, access: TenantAccess) -> dict[str, Any]:
    store, status = DeliveryStore(access.tenant), _status(request.GET)
    now = clock.now()
    page = store.find_page(status, cursor=_cursor(request))
    counts = store.count_by_status()
    channels = find_shown_channels(access.tenant, now=now)
    names = {str(each.channel.pk): each.channel.name for each in channels}
    held = store.find_held()
    return {
        "held": [(each.channel.name, *held[str(each.channel.pk)]) for each in channels if str(each.channel.pk) in held],
        "outages": find_outages(access.tenant),
        "channels": channels,
        "deliveries": [_shown(each, names, now=now) for each in page.deliveries],
        "status": status or "",
        "choices": [{"status": each, "label": LABELS[each], "count": _counted(counts[each])} for each in LABELS],
        "all_count": _counted(sum(counts.values())),
        "failed": counts["dead"],
        "news": store.count_news(),
        "has_any": any(counts.values()),
        "next_query": _query(status, page.next_cursor) if page.next_cursor else "",
        "previous_query": _query(status, page.previous_cursor) if page.previous_cursor else "",
        "until": clock.iso_z(now),
        "now": now,
    }


def _shown(found: Mapping[str, Any], names: Mapping[str, str], *, now: datetime) -> ShownDelivery:
    status: Status = found["status"]
    tickets = [each["ticket_id"] for each in found["tickets"]]
    return ShownDelivery(
        key=found["_id"],
        status=status,
        label=LABELS[status],
        kind=_KINDS.get(found["kind"], found["kind"]),
        headline=found["headline"],
        channel=names.get(found["channel_id"], "a deleted channel"),
        has_channel=found["channel_id"] in names,
        tickets=tickets[:_MOST_LINKS],
        more_tickets=max(len(tickets) - _MOST_LINKS, 0),
        composed_at=found["composed_at"],
        next_attempt_at=found["next_attempt_at"] if status == "pending" else None,
        wait=found["next_attempt_at"] - now if status == "pending" else None,
        ended_at=found.get("ended_at"),
        ended_by=found.get("ended_by", ""),
        again_by=found.get("again_by", ""),
        again_at=found.get("again_at"),
        count=found["attempts"],
        attempts=list(reversed(found["log"])),
        is_being_sent=status == "pending" and found["claimed_by"] is not None,
        **_answer(found, names),
        held_until=held if status == "pending" and (held := found.get("held_until")) and held > now else None,
    )


def _answer(found: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Who looks after it, or to which channel it was passed on because nobody does."""
    passed_on = found.get("passed_on") or {}
    return {
        "can_be_acknowledged": bool(found.get("alerts")),
        "acknowledged_by": found.get("acknowledged_by", ""),
        "acknowledged_at": found.get("acknowledged_at"),
        "escalates_at": found.get("escalate_at"),
        "passed_on_at": passed_on.get("at"),
        "passed_on_to": names.get(id_, "a deleted channel") if (id_ := passed_on.get("channel_id")) else "",
    }


def _status(parameters: Any) -> Status | None:
    return next((each for each in STATUSES if each == parameters.get("status", "")), None)


def _until(request: HttpRequest) -> datetime | None:
    """The time up to which “all” includes failed messages; None if the request does not say."""
    if "all" not in request.POST:
        return None
    try:
        return parse_moment("until", request.POST.get("until", ""), zone=ZoneInfo("UTC"))
    except FilterError:
        return None


def _cursor(request: HttpRequest) -> Cursor | None:
    """The cursor of the request; None, for the first page, if it is invalid."""
    try:
        return Cursor.decode(text) if (text := request.GET.get("cursor", "")) else None
    except CursorError:
        return None


def _query(status: Status | None, cursor: str = "") -> str:
    return urlencode({name: value for name, value in {"status": status or "", "cursor": cursor}.items() if value})


def _back(request: TenantRequest, access: TenantAccess) -> HttpResponse:
    """Redirect to the filtered list, or to the whole list if the filter matches nothing."""
    response = redirect("alerts", access.tenant.slug)
    status = _status(request.POST)
    if status and DeliveryStore(access.tenant).find_page(status, page_size=1).deliveries:
        response["Location"] += f"?{_query(status)}"
    return response


def _counted(number: int) -> str:
    return f"{format_number(MOST_COUNTED)}+" if number >= MOST_COUNTED else format_number(number)


def _messages(count: int) -> str:
    return f"{format_number(count)} {'message is' if count == 1 else 'messages are'}"
