"""The numbers of a chart as a table, shown on the page and written to exports."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from analytics.dashboard.wording import Change, Tone
from supportsaas.formatting import format_number, format_percent

Value = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the heading in exports, `name` the one on the page.

    `before`: the key of the column that has the same numbers of the previous period.
    """

    key: str
    name: str
    kind: Literal["text", "count", "share", "seconds", "moment"] = "text"
    before: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind in ("count", "share", "seconds")


@dataclass(frozen=True, slots=True)
class Cell:
    """An export has `value`; the page shows `text` if there is any, linked to `url` if there is one.

    `change` is the change from this number of the previous period to that of the period.
    """

    value: Value
    text: str = ""
    url: str = ""
    change: Change | None = None
    tone: Tone = ""

    @property
    def count(self) -> int:
        """The value, in a column of counts. Raises `TypeError` if it is not one."""
        if not isinstance(self.value, int):
            raise TypeError(f"{self.value!r} is not a count.")
        return self.value


class Span(NamedTuple):
    """A period as the parameters `from` and `to` of a dashboard have it."""

    from_: str
    to: str


class ShownCell(NamedTuple):
    text: str
    url: str
    is_number: bool
    change: Change | None
    tone: Tone


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is its part of the URL, unique on a dashboard. `spans`: the days or times of each row, to zoom into it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    spans: tuple[Span, ...] = ()

    @property
    def shown(self) -> Iterable[tuple["ShownCell", ...]]:
        """The rows as the page shows them."""
        columns = [(format_percent if each.kind == "share" else format_number, each.is_number) for each in self.columns]
        return (
            tuple(
                ShownCell(cell.text or _shown(cell.value, write), cell.url, is_number, cell.change, cell.tone)
                for cell, (write, is_number) in zip(row, columns, strict=True)
            )
            for row in self.rows
        )

    @property
    def values(self) -> Iterable[tuple[Value, ...]]:
        """The rows as an export has them."""
        return (tuple(cell.value for cell in row) for row in self.rows)


def _shown(value: Value, write: Callable[[float | None], str]) -> str:
    return str(value) if isinstance(value, str | datetime) else write(value)
