"""What a watched number is now, and what it was at the same hour of the weeks before."""

from dataclasses import replace
from datetime import datetime, timedelta

from tickets.incidents.normal import weeks_before
from tickets.incidents.rule import WEEKS
from tickets.incidents.store import Incident, IncidentStore
from tickets.number_alerts.metrics import FEWEST_FOR_PERCENTILE, FEWEST_FOR_SHARE
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.series import count_breaches, count_first_replies, find_first_ticket_at
from tickets.records.histogram import percentile_of
from tickets.records.period import Period
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore


def read_value(alert: NumberAlert, *, now: datetime) -> float | None:
    """The number now; None if it is not known, as a share of very few tickets. Raises `FilterError` for a broken view."""
    queries = TicketStore(alert.tenant).queries
    window = window_of(alert, now)
    match alert.metric:
        case "in_view":
            return queries.count(alert.wanted)
        case "arrived":
            return queries.count(within(alert.wanted, window))
        case "negative_share":
            wanted = within(alert.wanted, window)
            total = queries.count(wanted)
            negative = queries.count(replace(wanted, sentiment=("negative",)))
            return share_of(negative, total)
        case "first_reply_p90":
            return hours_of(count_first_replies(alert.tenant, window))
        case "breached":
            return count_breaches(alert.tenant, window)
        case "past_due":
            return queries.count(TicketFilter(due=("breached",)))
        case "due_soon":
            return queries.count(TicketFilter(due=("soon",)))
        case "incident":
            found = find_incident(alert)
            return found.customers if found else 0
    raise AssertionError(alert.metric)


def read_sample(alert: NumberAlert, *, now: datetime) -> list[float]:
    """The number in the same hours of the weeks before by the tenant's clock, as far back as there are tickets."""
    first = find_first_ticket_at(alert.tenant)
    if first is None:
        return []
    ends = (weeks_before(now, week, zone=alert.tenant.zone) for week in range(1, WEEKS + 1))
    weeks = [window_of(alert, end) for end in ends]
    queries = TicketStore(alert.tenant).queries
    return [float(queries.count(within(alert.wanted, each))) for each in weeks if each.start >= first]


def find_incident(alert: NumberAlert) -> Incident | None:
    """The latest ongoing incident that is beyond the limit, or else the one with the most customers."""
    ongoing = IncidentStore(alert.tenant).find_ongoing()
    beyond = (each for each in ongoing if alert.limit.check(each.customers).is_alert)
    return next(beyond, max(ongoing, key=lambda each: each.customers, default=None))


def window_of(alert: NumberAlert, end: datetime) -> Period:
    return Period(end - timedelta(hours=alert.window_hours), end)


def within(wanted: TicketFilter, window: Period) -> TicketFilter:
    return wanted.within(window.start, window.end)


def share_of(negative: float, total: float) -> float | None:
    """In percent; None of fewer tickets than mean something."""
    return 100 * negative / total if total >= FEWEST_FOR_SHARE else None


def hours_of(steps: list[tuple[int, int]]) -> float | None:
    """The 90th percentile in hours; None of fewer replies than mean something."""
    if sum(number for _, number in steps) < FEWEST_FOR_PERCENTILE:
        return None
    seconds = percentile_of(steps, 0.9)
    return None if seconds is None else seconds / 3600
