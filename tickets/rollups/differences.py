"""Differences: what a write changes about a tenant's numbers. Pure.

Every ticket that is created, changed, deleted or restored counts once less as it was and once more as it is. The same
functions count a write and build a whole generation, so the two cannot disagree.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from itertools import product
from operator import itemgetter
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from tickets.records.dimensions import CONNECTION, DIMENSIONS, NARROWING_FIELDS
from tickets.records.facets import SENTIMENT_SUMS, SENTIMENTS, UNKNOWN, URGENCIES, URGENCY_SUMS, Facets
from tickets.records.statuses import is_open, state_of
from tickets.rollups.blocks import ALL_TIME, DAY_KEYS, HOUR, LARGER_SIZES, Block, enclosing_block, hour_key, start_of
from tickets.rollups.clock_sums import clock_sums
from tickets.rollups.work_sums import NO_VALUE, OPEN, WORK_FIELDS, work_events, work_values

Ticket = Mapping[str, Any]

COUNTED_FIELDS: Final = (
    "external_id", "source", "customer_id", "status", "urgency", "sentiment", "requires_action", "topics",
    "topic_ids", "created_at", "turns", "clocks", "assignee", "type", "tags", "organisation", *DIMENSIONS,
)  # fmt: skip
"""The fields of a ticket that numbers depend on, and its id."""


def fields_to_slice(values: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Those of which every value gets numbers and keywords of its own.

    A single connection has those of all tickets, which would double what is stored.
    """
    has_several = len(values.get(CONNECTION, ())) > 1
    return tuple(name for name in NARROWING_FIELDS if has_several or name != CONNECTION)


HOURS: Final = "hours"
"""How many tickets were created in each hour of a day. Larger blocks do not have it."""

EVERYTHING: Final = ""
"""The slice of all tickets."""

POINTS_HIGH, POINTS_NEGATIVE, POINTS_OPEN = 3, 2, 1
"""Points of a customer's risk score per high-urgency, negative and open ticket."""

_Verdict = tuple[str, str, bool | None]


def _has_unknown(verdict: _Verdict) -> bool:
    return UNKNOWN in verdict or None in verdict


_VERDICTS: Final[tuple[_Verdict, ...]] = tuple(
    sorted(product(URGENCIES, SENTIMENTS, (True, False, None)), key=_has_unknown)
)
"""Stored sums have the place in this list. Those with unknown verdicts came later, so they are at its end."""
_VERDICT_CODES: Final = {verdict: code for code, verdict in enumerate(_VERDICTS)}


class Row(NamedTuple):
    """A ticket as it was (`weight` −1) or as it is (+1). Without `has_words`, its keywords are the same in both."""

    weight: int
    ticket: Ticket
    has_words: bool = True


@dataclass(slots=True)
class Differences:
    rows: list[Row] = field(default_factory=list)

    def add(self, ticket: Ticket) -> None:
        self.rows.append(Row(1, ticket))

    def remove(self, ticket: Ticket) -> None:
        self.rows.append(Row(-1, ticket))

    def change(self, old: Ticket, new: Ticket) -> None:
        has_words = any(
            old.get(name) != new.get(name) for name in ("topics", "topic_ids", "created_at", *NARROWING_FIELDS)
        )
        self.rows.append(Row(-1, old, has_words))
        self.rows.append(Row(1, new, has_words))

    def __bool__(self) -> bool:
        return bool(self.rows)


MOST_VALUES: Final = 2_000
MOST_CHARACTERS: Final = 100_000
"""Of all values of a field, and of those of all fields together. With more, numbers are counted from the tickets."""

WORK_ONLY: Final = tuple(name for name in WORK_FIELDS if name not in DIMENSIONS)
"""The fields whose values only work is counted by. Values beyond a limit have no code, and that field's work is counted from
the tickets."""

MOST_WORK_VALUES: Final = 500
MOST_WORK_CHARACTERS: Final = 15_000


