"""When the demo's agents work: Monday to Friday from nine to five in their zone. Of holidays they know nothing."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_BEGIN: Final = 9
_END: Final = 17


def after_work(at: datetime, work: timedelta, zone: ZoneInfo) -> datetime:
    """The moment at which agents have worked for so long since `at`, with the time zone of `at`."""
    local = _open(at.astimezone(zone))
    while work > (left := local.replace(hour=_END, minute=0, second=0, microsecond=0) - local):
        work -= left
        local = _open(local + left)
    return (local + work).astimezone(at.tzinfo)


def _open(local: datetime) -> datetime:
    """The same moment, or the next one at which they begin."""
    if local.hour >= _END:
        local = _morning(local + timedelta(days=1))
    elif local.hour < _BEGIN:
        local = _morning(local)
    while local.weekday() >= 5:
        local = _morning(local + timedelta(days=1))
    return local


def _morning(local: datetime) -> datetime:
    return local.replace(hour=_BEGIN, minute=0, second=0, microsecond=0)
