"""The notice about tickets whose status is not mapped."""

from dataclasses import dataclass

from analytics.dashboard.context import DashboardContext
from analytics.figures import DashboardFigures
from supportsaas.formatting import format_count
from tickets.records.statuses import join_spellings, state_of
from tickets.status_mapping.words import named_statuses


@dataclass(frozen=True, slots=True)
class UnmappedNotice:
    tickets: str
    statuses: str
    is_one: bool
    is_one_ticket: bool
    url: str


def unmapped_notice(figures: DashboardFigures, context: DashboardContext) -> UnmappedNotice | None:
    """None if every status is mapped."""
    if not figures.totals.unknown:
        return None
    counts = {each.value: each.count for each in figures.by_status if state_of(each.value) == "unknown"}
    return UnmappedNotice(
        format_count(figures.totals.unknown, "ticket"),
        named_statuses(counts),
        len(join_spellings(counts)) == 1,
        figures.totals.unknown == 1,
        context.links.tickets(state=("unknown",)),
    )