class ValueCodes:
    """The numbers that stand for the values of a field in stored roll-ups: the place of the value in its list."""

    def __init__(self, stored: Mapping[str, Sequence[str]]) -> None:
        self._codes = {name: {value: code for code, value in enumerate(values)} for name, values in stored.items()}
        self.added: dict[str, list[str]] = {}

    @property
    def are_too_many(self) -> bool:
        counted = [codes for name, codes in self._codes.items() if name not in WORK_ONLY]
        characters = sum(len(value) for codes in counted for value in codes)
        return characters > MOST_CHARACTERS or any(len(codes) > MOST_VALUES for codes in counted)

    @property
    def values(self) -> dict[str, list[str]]:
        """The values of each field, at the place of their number."""
        return {name: list(codes) for name, codes in self._codes.items()}

    def find(self, name: str, value: str) -> int | None:
        return self._codes.get(name, {}).get(value)

    def code_of(self, name: str, value: str) -> int:
        """A new value gets the next number and is among the `added`."""
        codes = self._codes.setdefault(name, {})
        code = codes.get(value)
        if code is None:
            code = codes[value] = len(codes)
            self.added.setdefault(name, []).append(value)
        return code

    def work_code_of(self, name: str, value: str | None) -> int | None:
        """The code of a value that work is counted by; None for a new one of a field that has no room for it."""
        if value is None:
            return NO_VALUE
        known = self.find(name, value)
        return (
            known if known is not None or not has_room(self._codes.get(name, ()), name) else self.code_of(name, value)
        )


def has_room(values: Collection[str], name: str) -> bool:
    """Whether a new value of the field gets a code. Once it has none, its work is counted from the tickets."""
    if name not in WORK_ONLY:
        return True
    return len(values) < MOST_WORK_VALUES and sum(map(len, values)) < MOST_WORK_CHARACTERS


def slice_name(field_name: str, code: int) -> str:
    return f"{field_name}={code}"


def cell_key(status: int, source: int, verdict: int) -> str:
    return f"{status} {source} {verdict}"


def verdict_of(code: int) -> tuple[str, str, bool | None]:
    """Urgency, sentiment, and whether the ticket requires action, None if unknown."""
    return _VERDICTS[code]


class Place(NamedTuple):
    """A document of roll-ups: a slice and the key of a block of time."""

    slice: str
    block: str


Sums = defaultdict[Place, Counter[str]]


@dataclass(slots=True)
class CountedDifferences:
    """Sums by place, or by customer. In `work` a place's slice is a field, as in `WORK_FIELDS`; `days` are those with numbers."""

    numbers: Sums = field(default_factory=lambda: defaultdict(Counter))
    words: Sums = field(default_factory=lambda: defaultdict(Counter))
    clocks: Sums = field(default_factory=lambda: defaultdict(Counter))
    work: Sums = field(default_factory=lambda: defaultdict(Counter))
    customers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    starts: dict[str, datetime] = field(default_factory=dict)
    """When each hour and each day of `numbers` starts, by the key of its block."""
    days: set[int] = field(default_factory=set)

    @property
    def all_sums(self) -> "tuple[Mapping[Any, Counter[str]], ...]":
        return self.numbers, self.words, self.clocks, self.work, self.customers

    def add_up_words(self, blocks: Container[Block], *, most: int) -> set[Block]:
        """Add the keywords of the days to those larger blocks, too. Returns the blocks in which more than `most` change.

        These get no keywords.
        """
        days = {place: sums for place, sums in self.words.items() if place.block.startswith(DAY_KEYS)}
        sums_of_blocks: dict[Block, Sums] = {}
        for place, sums in days.items():
            day = int(place.block.removeprefix(DAY_KEYS))
            for block in (enclosing_block(day, size) for size in LARGER_SIZES):
                if block in blocks:
                    added = sums_of_blocks.setdefault(block, defaultdict(Counter))
                    added[Place(place.slice, block.key)].update(sums)
        too_many = {block for block, sums in sums_of_blocks.items() if sum(map(len, sums.values())) > most}
        for block, added in sums_of_blocks.items():
            if block not in too_many:
                self.words.update(added)
        return too_many


