"""A tenant's tickets as counted cells: how many have which combination of verdicts, status and source. Pure.

A list's total and the counts beside its choices are sums over the same cells, so they cannot disagree.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

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


def narrowed(cells: Cells, wanted: TicketFilter, *, without: str | None = None) -> Cells:
    """The cells that the filter lets through, not looking at the field `without`."""
    chosen = [(Cell._fields.index(name), values) for name, values in chosen_values(wanted).items() if name != without]
    return Counter(
        {cell: count for cell, count in cells.items() if count and all(cell[place] in ok for place, ok in chosen)}
    )


def choices(cells: Cells, wanted: TicketFilter) -> dict[str, dict[str, int]]:
    """For each field with choices: value to number, most first, under all the *other* conditions."""
    found = {}
    for name in CHOICES:
        counted: Counter[str] = Counter()
        for cell, count in narrowed(cells, wanted, without=name).items():
            counted[getattr(cell, name)] += count
        found[name] = dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_CHOICES])
    return found


class Span(NamedTuple):
    """Buckets of one level from `first` up to but not including `end`."""

    first: str
    end: str


class Cover(NamedTuple):
    """A period as whole buckets, and the pieces at its ends that are no whole day."""

    spans: list[Span]
    edges: list[tuple[datetime, datetime]]


EVERYTHING = "all"
_SOME_DAYS = timedelta(days=2)


def buckets_of(day: date) -> tuple[str, str, str]:
    """The buckets that a day counts in."""
    return EVERYTHING, _month(day), _day(day)


def cover(start: datetime | None, end: datetime | None) -> Cover:
    """The fewest whole buckets of a half-open period (None: without end), and what is left over."""
    if start is None and end is None:
        return Cover([Span(EVERYTHING, EVERYTHING + "\0")], [])
    if start and end and end - start <= _SOME_DAYS:
        return Cover([], [(start, end)] if start < end else [])
    first = _ceil_day(start) if start else None
    last = _midnight(end).date() if end else None
    edges = []
    if start and first and start < start_of(first):
        edges.append((start, start_of(first)))
    if end and last and start_of(last) < end:
        edges.append((start_of(last), end))
    month = _ceil_month(first) if first else None
    last_month = last.replace(day=1) if last else None
    if first and last and month and last_month and month >= last_month:
        return Cover([Span(_day(first), _day(last))], edges)
    spans = [Span(_month(month) if month else "month", _month(last_month) if last_month else "month~")]
    if first and month and first < month:
        spans.append(Span(_day(first), _day(month)))
    if last and last_month and last_month < last:
        spans.append(Span(_day(last_month), _day(last)))
    return Cover(spans, edges)


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


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _ceil_day(moment: datetime) -> date:
    midnight = _midnight(moment)
    return midnight.date() if midnight == moment else midnight.date() + timedelta(days=1)


def _ceil_month(day: date) -> date:
    return day if day.day == 1 else next_month(day)
