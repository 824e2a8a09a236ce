"""The time, as MongoDB can keep it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment in UTC, cut to whole milliseconds (BSON dates hold no more)."""
    return to_milliseconds(datetime.now(UTC))


def to_milliseconds(moment: datetime) -> datetime:
    """The same moment in UTC with the microseconds below a millisecond cut off."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso_z(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`, in milliseconds only where there are any: 2026-01-31T09:00:00Z."""
    if moment is None:
        return None
    moment = to_milliseconds(moment)
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
