"""The time axis of a chart: its labels, and the weekends behind its bars."""

from dataclasses import dataclass
from datetime import timedelta

from analytics.dashboard import charts
from analytics.dashboard.context import DashboardContext
from analytics.dashboard.wording import axis_label, month_label
from tickets.records.buckets import Buckets, Unit

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class AxisText:
    place: charts.AxisLabel
    text: str


def axis_texts(buckets: Buckets, context: DashboardContext) -> tuple[AxisText, ...]:
    """The labels below the bars or points: the months where bars are weeks, otherwise evenly spaced ones."""
    if buckets.unit is Unit.WEEK and (months := _months_begun(buckets, context)):
        labels = charts.labels_at(list(months), len(buckets))
        return tuple(AxisText(place, months[place.position]) for place in labels)
    return tuple(
        AxisText(place, axis_label(buckets, place.position, context.zone)) for place in charts.axis_labels(len(buckets))
    )


def weekends(buckets: Buckets, context: DashboardContext) -> tuple[charts.Band, ...]:
    """Saturdays and Sundays, where bars are days."""
    if buckets.unit is not Unit.DAY:
        return ()
    days = [edge.astimezone(context.zone).weekday() for edge in buckets.edges[:-1]]
    return charts.joined_slots([place for place, day in enumerate(days) if day >= _SATURDAY], len(buckets))


def _months_begun(buckets: Buckets, context: DashboardContext) -> dict[int, str]:
    """The bars in which a month begins, with its name."""
    found = {}
    for position in range(len(buckets)):
        shown = buckets[position]
        first, last = (each.astimezone(context.zone) for each in (shown.start, shown.end - timedelta(milliseconds=1)))
        if first.day == 1 or first.month != last.month:
            found[position] = month_label(last)
    return found
