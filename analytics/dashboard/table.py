"""The numbers of a chart as columns and rows: shown on the page, written by exports."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from supportsaas.formatting import format_number, format_percent

Value = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names it in exports, `name` on the page."""

    key: str
    name: str
    kind: Literal["text", "count", "share", "seconds", "moment"] = "text"

    @property
    def is_number(self) -> bool:
        return self.kind in ("count", "share", "seconds")


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is what an export holds; the page shows `words` where there are some, linked where there is a list."""

    value: Value
    words: str = ""
    url: str = ""

    @property
    def count(self) -> int:
        """The value of a column of counts."""
        if not isinstance(self.value, int):
            raise TypeError(f"{self.value!r} is no count.")
        return self.value


class ShownCell(NamedTuple):
    words: str
    url: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is its part of an address; no two tables of a dashboard share it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def shown(self) -> Iterable[tuple["ShownCell", ...]]:
        """The rows as the page writes them."""
        columns = [(format_percent if each.kind == "share" else format_number, each.is_number) for each in self.columns]
        return (
            tuple(
                ShownCell(cell.words or _shown(cell.value, write), cell.url, is_number)
                for cell, (write, is_number) in zip(row, columns, strict=True)
            )
            for row in self.rows
        )

    @property
    def values(self) -> Iterable[tuple[Value, ...]]:
        """The rows as an export writes them."""
        return (tuple(cell.value for cell in row) for row in self.rows)


def _shown(value: Value, write: Callable[[float | None], str]) -> str:
    return str(value) if isinstance(value, str | datetime) else write(value)
