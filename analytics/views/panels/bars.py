"""Lists of values with bars: status, sentiment, source, topics, customers, ages."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.table import Table
from analytics.dashboard.wording import customers_text, lift_text
from analytics.figures import RisingTopic
from supportsaas.formatting import format_number
from tickets.topics.store import ListedTopic

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


def rising_list(topics: Sequence[tuple[ListedTopic, RisingTopic]], table: Table) -> BarList:
    """The topics that grew most, with their growth and customers; the bars show the increase in tickets."""
    widths = charts.bar_widths([each.count - each.before for _, each in topics])
    return BarList(
        tuple(
            BarRow(topic.id, topic.name, each.count, None, width, count.url, _rise(each))
            for (topic, each), (_, count, *_), width in zip(topics, table.rows, widths, strict=True)
        )
    )


def _rise(topic: RisingTopic) -> str:
    """“×3.2, 40 before, 12 customers”, “+12, none before, 9 customers”."""
    before = format_number(topic.before) if topic.before else "none"
    return f"{lift_text(topic.count, topic.before)}, {before} before, {customers_text(topic.customers)} customers"
