"""Adds up the rows of a dashboard's union parts (see `union_parts`), most of which are stored roll-ups as they are. Pure.

Python does it because a `$facet` gives every row to each of its branches, and unwinds stored objects entry by entry. To
add up 30 days that way took MongoDB twice the time that reading them and adding them up here takes together, and clocks alone
five times as long.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from analytics.dashboard.union_parts import CHOICES
from analytics.pipelines import COUNTERS
from supportsaas.db.mongo import Document

_NAMES: Final = (*COUNTERS, "settled", "reopened")
_Sums = defaultdict[int, Counter[str]]


@dataclass(slots=True)
class RowSums:
    """- `trend`, `previous`: the counters of each bucket of the period, and of each one it is compared with.
    - `flows`: those of each day of the period. `previous_reopened`: what was reopened in the previous one.
    - `choices`: how many tickets have each value of the fields that a dashboard can be narrowed by.
    - `more_open`: how many more tickets were opened than resolved after the period.
    - `clocks`: by `count`, and `before` for the previous period.
    - `listed`: the rows that are shown as they are, by their metric.
    """

    trend: _Sums = field(default_factory=lambda: defaultdict(Counter))
    previous: _Sums = field(default_factory=lambda: defaultdict(Counter))
    flows: _Sums = field(default_factory=lambda: defaultdict(Counter))
    previous_reopened: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    week_hours: Counter[int] = field(default_factory=Counter)
    choices: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in CHOICES})
    more_open: int = 0
    ages: Counter[int] = field(default_factory=Counter)
    clocks: dict[str, Counter[str]] = field(default_factory=lambda: {"count": Counter(), "before": Counter()})
    listed: defaultdict[str, list[Document]] = field(default_factory=lambda: defaultdict(list))

    @property
    def totals(self) -> "Counter[str]":
        """The counters of the period."""
        found: Counter[str] = Counter()
        for sums in without_empty(self.trend).values():
            found.update(sums)
        return found


def add_up(rows: Iterable[Document], values: Mapping[str, Sequence[str]]) -> RowSums:
    """`values` are those of the view: stored objects have their codes as keys."""
    found = RowSums()
    for row in rows:
        match row["metric"]:
            case "counters":
                _add_counters(found, row)
                _add_lists(found, row, values)
            case "lists":
                _add_lists(found, row, values)
            case "after_period":
                found.more_open += row.get("opened", 0) - row.get("resolved", 0)
            case "age":
                _add_age(found.ages, row)
            case "clocks":
                sums = found.clocks[row["of"]]
                for name, number in _entries(row["sums"]):
                    sums[name] += number
            case metric:
                found.listed[metric].append(row)
    return found


def without_empty(sums: Mapping[int, "Counter[str]"]) -> dict[int, "Counter[str]"]:
    """Those that have tickets, in order."""
    return {place: sums[place] for place in sorted(sums) if sums[place]["total"] > 0}


def most_first(counted: "Counter[str]") -> list[tuple[str, int]]:
    """The values with their numbers, the most frequent first."""
    return sorted(((value, n) for value, n in counted.items() if n > 0), key=lambda each: (-each[1], each[0]))


def _add_counters(found: RowSums, row: Document) -> None:
    numbers = [(name, number) for name in _NAMES if (number := row.get(name))]
    bucket, day = int(row.get("bucket") or 0), int(row.get("day") or 0)
    if row["is_previous"]:
        places = [found.previous[bucket]]
        found.previous_reopened += row.get("reopened", 0)
    else:
        places = [found.trend[bucket], found.flows[day]]
    for sums in places:
        for name, number in numbers:
            sums[name] += number


def _add_age(ages: "Counter[int]", row: Document) -> None:
    number = row.get("count", 0)
    ages[int(row["key"])] += number
    if row.get("is_moved"):
        ages[0] -= number


def _add_lists(found: RowSums, row: Document, values: Mapping[str, Sequence[str]]) -> None:
    """The numbers of values. In roll-ups, objects have them by code; of tickets, they are lists with the values themselves."""
    if row.get("is_previous"):
        return
    _add_values(found.statuses, row.get("status"), values.get("status", ()))
    for hour, number in _entries(row.get("week_hours") or ()):
        found.week_hours[int(hour)] += number
    for name, stored in CHOICES.items():
        _add_values(found.choices[name], row.get(stored), values.get(name, ()))


def _add_values(sums: "Counter[str]", counted: Any, values: Sequence[str]) -> None:
    if isinstance(counted, dict):
        for code, number in counted.items():
            sums[values[int(code)]] += number
    elif counted:
        for value, number in _entries(counted):
            sums[value] += number


def _entries(counted: Any) -> Iterator[tuple[Any, int]]:
    """Of an object, or of a list of `{k, n}`."""
    return iter(counted.items()) if isinstance(counted, dict) else ((each["k"], each["n"]) for each in counted)
