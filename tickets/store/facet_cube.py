"""A tenant's tickets as counted cells: how many have which combination of verdicts, status and source. Pure.

A list's total and the counts beside its choices are sums over the same cells, so they cannot disagree.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

from tickets.records.statuses import StatusesIn, states_of
from tickets.store.filters import TicketFilter

CHOICES = ("state", "status", "urgency", "sentiment", "source")
MOST_CHOICES = 50


class Cell(NamedTuple):
    status: str
    urgency: str
    sentiment: str
    source: str
    requires_action: bool

    @classmethod
    def of(cls, ticket: Mapping[str, Any]) -> "Cell":
        return cls(*(ticket[name] for name in cls._fields))


Cells = Counter[Cell]
DayCells = Counter[tuple[date, Cell]]
"""Differences by the UTC day of creation."""


def day_cell(ticket: Mapping[str, Any]) -> tuple[date, Cell]:
    """Where a stored ticket counts."""
    return ticket["created_at"].astimezone(UTC).date(), Cell.of(ticket)


class _Allowed(Protocol):
    def __contains__(self, value: Any, /) -> bool: ...


class _Condition(NamedTuple):
    """A field of the filter, and which values it lets through at which place of a cell."""

    name: str
    place: int
    allowed: _Allowed

    def fits(self, cell: Cell) -> bool:
        return cell[self.place] in self.allowed


def narrows_cells(wanted: TicketFilter) -> bool:
    """Whether the filter narrows any field of a cell."""
    return bool(_conditions(wanted))


def match_of_cells(wanted: TicketFilter) -> dict[str, Any]:
    """The part of the filter's match that is about the fields of a cell."""
    return {name: condition for name, condition in wanted.match().items() if name in Cell._fields}


def total(cells: Cells, wanted: TicketFilter) -> int:
    """How many tickets the filter's fields let through."""
    return sum(narrowed(cells, wanted).values())


def narrowed(cells: Cells, wanted: TicketFilter) -> Cells:
    """The cells that the filter lets through."""
    conditions = _conditions(wanted)
    return Counter(
        {cell: count for cell, count in cells.items() if count and all(each.fits(cell) for each in conditions)}
    )


def choices(cells: Cells, wanted: TicketFilter) -> dict[str, dict[str, int]]:
    """For each field with choices: value to number, most first, under all the *other* conditions."""
    conditions = _conditions(wanted)
    counted: dict[str, Counter[str]] = {name: Counter() for name in CHOICES}
    for cell, count in cells.items():
        against = [each.name for each in conditions if not each.fits(cell)]
        # What only one field speaks against is still to be had by choosing otherwise there.
        for name in CHOICES if not against else against if len(against) == 1 and against[0] in counted else ():
            for value in _values(cell, name):
                counted[name][value] += count
    return {name: _most_first(each) for name, each in counted.items()}


def _values(cell: Cell, name: str) -> Iterable[str]:
    """A cell is counted under each of these of the field; a ticket with an unknown status is an open one, too."""
    return states_of(cell.status) if name == "state" else (getattr(cell, name),)


def _conditions(wanted: TicketFilter) -> list[_Condition]:
    allowed: dict[str, Any] = {name: getattr(wanted, name) for name in CHOICES}
    allowed["state"] = StatusesIn(wanted.state) if wanted.state else ()
    allowed["requires_action"] = () if wanted.requires_action is None else (wanted.requires_action,)
    places = {name: place for place, name in enumerate(Cell._fields)} | {"state": Cell._fields.index("status")}
    return [_Condition(name, places[name], each) for name, each in allowed.items() if each]


def _most_first(counted: "Counter[str]") -> dict[str, int]:
    found = [(value, count) for value, count in counted.items() if count]
    return dict(sorted(found, key=lambda item: (-item[1], item[0]))[:MOST_CHOICES])


class Span(NamedTuple):
    """Buckets of one level from `first` up to but not including `end`; taken off where `is_off`."""

    first: str
    end: str
    is_off: bool = False


class Edge(NamedTuple):
    """A piece of a day; taken off where `is_off`."""

    start: datetime
    end: datetime
    is_off: bool = False


class Cover(NamedTuple):
    """A period as whole buckets, and pieces of days at its ends."""

    spans: list[Span]
    edges: list[Edge]


EVERYTHING = "all"


def buckets_of(day: date) -> tuple[str, str, str]:
    """The buckets that a day counts in."""
    return EVERYTHING, _month(day), _day(day)


def cover(start: datetime | None, end: datetime | None, *, is_start_ragged: bool = False) -> Cover:
    """The fewest whole buckets of a half-open period (None: without end), and what is left over or too much.

    A day that begins an hour after that of UTC is the day of UTC without an hour and with one of the next:
    half a day at either end is the most that has to be counted. With `is_start_ragged` no bucket reaches
    back before the start, for there they count what retention has erased.
    """
    if start is None and end is None:
        return Cover([Span(EVERYTHING, EVERYTHING + "\0")], [])
    if start and end and start >= end:
        return Cover([], [])
    first, last = start and _midnight(start, is_next=is_start_ragged), end and _midnight(end)
    edges = [Edge(*seam) for seam in _seams(start, first, end, last)]
    if start and end and end - start <= _length(edges):
        return Cover([], [Edge(start, end)])
    return Cover(_whole_days(first and first.date(), last and last.date(), is_start_ragged=is_start_ragged), edges)


def _whole_days(first: date | None, last: date | None, *, is_start_ragged: bool) -> list[Span]:
    month, last_month = first and _first_of_month(first, is_next=is_start_ragged), last and _first_of_month(last)
    seams = list(_seams(first, month, last, last_month))
    if first and last and last - first <= _length(seams):
        return [Span(_day(first), _day(last))]
    months = Span(_month(month) if month else "month", _month(last_month) if last_month else "month~")
    return [months, *(Span(_day(start), _day(end), is_off) for start, end, is_off in seams)]


_Day = TypeVar("_Day", date, datetime)


def _seams(
    start: _Day | None, first: _Day | None, end: _Day | None, last: _Day | None
) -> Iterator[tuple[_Day, _Day, bool]]:
    """What [first, last) lacks of [start, end), and (True) what it has too much."""
    if start and first and start != first:
        yield min(start, first), max(start, first), first < start
    if end and last and end != last:
        yield min(end, last), max(end, last), end < last


def _length(pieces: Iterable[tuple[_Day, _Day, bool]]) -> timedelta:
    return sum((end - start for start, end, _ in pieces), timedelta())


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _day(day: date) -> str:
    return f"day {day.isoformat()}"


def _month(day: date) -> str:
    return f"month {day.isoformat()[:7]}"


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _midnight(moment: datetime, *, is_next: bool = False) -> datetime:
    """The nearest one, or the next."""
    past = moment.astimezone(UTC) - start_of(moment.astimezone(UTC).date())
    return moment.astimezone(UTC) - past + timedelta(days=past > (timedelta() if is_next else timedelta(hours=12)))


def _first_of_month(day: date, *, is_next: bool = False) -> date:
    """The nearest one, or the next."""
    past, following = day - month_of(day), next_month(day)
    return following if past > (timedelta() if is_next else following - day) else month_of(day)
