"""The buckets of the previous period, one beside each bucket of the trend. Pure.

A bucket is compared with the one that lies as many days (or hours) before it as the two periods lie apart, so that
the first day is beside the first, and the numbers of all of them add up to what the tiles compare with.
"""

from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from tickets.records.buckets import Buckets, Unit
from tickets.records.period import Period
from tickets.rollups.blocks import day_of, start_of

_HOUR = timedelta(hours=1)


def previous_buckets(buckets: Buckets, comparison: Period, zone: ZoneInfo) -> Buckets | None:
    """Bucket `i` is compared with bucket `i` of these; there may be fewer, up to the end of the comparison.

    None if the two periods do not begin at the same time of day (of the hour, for hours): then no whole day of one is
    beside a whole day of the other.
    """
    edges = _hours(buckets, comparison) if buckets.unit is Unit.HOUR else _days(buckets, comparison, zone)
    if edges is None:
        return None
    begun = list(takewhile(lambda edge: edge < comparison.end, edges))
    # A month is compared with as many days, which are no calendar month: they are named by their first and last day.
    unit = Unit.WEEK if buckets.unit is Unit.MONTH else buckets.unit
    return Buckets(unit, (*begun, *edges[len(begun) : len(begun) + 1]), comparison)


def _hours(buckets: Buckets, comparison: Period) -> list[datetime] | None:
    apart = buckets.period.start - comparison.start
    return None if apart % _HOUR else [edge - apart for edge in buckets.edges]


def _days(buckets: Buckets, comparison: Period, zone: ZoneInfo) -> list[datetime] | None:
    first, before = (day_of(each.start, zone) for each in (buckets.period, comparison))
    if (start_of(first, zone), start_of(before, zone)) != (buckets.period.start, comparison.start):
        return None
    return [start_of(day_of(edge, zone) - (first - before), zone) for edge in buckets.edges]
