"""What is counted of a group of tickets, declared once for the customers' page, the dashboard and its roll-ups."""

from typing import Any, Final

from supportsaas.db.mongo import Document
from tickets.records.statuses import IS_OPEN


def count_where(condition: Any) -> Document:
    """An accumulator of `$group`: how many documents meet the condition."""
    return {"$sum": {"$cond": [condition, 1, 0]}}


IS_HIGH: Final[Document] = {"$eq": ["$urgency", "high"]}
IS_NEGATIVE: Final[Document] = {"$eq": ["$sentiment", "negative"]}

CUSTOMER_COUNTERS: Final[Document] = {
    "total": {"$sum": 1},
    "open": count_where(IS_OPEN),
    "high": count_where(IS_HIGH),
    "negative": count_where(IS_NEGATIVE),
}
"""The counters of a customer; a dashboard counts more (`analytics.pipelines`)."""
