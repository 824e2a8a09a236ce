"""The customers at risk, with the parts of their scores."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard.context import DashboardContext
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

_NAMES: dict[Reason, str] = {"high": "high urgency", "negative": "negative", "open": "open", "repeated": "tickets"}

SCORE_EXPLAINED = (
    f"Risk score: {POINTS_HIGH} points per high-urgency ticket, {POINTS_NEGATIVE} per negative one, {POINTS_OPEN} per open one, "
    f"and {POINTS_REPEATED} per ticket after the first (up to {MOST_REPEATED})."
)


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a score: its tickets and their points."""

    count: int
    text: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer at risk. Each part of the score links to its tickets; `tickets` are the newest few with their pages."""

    customer_id: str
    url: str
    score: int
    parts: tuple[ScorePart, ...]
    is_all_closed: bool
    tickets: tuple[tuple[str, str], ...]


def customer_rows(
    figures: DashboardFigures, context: DashboardContext, tables: Mapping[str, Table]
) -> list[CustomerRow]:
    """Highest score first."""
    found = []
    for each, row in zip(by_score(figures.customers), tables["customers-at-risk"].rows, strict=True):
        name, _, *counts = row
        parts = tuple(
            ScorePart(cell.count, _NAMES[reason], format_count(points, "point"), cell.url)
            for cell, (reason, points) in zip(counts, each.points.items(), strict=True)
            if points
        )
        tickets = tuple((each_id, context.links.ticket(each_id)) for each_id in each.ticket_ids[:EVIDENCE_SHOWN])
        found.append(CustomerRow(each.customer_id, name.url, each.score, parts, not each.open_count, tickets))
    return found
