"""The columns of the backlog's table that have the previous period. Pure.

What was open then is not among them: a previous period that ends before this one starts has a gap behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard.context import DashboardContext
from analytics.dashboard.table import Cell, Column
from analytics.dashboard.wording import bucket_title, change, tone_of
from analytics.figures import BacklogPoint, DashboardFigures, Flow
from tickets.records.buckets import Buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousFlows:
    """None without `buckets`: without earlier data, or where the trend has hours and the backlog days."""

    buckets: Buckets | None
    flows: Mapping[int, Flow]
    context: DashboardContext

    @property
    def columns(self) -> tuple[Column, ...]:
        if self.buckets is None:
            return ()
        return (
            Column("before_from", "Compared with", "moment"),
            Column(self.key_of("arrived"), "Opened before", "count"),
            Column(self.key_of("settled"), "Resolved before", "count"),
        )

    def key_of(self, key: str) -> str:
        """The key of the column that has the number of the previous period; empty if there is none."""
        return "" if self.buckets is None else f"{key}_before"

    def cells(self, position: int, now: BacklogPoint) -> tuple[Cell, ...]:
        if self.buckets is None:
            return ()
        if position >= len(self.buckets):
            return (Cell(None, "–"), Cell(None), Cell(None))
        before = self.flows.get(position, Flow(position, 0, 0))
        return (
            Cell(self.buckets[position].start, bucket_title(self.buckets, position, self.context.zone)),
            _compared(now.opened, before.opened, is_up_bad=True),
            _compared(now.resolved, before.resolved, is_up_bad=False),
        )


def previous_flow_columns(figures: DashboardFigures, context: DashboardContext) -> PreviousFlows:
    has_buckets = figures.has_earlier_data and context.days is context.buckets
    return PreviousFlows(
        buckets=context.previous_buckets if has_buckets else None,
        flows={each.position: each for each in figures.previous_flows},
        context=context,
    )


def _compared(now: int, before: int, *, is_up_bad: bool) -> Cell:
    changed = change(now, before)
    return Cell(before, change=changed, tone=tone_of(changed, is_up_bad=is_up_bad))
