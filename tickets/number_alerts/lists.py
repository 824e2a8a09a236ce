"""The list that holds exactly the tickets of a watched number, where there is one.

There is none for a percentile, which no list shows, for missed targets, of which a ticket can have several, and for what
a view had at an earlier time.
"""

from dataclasses import replace
from datetime import datetime

from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.reading import window_of, within
from tickets.store.filters import FilterError, TicketFilter


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


def _over_time(alert: NumberAlert, end: datetime) -> TicketFilter | None:
    match alert.metric:
        case "arrived":
            return within(alert.wanted, window_of(alert, end))
        case "negative_share":
            return replace(within(alert.wanted, window_of(alert, end)), sentiment=("negative",))
    return None
