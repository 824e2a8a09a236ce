"""The tickets of each bucket, stacked by urgency."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.context import DashboardContext, filled_trend
from analytics.dashboard.table import Table
from analytics.dashboard.wording import axis_label
from analytics.figures import DashboardFigures
from supportsaas.formatting import format_count, format_number
from tickets.records.buckets import Buckets
from tickets.records.facets import UNKNOWN, URGENCY_SUMS


@dataclass(frozen=True, slots=True)
class TrendSegment:
    urgency: str
    mark: charts.Segment
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class TrendBar:
    """A bucket. Without tickets it has a title, but no segments and no link. `is_under_way`: it is not over yet."""

    mark: charts.Bar
    url: str
    title: str
    segments: tuple[TrendSegment, ...]
    is_under_way: bool


@dataclass(frozen=True, slots=True)
class AxisText:
    place: charts.AxisLabel
    text: str


@dataclass(frozen=True, slots=True)
class Trend:
    chart: charts.StackedBars
    bars: tuple[TrendBar, ...]
    labels: tuple[AxisText, ...]
    unit: str
    summary: str


def trend(figures: DashboardFigures, context: DashboardContext, tables: Mapping[str, Table]) -> Trend:
    points, buckets = filled_trend(figures, context.buckets), context.buckets
    names = [each.value for each in figures.by_urgency]
    chart = charts.stacked_bars([[getattr(point, URGENCY_SUMS[each]) for each in names] for point in points])
    bars = []
    for mark, (moment, total, *urgencies) in zip(chart.bars, tables["trend"].rows, strict=True):
        segments = tuple(
            TrendSegment(
                name, each, urgencies[each.series].url, f"{moment.text}: {format_number(each.value)} {_said(name)}"
            )
            for each, name in ((each, names[each.series]) for each in mark.segments)
        )
        title = f"{moment.text}: {format_count(total.count, 'ticket')}"
        bars.append(TrendBar(mark, total.url, title, segments, context.is_under_way(buckets, mark.position)))
    return Trend(chart, tuple(bars), axis_texts(buckets, context), buckets.unit.value, _summary(figures, context))


def axis_texts(buckets: Buckets, context: DashboardContext) -> tuple[AxisText, ...]:
    """The labels below the bars or points."""
    return tuple(
        AxisText(place, axis_label(buckets, place.position, context.zone)) for place in charts.axis_labels(len(buckets))
    )


def _summary(figures: DashboardFigures, context: DashboardContext) -> str:
    """The chart in a sentence, for screen readers."""
    if not figures.trend:
        return "No tickets."
    peak = max(figures.trend, key=lambda point: point.total)
    most = f"{format_number(peak.total)}, {context.title(peak.position)}"
    return f"{format_count(figures.totals.total, 'ticket')}. Peak: {most}."


def _said(urgency: str) -> str:
    return "not classified" if urgency == UNKNOWN else urgency
