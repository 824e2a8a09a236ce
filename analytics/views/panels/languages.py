"""The notice about tickets in a language without a vocabulary."""

from dataclasses import dataclass

from analytics.dashboard.context import DashboardContext
from analytics.dashboard.tables import NOT_CLASSIFIED_NUMBER
from analytics.figures import DashboardFigures
from supportsaas.formatting import format_count


@dataclass(frozen=True, slots=True)
class NotClassifiedNotice:
    tickets: str
    is_one: bool
    url: str


def not_classified_notice(figures: DashboardFigures, context: DashboardContext) -> NotClassifiedNotice | None:
    """None if every ticket has an urgency."""
    count = figures.totals.not_classified
    _, _, conditions = NOT_CLASSIFIED_NUMBER
    if not count:
        return None
    return NotClassifiedNotice(format_count(count, "ticket"), count == 1, context.links.tickets(**conditions))
