"""The sums of the work of people and teams: what tickets with one value of a field count in, by that value. Pure.

A ticket counts under the values that it has now, at the day of each event: `arrived` (its creation), `resolved` (its last
closing, if it is closed; its creation, if nobody knows when that was), `reopened` (each reopening), and the end of its wait for a first
reply and of its resolution, with a step of the histogram in business hours where the tenant has them. A ticket that is
open now counts as `open` at its creation, and all time has these, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from tickets.records.histogram import step_of
from tickets.records.statuses import is_open

WORK_FIELDS: Final[Mapping[str, str]] = {
    "assignee": "assignee",
    "team": "team",
    "priority": "priority",
    "type": "type",
    "tag": "tags",
    "organisation": "organisation",
}
"""What work is grouped by, each with the field of a ticket."""

OPEN: Final = "open"
ARRIVED: Final = "arrived"
RESOLVED: Final = "resolved"
REOPENED: Final = "reopened"
UNKNOWN: Final = "unknown"
"""Instead of a step: how long a clock ran is not known, or it stopped without what it waited for."""

WORK_CLOCKS: Final = ("first_reply", "resolution")

NO_VALUE: Final = -1
"""The code of tickets without a value of the field."""


class Event(NamedTuple):
    at: datetime
    name: str
    """`arrived`, or `first_reply 210`: a clock and a step of the histogram."""


def work_events(ticket: Mapping[str, Any]) -> Iterator[Event]:
    """What happened to a stored ticket, in no order."""
    yield Event(ticket["created_at"], ARRIVED)
    if is_open(ticket["status"]):
        yield Event(ticket["created_at"], OPEN)
    turns: Sequence[datetime] = ticket.get("turns") or ()
    for at in turns[1::2]:
        yield Event(at, REOPENED)
    if len(turns) % 2 and not is_open(ticket["status"]):
        yield Event(turns[-1], RESOLVED)
    for stopped in ticket.get("clocks") or ():
        if stopped["clock"] in WORK_CLOCKS:
            yield Event(stopped["at"], f"{stopped['clock']} {_step(stopped)}")


def work_values(ticket: Mapping[str, Any], field: str) -> list[str | None]:
    """The values of a field of a ticket; None if it has none."""
    value = ticket.get(field)
    if isinstance(value, str):
        return [value]
    return list(value) if value else [None]


def _step(stopped: Mapping[str, Any]) -> int | str:
    seconds = stopped["seconds"] if stopped["business"] is None else stopped["business"]
    return UNKNOWN if seconds is None else step_of(seconds)
