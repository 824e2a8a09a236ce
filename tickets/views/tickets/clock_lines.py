"""A ticket's clocks in words: how long replies and the resolution took, who it waits for, what is due."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Literal

from supportsaas.formatting import format_count, format_label, format_span
from tickets.clocks.settings import ClockSettings
from tickets.clocks.stopwatch import NEVER, STATUS
from tickets.clocks.wording import CLOCK_NAMES, origin_name
from tickets.records.status_moments import spans_of
from tickets.records.statuses import is_open

Ticket = Mapping[str, Any]
Stopped = Mapping[str, Any]
Tick = Literal["ago", "due"]

NO_MESSAGES = "unknown: the helpdesk gives no time, and the messages are not known"


@dataclass(frozen=True, slots=True)
class ClockLine:
    """What is said of a clock. A running one ends with a `moment` that ticks; `is_late`: it missed its target."""

    name: str
    text: str
    note: str = ""
    moment: datetime | None = None
    tick: Tick = "ago"
    is_late: bool = False
    is_unknown: bool = False


def clock_lines(ticket: Ticket, settings: ClockSettings, now: datetime) -> list[ClockLine]:
    """Of a stored ticket, in the order in which people ask."""
    stopped: Sequence[Stopped] = ticket.get("clocks") or ()
    one = {each["clock"]: each for each in stopped}
    return [
        *_first_reply(ticket, one.get("first_reply")),
        *_next_replies([each for each in stopped if each["clock"] == "next_reply"]),
        *_resolution(one.get("resolution")),
        *_waiting(ticket, one),
        *_due(ticket),
        *(_stopped_statuses(one) if not is_open(ticket["status"]) else _running_statuses(ticket, settings, now)),
    ]


def _first_reply(ticket: Ticket, clock: Stopped | None) -> Iterator[ClockLine]:
    name = CLOCK_NAMES["first_reply"]
    if clock is not None and clock["by"] == NEVER:
        yield ClockLine(name, "never: the ticket was closed without one, after its target had passed", is_late=True)
    elif clock is not None and clock["seconds"] is not None:
        yield _timed(name, clock)
    elif clock is None and ticket.get("waiting_for") == "us":
        yield ClockLine(name, "not yet; the customer wrote", moment=ticket["waiting_since"])
    elif clock is None and ticket.get("waiting_for") == "customer":
        yield ClockLine(name, "none: the customer has not written")
    else:
        yield ClockLine(name, NO_MESSAGES, is_unknown=True)


def _next_replies(clocks: Sequence[Stopped]) -> Iterator[ClockLine]:
    known = [each for each in clocks if each["seconds"] is not None]
    if known:
        business = [each["business"] for each in known if each["business"] is not None]
        took = _took(median(each["seconds"] for each in known), median(business) if business else None)
        late = sum(each.get("met") is False for each in known)
        note = f"{format_count(late, 'target')} missed" if late else ""
        text = f"{format_count(len(known), 'reply', 'replies')}, {'median ' if len(known) > 1 else 'after '}{took}"
        yield ClockLine("Next replies", text, note, is_late=bool(late))


def _resolution(clock: Stopped | None) -> Iterator[ClockLine]:
    name = CLOCK_NAMES["resolution"]
    if clock is None:
        return
    if clock["seconds"] is None:
        yield ClockLine(name, "unknown: when it was created or closed is not known", is_unknown=True)
    else:
        yield _timed(name, clock)


def _waiting(ticket: Ticket, one: Mapping[str, Stopped]) -> Iterator[ClockLine]:
    if (side := ticket.get("waiting_for")) is not None:
        yield ClockLine(
            "Waits for", "us since" if side == "us" else "the customer since", moment=ticket["waiting_since"]
        )
    for clock in ("waiting_us", "waiting_customer"):
        if (found := one.get(clock)) is not None and found["seconds"] is not None:
            yield ClockLine(
                f"{CLOCK_NAMES[clock].replace('Waiting', 'Waited')}", _took(found["seconds"], found["business"])
            )


def _due(ticket: Ticket) -> Iterator[ClockLine]:
    for each in sorted(ticket.get("due") or (), key=lambda due: due["at"]):
        yield ClockLine(f"{CLOCK_NAMES[each['clock']]} due", "", moment=each["at"], tick="due")


def _stopped_statuses(one: Mapping[str, Stopped]) -> Iterator[ClockLine]:
    for clock, found in one.items():
        if clock.startswith(STATUS):
            yield ClockLine(_in_status(clock.removeprefix(STATUS)), _took(found["seconds"], found["business"]))


def _running_statuses(ticket: Ticket, settings: ClockSettings, now: datetime) -> Iterator[ClockLine]:
    """Each status that the ticket had, and its present one so far."""
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for status, start, end in spans_of(ticket.get("status_moments") or (), now):
        if is_open(status):
            spans.setdefault(status, []).append((start, end))
    for status, found in spans.items():
        is_present = found[-1][1] == now
        before = found[:-1] if is_present else found
        business = [settings.business(start, end) for start, end in before]
        in_business = sum((each for each in business if each is not None), timedelta()).total_seconds()
        took = sum((end - start for start, end in before), timedelta()).total_seconds()
        text = _took(took, in_business if settings.business_hours else None) if before else ""
        if is_present:
            text = f"{text}, and again since" if before else "since"
        yield ClockLine(_in_status(status), text, moment=found[-1][0] if is_present else None)


def _in_status(status: str) -> str:
    return f"In status {format_label(status).lower()}"


def _timed(name: str, clock: Stopped) -> ClockLine:
    met = clock.get("met")
    note = "" if met is None else "target met" if met else "target missed"
    took = _took(clock["seconds"], clock["business"])
    return ClockLine(name, f"after {took}, from {origin_name(clock['by'])}", note, is_late=met is False)


def _took(seconds: float, business: float | None) -> str:
    """“2 h 10 min”, “2 h 10 min (1 h 5 min in business hours)”."""
    in_all = format_span(seconds)
    return in_all if business is None else f"{in_all} ({format_span(business)} in business hours)"
