"""Date buckets: a period as whole months and days of UTC, plus the partial days at its ends. Pure.

Facet counts are stored by bucket. A bucket is a day, a month, or all time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

ALL_TIME = "all"

_HALF_A_DAY = timedelta(hours=12)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BucketRange:
    """Buckets of one size, from `first` up to but not including `end`. They are subtracted if `is_excess`."""

    first: str
    end: str
    is_excess: bool = False


@dataclass(frozen=True, slots=True)
class PartialDay:
    """A piece of a day. It is subtracted if `is_excess`."""

    start: datetime
    end: datetime
    is_excess: bool = False

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class DateCover:
    """A period as whole buckets and partial days."""

    ranges: Sequence[BucketRange] = ()
    partial_days: Sequence[PartialDay] = ()


def buckets_of(day: date) -> tuple[str, str, str]:
    """The buckets that a day belongs to."""
    return ALL_TIME, month_bucket(day), day_bucket(day)


def cover(start: datetime | None, end: datetime | None, *, never_before_start: bool = False) -> DateCover:
    """The half-open period (None: unbounded) as the fewest whole buckets, corrected by partial days.

    Each end moves to the nearest midnight of UTC; the piece between is added or subtracted, so at most half a day
    has to be counted in the tickets at either end. With `never_before_start`, no bucket reaches back before the start:
    those buckets still count tickets that retention has deleted.
    """
    if start is None and end is None:
        return DateCover([BucketRange(ALL_TIME, ALL_TIME + "\0")])
    if start and end and start >= end:
        return DateCover()
    first = _midnight_for(start, only_later=never_before_start) if start else None
    last = _midnight_for(end, only_later=False) if end else None
    partial_days = [*_before_first(start, first), *_after_last(end, last)]
    if start and end and end - start <= sum((each.length for each in partial_days), timedelta()):
        return DateCover(partial_days=[PartialDay(start, end)])
    ranges = _whole_buckets(first.date() if first else None, last.date() if last else None, never_before_start)
    return DateCover(ranges, partial_days)


def _before_first(start: datetime | None, first: datetime | None) -> list[PartialDay]:
    """The piece between the start and the first whole day: missing from the days, or too much."""
    if start is None or first is None or start == first:
        return []
    return [PartialDay(start, first)] if start < first else [PartialDay(first, start, is_excess=True)]


def _after_last(end: datetime | None, last: datetime | None) -> list[PartialDay]:
    """The piece between the last whole day and the end: missing from the days, or too much."""
    if end is None or last is None or end == last:
        return []
    return [PartialDay(last, end)] if last < end else [PartialDay(end, last, is_excess=True)]


def _whole_buckets(first: date | None, last: date | None, never_before_start: bool) -> list[BucketRange]:
    """The days from `first` up to `last` as months, with single days added or subtracted at both ends."""
    first_month = _month_for(first, only_later=never_before_start) if first else None
    last_month = _month_for(last, only_later=False) if last else None
    days = [*_days_before(first, first_month), *_days_after(last, last_month)]
    if first and last and last - first <= sum((end - start for start, end, _ in days), timedelta()):
        return [_day_range(first, last)]
    months = BucketRange(
        month_bucket(first_month) if first_month else "month", month_bucket(last_month) if last_month else "month~"
    )
    return [months, *(_day_range(start, end, is_excess=is_excess) for start, end, is_excess in days)]


def _days_before(first: date | None, month: date | None) -> list[tuple[date, date, bool]]:
    if first is None or month is None or first == month:
        return []
    return [(first, month, False)] if first < month else [(month, first, True)]


def _days_after(last: date | None, month: date | None) -> list[tuple[date, date, bool]]:
    if last is None or month is None or last == month:
        return []
    return [(month, last, False)] if month < last else [(last, month, True)]


def _day_range(start: date, end: date, *, is_excess: bool = False) -> BucketRange:
    return BucketRange(day_bucket(start), day_bucket(end), is_excess)


def _midnight_for(moment: datetime, *, only_later: bool) -> datetime:
    """The nearest midnight of UTC or, with `only_later`, the next one unless the moment is a midnight."""
    moment = moment.astimezone(UTC)
    midnight = start_of(moment.date())
    past = moment - midnight
    rounds_up = past > timedelta() if only_later else past > _HALF_A_DAY
    return midnight + _ONE_DAY if rounds_up else midnight


def _month_for(day: date, *, only_later: bool) -> date:
    """The nearest first of a month or, with `only_later`, the next one unless the day is a first."""
    this, following = month_of(day), next_month(day)
    past = day - this
    rounds_up = past > timedelta() if only_later else past > following - day
    return following if rounds_up else this


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def day_bucket(day: date) -> str:
    return f"day {day.isoformat()}"


def month_bucket(day: date) -> str:
    return f"month {day.isoformat()[:7]}"
