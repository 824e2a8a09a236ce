"""The tiles at the top of the dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.context import DashboardContext, filled_trend
from analytics.dashboard.table import Table
from analytics.dashboard.tables import TILES
from analytics.dashboard.wording import Change, Tone, change, tone_of
from analytics.figures import DashboardFigures

_UP_IS_BAD = frozenset(("high", "negative", "action"))
"""More tickets in all may be good or bad: more customers, or more trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A number, and its change since the same part of the previous period.

    Open tickets have no change: more tickets of an older period are closed by now, so the number would always grow.
    `before` is None without earlier data.
    """

    field: str
    name: str
    count: int
    share: float | None
    url: str
    change: Change | None
    before: int | None
    before_url: str
    sparkline: charts.Sparkline | None

    @property
    def tone(self) -> Tone:
        return tone_of(self.change, is_up_bad=True if self.field in _UP_IS_BAD else None)


def tiles(figures: DashboardFigures, context: DashboardContext, tables: Mapping[str, Table]) -> list[Tile]:
    begun = [place for place in range(len(context.buckets)) if context.buckets[place].start <= context.now]
    points = filled_trend(figures.trend, len(context.buckets))[: len(begun)]
    is_under_way = bool(begun) and context.is_under_way(context.buckets, begun[-1])
    total = figures.totals.total
    return [
        Tile(
            field=field,
            name=name,
            count=count.count,
            share=count.count / total if total and field != "total" else None,
            url=count.url or context.links.tickets(**conditions),
            change=change(count.count, before.count) if figures.has_earlier_data and field != "open" else None,
            before=before.count if figures.has_earlier_data else None,
            before_url=before.url,
            sparkline=charts.sparkline([getattr(point, field) for point in points], is_under_way=is_under_way),
        )
        for (field, name, conditions), (_, count, _, before) in zip(TILES, tables["totals"].rows, strict=False)
    ]
