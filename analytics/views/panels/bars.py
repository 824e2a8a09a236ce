"""Lists of values with bars: status, sentiment, source, keywords, customers, ages."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.table import Table
from analytics.dashboard.wording import lift_text
from analytics.figures import RisingKeyword
from supportsaas.formatting import format_number

SHOWN_VALUES = 10


@dataclass(frozen=True, slots=True)
class BarRow:
    """`value` is as stored, `name` as shown; a `note` is shown instead of the share."""

    value: str
    name: str
    count: int
    share: float | None
    width: float
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class BarList:
    """Rows with bars; those of `more` are collapsed."""

    rows: tuple[BarRow, ...]
    more: tuple[BarRow, ...] = ()


def bar_list(table: Table, *, shown: int = SHOWN_VALUES) -> BarList:
    """The rows of a table whose first columns are a value, its count and its share."""
    widths = charts.bar_widths([count.count for _, count, *_ in table.rows])
    rows = tuple(
        BarRow(
            str(value.value),
            value.text or str(value.value),
            count.count,
            share.value if isinstance(share.value, float) else 0.0,
            width,
            count.url,
        )
        for (value, count, share, *_), width in zip(table.rows, widths, strict=True)
    )
    return BarList(rows[:shown], rows[shown:])


def rising_list(keywords: Sequence[RisingKeyword], table: Table) -> BarList:
    """The keywords that grew most, with their growth; the bars show the increase in tickets."""
    widths = charts.bar_widths([each.count - each.before for each in keywords])
    return BarList(
        tuple(
            BarRow(each.value, each.value, each.count, None, width, count.url, _lift(each))
            for each, (_, count, *_), width in zip(keywords, table.rows, widths, strict=True)
        )
    )


def _lift(keyword: RisingKeyword) -> str:
    """“×3.2, 40 before”, “+12, none before”."""
    return f"{lift_text(keyword.count, keyword.before)}, {format_number(keyword.before) if keyword.before else 'none'} before"
