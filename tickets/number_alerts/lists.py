"""The list that holds exactly the tickets of a watched number, where there is one.

There is none for a percentile, which no list shows, for missed targets, of which a ticket can have several, and for what
a view had at an earlier time.
"""

from dataclasses import replace
from datetime import datetime

from supportsaas.web.page_paths import path_of
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.reading import window_of, within
from tickets.number_alerts.states import AlertState
from tickets.store.filters import COUNT_ALL, FilterError, TicketFilter


def tickets_at(alert: NumberAlert, end: datetime) -> TicketFilter | None:
    """The tickets that were counted over the hours before `end`. Of a share: those that make it up."""
    try:
        return _over_time(alert, end)
    except FilterError:
        return None


def tickets_now(alert: NumberAlert, checked_at: datetime) -> TicketFilter | None:
    """The tickets that were counted at the last check."""
    try:
        match alert.metric:
            case "in_view":
                return alert.wanted
            case "past_due":
                return TicketFilter(due=("breached",))
            case "due_soon":
                return TicketFilter(due=("soon",))
        return _over_time(alert, checked_at)
    except FilterError:
        return None


def list_path(tenant_id: str, wanted: TicketFilter | None) -> str:
    """The list that counts every ticket; empty without a filter."""
    return f"{path_of('ticket-list', tenant_id)}?{wanted.query()}&{COUNT_ALL}" if wanted is not None else ""


def path_now(alert: NumberAlert, state: AlertState) -> str:
    """The page of the incident, or the list of exactly the tickets of the last check; empty if there is neither."""
    if state.value is None or state.checked_at is None:
        return ""
    if alert.metric == "incident":
        return path_of("incident", alert.tenant.slug, str(state.incident)) if state.incident is not None else ""
    return list_path(alert.tenant.slug, tickets_now(alert, state.checked_at))


def _over_time(alert: NumberAlert, end: datetime) -> TicketFilter | None:
    match alert.metric:
        case "arrived":
            return within(alert.wanted, window_of(alert, end))
        case "negative_share":
            return replace(within(alert.wanted, window_of(alert, end)), sentiment=("negative",))
    return None
