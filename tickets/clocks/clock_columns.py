"""A ticket's clocks as one row of numbers, for exports. Pure.

Times are seconds. What is not known is None; `met` columns are None where no target applied.
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Final

from tickets.clocks.stopwatch import STATUS

CLOCK_COLUMNS: Final = (
    "first_reply_seconds", "first_reply_business_seconds", "first_reply_by", "first_reply_met",
    "next_replies", "next_reply_median_seconds", "next_reply_median_business_seconds", "next_replies_met",
    "next_replies_breached",
    "resolution_seconds", "resolution_business_seconds", "resolution_by", "resolution_met",
    "waiting_us_seconds", "waiting_us_business_seconds",
    "waiting_customer_seconds", "waiting_customer_business_seconds",
    "waiting_for", "waiting_since", "due_at_next", "time_in_status",
)  # fmt: skip
"""`time_in_status` has the seconds in each status that means open, by its name, of a closed ticket."""

CLOCK_MOMENTS: Final = ("waiting_since", "due_at_next")


def clock_values(ticket: Mapping[str, Any]) -> list[Any]:
    """A value for each of `CLOCK_COLUMNS`, from a stored ticket."""
    stopped: Sequence[Mapping[str, Any]] = ticket.get("clocks") or ()
    one = {each["clock"]: each for each in stopped}
    next_replies = [each for each in stopped if each["clock"] == "next_reply"]
    in_status = {name.removeprefix(STATUS): each["seconds"] for name, each in one.items() if name.startswith(STATUS)}
    return [
        *_promised(one.get("first_reply", {})),
        *_several(next_replies),
        *_promised(one.get("resolution", {})),
        *(
            one.get(clock, {}).get(field)
            for clock in ("waiting_us", "waiting_customer")
            for field in ("seconds", "business")
        ),
        ticket.get("waiting_for"),
        ticket.get("waiting_since"),
        ticket.get("next_due_at"),
        in_status,
    ]


def _promised(clock: Mapping[str, Any]) -> Iterator[Any]:
    for field in ("seconds", "business", "by", "met"):
        yield clock.get(field)


def _several(clocks: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    yield len(clocks)
    for field in ("seconds", "business"):
        known = [each[field] for each in clocks if each[field] is not None]
        yield round(median(known)) if known else None
    for met in (True, False):
        yield sum(each.get("met") is met for each in clocks)
