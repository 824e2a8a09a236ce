"""A period of time, half-open, and when the days and hours of a time zone start. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, but not including, `end`; both aware, in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment.utcoffset() is None:
                raise ValueError("A period needs aware moments.")
        if self.start >= self.end:
            raise ValueError("A period ends after it starts.")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def previous(self) -> "Period":
        """The period of the same length (in elapsed time) that ends when this one starts."""
        return Period(self.start - self.length, self.start)

    def comparison(self, now: datetime, zone: ZoneInfo) -> "Period":
        """The previous period, up to the same point that this one has reached by `now`.

        Whole days are compared with the same number of whole days, up to the same time of day, even if
        daylight saving makes one of the two an hour longer.
        """
        before, reached = self.shifted(-1, zone), self.reached(now)
        days = self._whole_days(zone)
        if days is None:
            return Period(before.start, reached - self.length)
        local = reached.astimezone(zone)
        end = datetime.combine(local.date() - timedelta(days=days), local.time(), tzinfo=zone)
        return Period(before.start, end)

    def reached(self, now: datetime) -> datetime:
        """How far the period has got: to its end, or to the present minute, which counts as over."""
        if not self.start <= now < self.end:
            return self.end
        return min(max(_full_minute(now), self.start + _MINUTE), self.end)

    def shifted(self, count: int, zone: ZoneInfo) -> "Period":
        """The period that many after this one: of whole days as many days, otherwise of the same length.

        Raises `OverflowError` outside of the calendar.
        """
        days = self._whole_days(zone)
        if days is None:
            return Period(self.start + count * self.length, self.end + count * self.length)
        first, after_last = (moment.astimezone(zone).date() for moment in (self.start, self.end))
        moved = timedelta(days=count * days)
        return Period(day_start(first + moved, zone), day_start(after_last + moved, zone))

    def _whole_days(self, zone: ZoneInfo) -> int | None:
        """How many days of the calendar it has; None if it has parts of days."""
        if (self.start, self.end) != (_midnight_of(self.start, zone), _midnight_of(self.end, zone)):
            return None
        return (self.end.astimezone(zone).date() - self.start.astimezone(zone).date()).days


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day. If midnight is skipped, that is the moment of the skip."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """The full hour of a zone's clock before a moment; in some zones that is half past in UTC."""
    local = moment.astimezone(zone)
    return moment.astimezone(UTC) - timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )


def _midnight_of(moment: datetime, zone: ZoneInfo) -> datetime:
    return day_start(moment.astimezone(zone).date(), zone)


def _full_minute(moment: datetime) -> datetime:
    """Rounded up."""
    return moment + timedelta(seconds=-moment.second, microseconds=-moment.microsecond) % _MINUTE
