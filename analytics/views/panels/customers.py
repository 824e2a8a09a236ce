"""The customers at risk, with what their score is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard.context import Frame
from analytics.dashboard.customers import EVIDENCE_SHOWN
from analytics.dashboard.table import Table
from analytics.dashboard.tables import by_score
from analytics.figures import (
    MOST_REPEATED,
    POINTS_HIGH,
    POINTS_NEGATIVE,
    POINTS_OPEN,
    POINTS_REPEATED,
    DashboardFigures,
    Reason,
)
from supportsaas.formatting import format_count

_WORDS: dict[Reason, str] = {"high": "high urgency", "negative": "negative", "open": "open", "repeated": "in all"}

SCORE_WORDS = (
    f"{POINTS_HIGH} points for each high-urgency ticket, {POINTS_NEGATIVE} for each negative one, "
    f"{POINTS_OPEN} for each that is open, and {POINTS_REPEATED} for each beyond the first, up to {MOST_REPEATED}."
)


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a score: the tickets behind it, and the points they bring."""

    count: int
    words: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer at risk, each part of the score with the list of its tickets; `tickets` are the newest few, with their pages."""

    customer_id: str
    url: str
    score: int
    parts: tuple[ScorePart, ...]
    is_settled: bool
    tickets: tuple[tuple[str, str], ...]


def customer_rows(figures: DashboardFigures, frame: Frame, tables: Mapping[str, Table]) -> list[CustomerRow]:
    """The highest score first."""
    found = []
    for each, row in zip(by_score(figures.customers), tables["customers-at-risk"].rows, strict=True):
        name, _, *counts = row
        parts = tuple(
            ScorePart(cell.count, _WORDS[reason], format_count(points, "point"), cell.url)
            for cell, (reason, points) in zip(counts, each.points.items(), strict=True)
            if points
        )
        tickets = tuple((each_id, frame.links.ticket(each_id)) for each_id in each.ticket_ids[:EVIDENCE_SHOWN])
        found.append(CustomerRow(each.customer_id, name.url, each.score, parts, not each.open_count, tickets))
    return found
