"""What is said where tickets of the period have statuses that nobody has mapped."""

from dataclasses import dataclass

from analytics.dashboard.context import Frame
from analytics.figures import DashboardFigures
from supportsaas.formatting import format_count
from tickets.records.statuses import join_spellings, state_of
from tickets.status_mapping.words import named_statuses


@dataclass(frozen=True, slots=True)
class UnmappedNotice:
    tickets: str
    statuses: str
    is_one: bool
    url: str


def unmapped_notice(figures: DashboardFigures, frame: Frame) -> UnmappedNotice | None:
    """None where every status is known."""
    if not figures.totals.unknown:
        return None
    counts = {each.value: each.count for each in figures.by_status if state_of(each.value) == "unknown"}
    return UnmappedNotice(
        format_count(figures.totals.unknown, "ticket"),
        named_statuses(counts),
        len(join_spellings(counts)) == 1,
        frame.links.tickets(state=("unknown",)),
    )
