"""The current time with the precision that MongoDB stores."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Now in UTC, truncated to milliseconds, which is all that BSON dates hold."""
    return to_milliseconds(datetime.now(UTC))


def to_milliseconds(moment: datetime) -> datetime:
    """The moment in UTC, truncated to milliseconds."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso_z(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`: 2026-01-31T09:00:00Z. Milliseconds appear only if they are not zero."""
    if moment is None:
        return None
    moment = to_milliseconds(moment)
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
