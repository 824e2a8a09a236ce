"""The table of work: its columns, in which order its rows stand, and how many are shown. Pure.

There are no places and no colours: numbers of people are not to be ranked, so no column is the one that counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.work.figures import ValueWork, WorkFigures, WorkNumbers, added_up
from tickets.store.filters import FilterError

MOST_ROWS: Final = 25
"""The others are summed up, and are all in the file."""

PEOPLE: Final = "assignee"
"""The field whose values are people."""

NEEDS_MANAGER: Final = (
    "Numbers of people are for managers. The work of teams and everything else is open to all members."
)

OF_SEVERAL: Final = "tag"
"""The field of which a ticket can have several values, so sums would count tickets more than once."""

_SortKey = Callable[[ValueWork], float | None]

NAME: Final = "name"
SORT_KEYS: Final[Mapping[str, _SortKey]] = {
    "open": lambda each: each.open,
    "arrived": lambda each: each.current.arrived,
    "resolved": lambda each: each.current.resolved,
    "reopened": lambda each: each.current.reopened,
    "first_reply": lambda each: each.current.first_reply.median_seconds,
    "first_reply_p90": lambda each: each.current.first_reply.p90_seconds,
    "resolution": lambda each: each.current.resolution.median_seconds,
    "resolution_p90": lambda each: each.current.resolution.p90_seconds,
    "handed_from": lambda each: each.current.handed_from,
    "handed_to": lambda each: each.current.handed_to,
}
SORTS: Final = (NAME, *SORT_KEYS)


@dataclass(frozen=True, slots=True)
class Order:
    """By a column. As a parameter, a minus before its name means the largest first."""

    column: str = NAME
    is_descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "Order":
        """Raises `FilterError`."""
        column = text.removeprefix("-")
        if column not in SORTS:
            raise FilterError("sort", f"must be one of {', '.join(SORTS)}, perhaps after a minus, not {text[:40]!r}")
        return cls(column, text.startswith("-"))

    @property
    def parameter(self) -> str:
        return f"-{self.column}" if self.is_descending else self.column

    def by(self, column: str) -> "Order":
        """The order after a click on a column: numbers begin with the largest, names with A, and a second click turns it."""
        if column == self.column:
            return Order(column, not self.is_descending)
        return Order(column, column != NAME)


def default_order(by: str) -> Order:
    """People by name; what else there is by how much is open."""
    return Order() if by == PEOPLE else Order("open", is_descending=True)


@dataclass(frozen=True, slots=True)
class WorkRows:
    """The rows that are shown, how many more there are, and those as one; None if there are none, or no sum is right.

    `without_value`: the tickets that have no value of the field; None if there are none.
    """

    shown: tuple[ValueWork, ...]
    others: int
    sum_of_others: ValueWork | None
    without_value: ValueWork | None


def work_rows(figures: WorkFigures, by: str, order: Order, *, most: int = MOST_ROWS) -> WorkRows:
    ordered = in_order(figures, order)
    rest = ordered[most:]
    return WorkRows(
        shown=tuple(ordered[:most]),
        others=len(rest),
        sum_of_others=added_up(rest) if rest and by != OF_SEVERAL else None,
        without_value=without_value(figures),
    )


def in_order(figures: WorkFigures, order: Order) -> list[ValueWork]:
    """All values but none; those of which the column is not known come last."""
    named = sorted((each for each in figures.values if each.value is not None), key=_name)
    if order.column == NAME:
        return named[::-1] if order.is_descending else named
    key = SORT_KEYS[order.column]
    sign = -1 if order.is_descending else 1
    return sorted(named, key=lambda each: (key(each) is None, sign * (key(each) or 0)))


def without_value(figures: WorkFigures) -> ValueWork | None:
    return next((each for each in figures.values if each.value is None), None)


def _name(work: ValueWork) -> tuple[str, str]:
    return (work.value or "").casefold(), work.value or ""


FILE_COLUMNS: Final[Sequence[str]] = (
    "open",
    *(
        f"{name}{of}"
        for name in (
            "arrived", "resolved", "reopened", "first_replies", "first_replies_of_unknown_time",
            "first_reply_median_seconds", "first_reply_p90_seconds", "resolutions_of_unknown_time",
            "resolution_median_seconds", "resolution_p90_seconds", "handed_from", "handed_to",
        )
        for of in ("", "_before")
    ),
)  # fmt: skip


def file_row(work: ValueWork) -> list[str | int | None]:
    """A value with its numbers, as `FILE_COLUMNS` names them. It is empty for the tickets without a value."""
    pairs = zip(_file_numbers(work.current), _file_numbers(work.previous), strict=True)
    return [work.value or "", work.open, *(number for pair in pairs for number in pair)]


def _file_numbers(of: WorkNumbers) -> list[int | None]:
    return [
        of.arrived,
        of.resolved,
        of.reopened,
        of.first_reply.count,
        of.first_reply.unknown,
        whole(of.first_reply.median_seconds),
        whole(of.first_reply.p90_seconds),
        of.resolution.unknown,
        whole(of.resolution.median_seconds),
        whole(of.resolution.p90_seconds),
        of.handed_from,
        of.handed_to,
    ]


def whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
