"""The numbers of a chart as a table, shown on the page and written to exports."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from supportsaas.formatting import format_number, format_percent

Value = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the heading in exports, `name` the one on the page."""

    key: str
    name: str
    kind: Literal["text", "count", "share", "seconds", "moment"] = "text"

    @property
    def is_number(self) -> bool:
        return self.kind in ("count", "share", "seconds")


@dataclass(frozen=True, slots=True)
class Cell:
    """An export has `value`; the page shows `text` if there is any, linked to `url` if there is one."""

    value: Value
    text: str = ""
    url: str = ""

    @property
    def count(self) -> int:
        """The value, in a column of counts. Raises `TypeError` if it is not one."""
        if not isinstance(self.value, int):
            raise TypeError(f"{self.value!r} is not a count.")
        return self.value


class ShownCell(NamedTuple):
    text: str
    url: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is its part of the URL, unique on a dashboard."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def shown(self) -> Iterable[tuple["ShownCell", ...]]:
        """The rows as the page shows them."""
        columns = [(format_percent if each.kind == "share" else format_number, each.is_number) for each in self.columns]
        return (
            tuple(
                ShownCell(cell.text or _shown(cell.value, write), cell.url, is_number)
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
