"""The columns of the trend's table that have the previous period. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.dashboard.context import DashboardContext, filled_trend
from analytics.dashboard.table import Cell, Column
from analytics.dashboard.wording import bucket_title, change, tone_of
from analytics.figures import DashboardFigures, TrendPoint
from tickets.records.buckets import Buckets

IS_UP_BAD: Final[Mapping[str, bool]] = {"high": True}
"""Urgencies of which more are for the worse. Of the others, it depends on what there is less of."""


@dataclass(frozen=True, slots=True)
class Number:
    """A column of counts: the field of `TrendPoint` that it has, and the urgency that its list is filtered by."""

    field: str
    key: str
    name: str
    urgency: tuple[str, ...] = ()
    is_up_bad: bool | None = None

    def of(self, point: TrendPoint) -> int:
        found: int = getattr(point, self.field)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousColumns:
    """Which days or hours a bucket is compared with, and each number of theirs with its change. None without `buckets`."""

    numbers: Sequence[Number]
    buckets: Buckets | None
    points: Sequence[TrendPoint]
    context: DashboardContext

    @property
    def columns(self) -> tuple[Column, ...]:
        if self.buckets is None:
            return ()
        counts = (Column(self.key_of(each), f"{each.name} before", "count") for each in self.numbers)
        return (Column("before_from", "Compared with", "moment"), *counts)

    def key_of(self, number: Number) -> str:
        """The key of the column that has the number of the previous period; empty if there is none."""
        return "" if self.buckets is None else f"{number.key}_before"

    def cells(self, now: TrendPoint) -> tuple[Cell, ...]:
        """Of the bucket of a point. What it is compared with may have no counterpart: the previous month had 28 days."""
        if self.buckets is None:
            return ()
        if now.position >= len(self.buckets):
            return (Cell(None, "–"), *(Cell(None) for _ in self.numbers))
        before, period = self.points[now.position], self.buckets[now.position]
        cells = [Cell(period.start, bucket_title(self.buckets, now.position, self.context.zone))]
        for each in self.numbers:
            was = each.of(before)
            url = self.context.links.within(period, urgency=each.urgency) if was else ""
            changed = change(each.of(now), was)
            cells.append(Cell(was, url=url, change=changed, tone=tone_of(changed, is_up_bad=each.is_up_bad)))
        return tuple(cells)


def previous_columns(
    figures: DashboardFigures, context: DashboardContext, numbers: Sequence[Number]
) -> PreviousColumns:
    buckets = context.previous_buckets if figures.has_earlier_data else None
    points = filled_trend(figures.previous_trend, len(buckets)) if buckets else []
    return PreviousColumns(numbers=numbers, buckets=buckets, points=points, context=context)
