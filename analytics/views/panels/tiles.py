"""The row of numbers at the top of the dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.context import Frame, filled_trend
from analytics.dashboard.table import Table
from analytics.dashboard.tables import TILES
from analytics.dashboard.wording import Change, change
from analytics.figures import DashboardFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A number, and how it stands to the same part of the period before.

    What is still open has no change: of an older period more has been closed by now, so it would always grow.
    `before` is None where there is no earlier data.
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


def tiles(figures: DashboardFigures, frame: Frame, tables: Mapping[str, Table]) -> list[Tile]:
    begun = [place for place in range(len(frame.buckets)) if frame.buckets[place].start <= frame.now]
    points = filled_trend(figures, frame.buckets)[: len(begun)]
    is_under_way = bool(begun) and frame.is_under_way(frame.buckets, begun[-1])
    total = figures.totals.total
    return [
        Tile(
            field=field,
            name=name,
            count=count.count,
            share=count.count / total if total and field != "total" else None,
            url=count.url or frame.links.tickets(**conditions),
            change=change(count.count, before.count) if figures.has_earlier_data and field != "open" else None,
            before=before.count if figures.has_earlier_data else None,
            before_url=before.url,
            sparkline=charts.sparkline([getattr(point, field) for point in points], is_under_way=is_under_way),
        )
        for (field, name, conditions), (_, count, _, before) in zip(TILES, tables["totals"].rows, strict=False)
    ]
