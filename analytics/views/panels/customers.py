"""The customers at risk, with the parts of their scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.dashboard.context import DashboardContext
from analytics.dashboard.customers import EVIDENCE_SHOWN
from analytics.dashboard.table import Cell, Table
from analytics.dashboard.tables import by_score
from analytics.figures import MOST_REPEATED, POINTS_REPEATED, AtRiskCustomer, DashboardFigures, Reason
from supportsaas.formatting import format_count
from tickets.rollups.differences import POINTS_HIGH, POINTS_NEGATIVE, POINTS_OPEN

_NAMES: dict[Reason, str] = {"high": "high urgency", "negative": "negative", "open": "open"}

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
    """A customer at risk, with `all_tickets` and the other parts of the score, each linked to its tickets.

    `newest` are the newest few tickets that are the reason, with their pages.
    """

    customer_id: str
    url: str
    score: int
    all_tickets: ScorePart
    parts: tuple[ScorePart, ...]
    is_all_closed: bool
    newest: tuple[tuple[str, str], ...]


def customer_rows(
    figures: DashboardFigures, context: DashboardContext, tables: Mapping[str, Table]
) -> list[CustomerRow]:
    """Highest score first."""
    rows = zip(by_score(figures.customers), tables["customers-at-risk"].rows, strict=True)
    return [_row(customer, cells, context) for customer, cells in rows]


def _row(customer: AtRiskCustomer, cells: Sequence[Cell], context: DashboardContext) -> CustomerRow:
    name, _, *counts = cells
    points = customer.points
    cell_of = dict(zip(points, counts, strict=True))
    total = cell_of["repeated"]
    return CustomerRow(
        customer_id=customer.customer_id,
        url=name.url,
        score=customer.score,
        all_tickets=ScorePart(
            total.count,
            "ticket" if total.count == 1 else "tickets",
            format_count(points["repeated"], "point"),
            total.url,
        ),
        parts=tuple(
            ScorePart(cell_of[reason].count, text, format_count(points[reason], "point"), cell_of[reason].url)
            for reason, text in _NAMES.items()
            if points[reason]
        ),
        is_all_closed=not customer.open_count,
        newest=tuple((each, context.links.ticket(each)) for each in customer.ticket_ids[:EVIDENCE_SHOWN]),
    )
