"""A tenant's tickets as counted cells: how many have which combination of verdicts, status and source. Pure.

A list's total and the counts beside its choices are sums over the same cells, so they cannot disagree.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVar

from tickets.filters import TicketFilter

CHOICES = ("status", "urgency", "sentiment", "source")
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


_CHOICE_PLACES = tuple(Cell._fields.index(name) for name in CHOICES)


Cells = Counter[Cell]
DayCells = Counter[tuple[date, Cell]]
"""Differences by the UTC day of creation."""


def day_cell(ticket: Mapping[str, Any]) -> tuple[date, Cell]:
    """Where a stored ticket counts."""
    return ticket["created_at"].astimezone(UTC).date(), Cell.of(ticket)


def chosen_values(wanted: TicketFilter) -> dict[str, tuple[Any, ...]]:
    """The fields of a cell that the filter narrows, each with the values it lets through."""
    chosen: dict[str, tuple[Any, ...]] = {name: getattr(wanted, name) for name in CHOICES if getattr(wanted, name)}
    if wanted.requires_action is not None:
        chosen["requires_action"] = (wanted.requires_action,)
    return chosen


def total(cells: Cells, wanted: TicketFilter) -> int:
    """How many tickets the filter's fields let through."""
    return sum(narrowed(cells, wanted).values())


def narrowed(cells: Cells, wanted: TicketFilter) -> Cells:
    """The cells that the filter lets through."""
    chosen = _chosen_places(wanted)
    return Counter(
        {cell: count for cell, count in cells.items() if count and all(cell[place] in ok for place, ok in chosen)}
    )


def choices(cells: Cells, wanted: TicketFilter) -> dict[str, dict[str, int]]:
    """For each field with choices: value to number, most first, under all the *other* conditions."""
    chosen = _chosen_places(wanted)
    counted: dict[int, Counter[Any]] = {place: Counter() for place in _CHOICE_PLACES}
    for cell, count in cells.items():
        against = [place for place, ok in chosen if cell[place] not in ok]
        # What only one field speaks against is still to be had by choosing otherwise there.
        for place in _CHOICE_PLACES if not against else against if len(against) == 1 and against[0] in counted else ():
            counted[place][cell[place]] += count
    return {name: _most_first(counted[place]) for name, place in zip(CHOICES, _CHOICE_PLACES, strict=True)}


def _chosen_places(wanted: TicketFilter) -> list[tuple[int, tuple[Any, ...]]]:
    return [(Cell._fields.index(name), values) for name, values in chosen_values(wanted).items()]


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
