"""Values with their numbers, each with a bar: status, sentiment, source, keywords, customers, ages."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.table import Table
from analytics.dashboard.wording import lift_words
from analytics.figures import RisingKeyword
from supportsaas.formatting import format_number

SHOWN_VALUES = 10


@dataclass(frozen=True, slots=True)
class BarRow:
    """`value` is the stored one, `name` the one for people; `note` stands in place of the share."""

    value: str
    name: str
    count: int
    share: float | None
    width: float
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class BarList:
    """Rows with bars; those of `more` stand behind a fold."""

    rows: tuple[BarRow, ...]
    more: tuple[BarRow, ...] = ()


def bar_list(table: Table, *, shown: int = SHOWN_VALUES) -> BarList:
    """The rows of a table that begins with a value, its count and its share."""
    widths = charts.bar_widths([count.count for _, count, *_ in table.rows])
    rows = tuple(
        BarRow(
            str(value.value),
            value.words or str(value.value),
            count.count,
            share.value if isinstance(share.value, float) else 0.0,
            width,
            count.url,
        )
        for (value, count, share, *_), width in zip(table.rows, widths, strict=True)
    )
    return BarList(rows[:shown], rows[shown:])


def rising_list(words: Sequence[RisingKeyword], table: Table) -> BarList:
    """The words that gained most, with the lift; the bars show the gain."""
    widths = charts.bar_widths([each.count - each.before for each in words])
    return BarList(
        tuple(
            BarRow(each.value, each.value, each.count, None, width, count.url, _lift(each))
            for each, (_, count, *_), width in zip(words, table.rows, widths, strict=True)
        )
    )


def _lift(word: RisingKeyword) -> str:
    """“×3.2, 40 before”, “+12, none before”."""
    return f"{lift_words(word.count, word.before)}, {format_number(word.before) if word.before else 'none'} before"
