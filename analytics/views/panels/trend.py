"""The tickets of each bucket, stacked by urgency, with those of the previous period as a line."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.context import DashboardContext, filled_trend
from analytics.dashboard.table import Table
from analytics.figures import DashboardFigures
from analytics.views.panels.axis import AxisText, axis_texts, weekends
from supportsaas.formatting import format_count, format_number
from tickets.records.facets import URGENCY_SUMS


@dataclass(frozen=True, slots=True)
class TrendSegment:
    urgency: str
    mark: charts.Segment
    url: str


@dataclass(frozen=True, slots=True)
class TrendBar:
    """A bucket. Without tickets it has no segments and no link. `is_under_way`: it is not over yet."""

    mark: charts.Bar
    url: str
    segments: tuple[TrendSegment, ...]
    is_under_way: bool


@dataclass(frozen=True, slots=True)
class Trend:
    chart: charts.StackedBars
    bars: tuple[TrendBar, ...]
    labels: tuple[AxisText, ...]
    weekends: tuple[charts.Band, ...]
    unit: str
    summary: str


def trend(figures: DashboardFigures, context: DashboardContext, tables: Mapping[str, Table]) -> Trend:
    points, buckets = filled_trend(figures.trend, len(context.buckets)), context.buckets
    names = [each.value for each in figures.by_urgency]
    compared = context.previous_buckets if figures.has_earlier_data else None
    before = filled_trend(figures.previous_trend, len(compared)) if compared else []
    chart = charts.stacked_bars(
        [[getattr(point, URGENCY_SUMS[each]) for each in names] for point in points],
        before=[point.total for point in before],
    )
    bars = []
    for mark, (_, total, *urgencies) in zip(chart.bars, tables["trend"].rows, strict=True):
        segments = tuple(TrendSegment(names[each.series], each, urgencies[each.series].url) for each in mark.segments)
        bars.append(TrendBar(mark, total.url, segments, context.is_under_way(buckets, mark.position)))
    return Trend(
        chart,
        tuple(bars),
        axis_texts(buckets, context),
        weekends(buckets, context),
        buckets.unit.value,
        _summary(figures, context),
    )


def _summary(figures: DashboardFigures, context: DashboardContext) -> str:
    """The chart in a sentence, for screen readers."""
    if not figures.trend:
        return "No tickets."
    peak = max(figures.trend, key=lambda point: point.total)
    most = f"{format_number(peak.total)}, {context.title(peak.position)}"
    return f"{format_count(figures.totals.total, 'ticket')}. Peak: {most}."
