"""The tickets of each bucket, stacked by urgency."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.context import Frame, filled_trend
from analytics.dashboard.table import Table
from analytics.dashboard.wording import axis_words
from analytics.figures import DashboardFigures
from analytics.periods import Buckets
from supportsaas.formatting import format_count, format_number
from tickets.store.filters import URGENCIES


@dataclass(frozen=True, slots=True)
class TrendSegment:
    urgency: str
    mark: charts.Segment
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class TrendBar:
    """A bucket; one without a ticket has a title, but neither segments nor a link. One under way is not over."""

    mark: charts.Bar
    url: str
    title: str
    segments: tuple[TrendSegment, ...]
    is_under_way: bool


@dataclass(frozen=True, slots=True)
class AxisText:
    place: charts.AxisLabel
    words: str


@dataclass(frozen=True, slots=True)
class Trend:
    chart: charts.StackedBars
    bars: tuple[TrendBar, ...]
    labels: tuple[AxisText, ...]
    unit: str
    summary: str


def trend(figures: DashboardFigures, frame: Frame, tables: Mapping[str, Table]) -> Trend:
    points, buckets = filled_trend(figures, frame.buckets), frame.buckets
    chart = charts.stacked_bars([[getattr(point, urgency) for urgency in URGENCIES] for point in points])
    bars = []
    for mark, (moment, total, *urgencies) in zip(chart.bars, tables["trend"].rows, strict=True):
        segments = tuple(
            TrendSegment(name, each, urgencies[each.series].url, f"{moment.words}: {format_number(each.value)} {name}")
            for each, name in ((each, URGENCIES[each.series]) for each in mark.segments)
        )
        title = f"{moment.words}: {format_count(total.count, 'ticket')}"
        bars.append(TrendBar(mark, total.url, title, segments, frame.is_under_way(buckets, mark.position)))
    return Trend(chart, tuple(bars), axis_texts(buckets, frame), buckets.unit.value, _summary(figures, frame))


def axis_texts(buckets: Buckets, frame: Frame) -> tuple[AxisText, ...]:
    """What stands below the bars, or points, of the buckets."""
    return tuple(
        AxisText(place, axis_words(buckets, place.position, frame.zone)) for place in charts.axis_labels(len(buckets))
    )


def _summary(figures: DashboardFigures, frame: Frame) -> str:
    """The chart in a sentence, for those who do not see it."""
    if not figures.trend:
        return "No tickets."
    peak = max(figures.trend, key=lambda point: point.total)
    most = f"{frame.title(peak.position)} ({format_number(peak.total)})"
    return f"{format_count(figures.totals.total, 'ticket')}, the most on {most}."