_Moment = tuple[int, int]
"""A day, and an hour of it."""


class _Slices(NamedTuple):
    """The slices of a ticket besides that of everything, and the fields in which its dimensions are counted there."""

    names: tuple[str, ...]
    dimensions: tuple[str, ...]


_WorkSum = tuple[tuple[int, str], int, str]
"""A day and a field, the code of a value of it, and what happened."""

_FacetValues = tuple[str, str, str, str, bool | None]
_facets_of: Callable[[Ticket], _FacetValues] = itemgetter(*Facets._fields)


@dataclass(slots=True)
class DifferenceCounter:
    """Counts rows by the days of a zone, and from the day `hours_since` on by its hours.

    This is part of every write. Rows that count in the same places are counted together before their numbers go to the
    hour, the day and the slices: that takes a quarter of the time.
    """

    zone: ZoneInfo
    codes: ValueCodes
    hours_since: int
    sliced_fields: Sequence[str]
    found: CountedDifferences = field(default_factory=CountedDifferences)
    _starts: dict[int, datetime] = field(default_factory=dict)
    _places: "dict[datetime, tuple[_Moment, int]]" = field(default_factory=dict)
    _slices: dict[tuple[str | None, ...], _Slices] = field(default_factory=dict)

    def count(self, rows: Iterable[Row]) -> CountedDifferences:
        by_day: Counter[tuple[int, _Slices, _FacetValues]] = Counter()
        by_hour: Counter[tuple[_Moment, int, _Slices]] = Counter()
        in_stored_hours: Counter[tuple[_Moment, int, _FacetValues]] = Counter()
        transitions: Counter[tuple[_Moment, _Slices, str]] = Counter()
        clocks: dict[tuple[_Moment, _Slices], Counter[str]] = defaultdict(Counter)
        work: dict[int, Counter[_WorkSum]] = defaultdict(Counter)
        topics: dict[tuple[_Moment, _Slices], Counter[str]] = defaultdict(Counter)
        code_of_status = partial(self.codes.code_of, "status")
        for weight, ticket, has_words in rows:
            moment, week_hour = self._place(ticket["created_at"])
            day, slices, facets = moment[0], self._slices_of(ticket), _facets_of(ticket)
            by_day[day, slices, facets] += weight
            by_hour[moment, week_hour, slices] += weight
            if day >= self.hours_since:
                in_stored_hours[moment, week_hour, facets] += weight
            if has_words and (words := counted_words(ticket)):
                counted = topics[moment, slices]
                (counted.update if weight > 0 else counted.subtract)(words)
            if ticket.get("turns"):
                for closed_or_reopened, path in _transitions(ticket):
                    transitions[self._place(closed_or_reopened)[0], slices, path] += weight
            for stopped in ticket.get("clocks") or ():
                stopped_sums = clocks[self._place(stopped["at"])[0], slices]
                for sum_ in clock_sums(stopped, code_of_status):
                    stopped_sums[sum_] += weight
            work[weight].update(self._work_of(ticket))
            if ticket["customer_id"]:
                self._count_customer(weight, ticket)
        for (day, slices, facets), number in by_day.items():
            self._add(self._days(day, slices.names), self._paths_of(facets), number)
        for (moment, week_hour, slices), number in by_hour.items():
            self._add(self._days(moment[0], slices.names), (f"week_hours.{week_hour}",), number)
            self._add(self._days(moment[0], ()), (f"{HOURS}.{moment[1]}", *slices.dimensions), number)
            if moment[0] >= self.hours_since:
                self._add([self._hour(moment)], slices.dimensions, number)
        for (moment, week_hour, facets), number in in_stored_hours.items():
            self._add([self._hour(moment)], (*self._paths_of(facets), f"week_hours.{week_hour}"), number)
        for (moment, slices, path), number in transitions.items():
            stored_hour = [self._hour(moment)] if moment[0] >= self.hours_since else []
            self._add([*self._days(moment[0], slices.names), *stored_hour], (path,), number)
        for (moment, slices), counted in topics.items():
            self._count_words(moment, slices.names, counted)
        for (moment, slices), stopped_sums in clocks.items():
            self._count_clocks(moment, slices.names, stopped_sums)
        self._add_work(work)
        self._add_up()
        return self.found

    @staticmethod
    def _add(places: "Iterable[Counter[str]]", paths: Iterable[str], number: int) -> None:
        if number:
            for sums in places:
                for path in paths:
                    sums[path] += number

    def _place(self, at: datetime) -> tuple[_Moment, int]:
        """The day and its hour that a moment lies in, and its hour of the week on the clock of the zone."""
        found = self._places.get(at)  # a moment of a ticket is asked for some three times
        if found is None:
            local = at.astimezone(self.zone)
            day = local.toordinal()
            if at >= self._start(day + 1):  # as in `day_of`
                day += 1
            week_hour = local.weekday() * 24 + local.hour
            found = self._places[at] = (day, (at - self._start(day)) // HOUR), week_hour
        return found

    def _start(self, day: int) -> datetime:
        start = self._starts.get(day)
        if start is None:
            start = self._starts[day] = start_of(day, self.zone)
        return start

    def _slices_of(self, ticket: Ticket) -> _Slices:
        values = tuple([ticket.get(name) for name in NARROWING_FIELDS])
        found = self._slices.get(values)
        if found is None:
            named = zip(NARROWING_FIELDS, values, strict=True)
            codes = {name: self.codes.code_of(name, value) for name, value in named if isinstance(value, str)}
            found = self._slices[values] = _Slices(
                tuple(slice_name(name, code) for name, code in codes.items() if name in self.sliced_fields),
                tuple(f"{name}.{code}" for name, code in codes.items() if name in DIMENSIONS),
            )
        return found

    def _paths_of(self, facets: _FacetValues) -> tuple[str, ...]:
        status, urgency, sentiment, source, requires_action = facets
        verdict = _VERDICT_CODES[urgency, sentiment, requires_action]
        return _paths(
            self.codes.code_of("status", status), state_of(status), self.codes.code_of("source", source), verdict
        )

    def _count_words(self, moment: _Moment, slices: Sequence[str], words: "Counter[str]") -> None:
        day, hour = moment
        if day >= self.hours_since:
            self.found.words[Place(EVERYTHING, hour_key(day, hour))].update(words)
        block = Block(1, day).key
        for each in (EVERYTHING, *slices):
            self.found.words[Place(each, block)].update(words)

    def _count_clocks(self, moment: _Moment, slices: Sequence[str], sums: "Counter[str]") -> None:
        """In the hour, and in the day of each slice."""
        if not any(sums.values()):
            return
        day, hour = moment
        self.found.days.add(day)
        block = Block(1, day).key
        for each in (EVERYTHING, *slices):
            _add_sums(self.found.clocks[Place(each, block)], sums)
        if day >= self.hours_since:
            _add_sums(self.found.clocks[Place(EVERYTHING, hour_key(day, hour))], sums)

    def _work_of(self, ticket: Ticket) -> "list[_WorkSum]":
        events = [(self._place(at)[0][0], name) for at, name in work_events(ticket)]
        found = [(name, value) for name, field_ in WORK_FIELDS.items() for value in work_values(ticket, field_)]
        coded = [(name, code) for name, value in found if (code := self.codes.work_code_of(name, value)) is not None]
        return [((day, name), code, event) for name, code in coded for day, event in events]

    def _add_work(self, by_weight: "Mapping[int, Counter[_WorkSum]]") -> None:
        by_day: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        for weight, counted in by_weight.items():
            for (place, code, event), number in counted.items():
                by_day[place][f"{code}.{event}"] += weight * number
        for (day, name), sums in by_day.items():
            self.found.days.add(day)
            self.found.work[Place(name, Block(1, day).key)] = sums
            open_now = {sum_: number for sum_, number in sums.items() if sum_.endswith(f".{OPEN}")}
            _add_sums(self.found.work[Place(name, ALL_TIME)], open_now)

    def _count_customer(self, weight: int, ticket: Ticket) -> None:
        sums = self.found.customers[ticket["customer_id"]]
        sums["total"] += weight
        points = 0
        if is_open(ticket["status"]):
            sums["open"] += weight
            points += POINTS_OPEN
        if ticket["urgency"] == "high":
            sums["high"] += weight
            points += POINTS_HIGH
        if ticket["sentiment"] == "negative":
            sums["negative"] += weight
            points += POINTS_NEGATIVE
        if points:
            sums["points"] += weight * points

    def _days(self, day: int, slices: Sequence[str]) -> "list[Counter[str]]":
        """Where a ticket of this day counts: in the day of each of its slices."""
        block = Block(1, day).key
        self.found.days.add(day)
        self.found.starts[block] = self._starts[day]
        numbers = self.found.numbers
        return [numbers[Place(each, block)] for each in (EVERYTHING, *slices)]

    def _hour(self, moment: _Moment) -> "Counter[str]":
        day, hour = moment
        key = hour_key(day, hour)
        self.found.starts[key] = self._starts[day] + hour * HOUR
        return self.found.numbers[Place(EVERYTHING, key)]

    def _add_up(self) -> None:
        """The days as larger blocks, and their numbers as all time."""
        largest = _add_up_days(self.found.numbers)
        for place in largest:
            _add_sums(self.found.numbers[Place(place.slice, ALL_TIME)], self.found.numbers[place])
        _add_up_days(self.found.clocks)
        _add_up_days(self.found.work)


def _add_up_days(sums: Sums) -> set[Place]:
    """Add the days' sums to the larger blocks. Returns the largest, which have everything.

    Each size is added up from the next smaller one, of which there are fewer: half of the time for days that are spread.
    """
    smaller = {place for place in sums if place.block.startswith(DAY_KEYS)}
    for size in LARGER_SIZES:
        larger: set[Place] = set()
        for place in smaller:
            block = enclosing_block(int(place.block.split()[1]), size)
            enclosing = Place(place.slice, block.key)
            larger.add(enclosing)
            _add_sums(sums[enclosing], sums[place], without=HOURS)
        smaller = larger
    return smaller


def _add_sums(to: "Counter[str]", added: Mapping[str, int], *, without: str = "\0") -> None:
    """As `Counter.update`, in two thirds of its time. Names that begin with `without` are left out."""
    for name, number in added.items():
        if not name.startswith(without):
            to[name] = to.get(name, 0) + number


@lru_cache(maxsize=20_000)
def _paths(status: int, state: str, source: int, verdict: int) -> tuple[str, ...]:
    """The stored fields in which a ticket counts."""
    urgency, sentiment, requires_action = verdict_of(verdict)
    return (
        "total",
        URGENCY_SUMS[urgency],
        SENTIMENT_SUMS[sentiment],
        *(("open",) if state != "closed" else ()),
        *(("unknown",) if state == "unknown" else ()),
        *(("action",) if requires_action else ()),
        f"status.{status}",
        f"sources.{source}",
        f"cells.{cell_key(status, source, verdict)}",
    )


def counted_words(ticket: Ticket) -> list[str]:
    """The keywords of a ticket and the ids of its topics, which look unlike any keyword."""
    return [*(ticket.get("topics") or ()), *(ticket.get("topic_ids") or ())]


def _transitions(ticket: Ticket) -> Iterator[tuple[datetime, str]]:
    """When the ticket was closed and reopened, and the stored field in which each counts.

    A ticket that was closed when it was first read has its first transition at its creation, so that it is in no
    backlog. If an earlier version took the status of an open ticket for closed, its last transition does not count.
    """
    moments, is_now_open = ticket["turns"], is_open(ticket["status"])
    for place, moment in enumerate(moments):
        if place % 2:
            yield moment, "reopened"
            continue
        if not (is_now_open and place == len(moments) - 1):
            yield moment, "settled"
