"""A period of time, half-open, and when the days of a time zone start. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


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
        """The previous period, up to the same point that this one has reached by `now` (in full minutes).

        Whole days are compared with the same number of whole days, up to the same time of day, even if
        daylight saving makes one of the two an hour longer.
        """
        reached = min(_full_minute(now), self.end) if self.start < now < self.end else self.end
        days = (self.end.astimezone(zone).date() - self.start.astimezone(zone).date()).days
        if (self.start, self.end) != (_midnight_of(self.start, zone), _midnight_of(self.end, zone)):
            return Period(self.start - self.length, reached - self.length)

        def back(moment: datetime) -> datetime:
            local = moment.astimezone(zone)
            return datetime.combine(local.date() - timedelta(days=days), local.time(), tzinfo=zone)

        return Period(back(self.start), back(reached))


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day. If midnight is skipped, that is the moment of the skip."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _midnight_of(moment: datetime, zone: ZoneInfo) -> datetime:
    return day_start(moment.astimezone(zone).date(), zone)


def _full_minute(moment: datetime) -> datetime:
    """Rounded up."""
    return moment + timedelta(seconds=-moment.second, microseconds=-moment.microsecond) % timedelta(minutes=1)
