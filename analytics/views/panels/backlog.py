"""How many tickets were open at the end of each day, and what came and went."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.dashboard import charts
from analytics.dashboard.context import Frame, backlog_in
from analytics.dashboard.table import Table
from analytics.dashboard.wording import Change, change
from analytics.figures import DashboardFigures
from analytics.views.panels.trend import AxisText, axis_texts
from supportsaas.formatting import format_number


@dataclass(frozen=True, slots=True)
class BacklogSlot:
    """A day (or longer) of the chart: all of it answers to the pointer with `title`; the last may have a link."""

    line: charts.LinePoint
    bar: charts.MirroredBar
    title: str
    url: str
    is_under_way: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """Two charts on one axis; `open` is the last number, `change` how it stands to the first."""

    chart: charts.AreaLine
    flow: charts.MirroredBars
    slots: tuple[BacklogSlot, ...]
    labels: tuple[AxisText, ...]
    unit: str
    open: int
    open_url: str
    change: Change
    arrived: int
    settled: int
    summary: str


def backlog(figures: DashboardFigures, frame: Frame, tables: Mapping[str, Table]) -> Backlog | None:
    """None where nothing is known of any day."""
    days = frame.days
    points = backlog_in(days, figures.backlog)
    if not points:
        return None
    rows = tables["backlog"].rows
    chart = charts.area_line([point.open for point in points], slots=len(days))
    arrived, settled = [point.arrived for point in points], [point.settled for point in points]
    flow = charts.mirrored_bars(arrived, settled, slots=len(days))
    slots = tuple(
        BacklogSlot(
            line,
            bar,
            _title(moment.words, point.open, point.arrived, point.settled),
            still.url,
            frame.is_under_way(days, bar.position),
        )
        for point, line, bar, (moment, still, *_) in zip(points, chart.points, flow.bars, rows, strict=True)
    )
    last = points[-1]
    peak = max(range(len(points)), key=lambda place: points[place].open)
    at_first = points[0].open - points[0].arrived + points[0].settled
    return Backlog(
        chart,
        flow,
        slots,
        axis_texts(days, frame),
        days.unit.value,
        last.open,
        rows[-1][1].url,
        change(last.open, at_first),
        sum(arrived),
        sum(settled),
        _summary(last.open, points[peak].open, rows[peak][0].words),
    )


def _summary(at_end: int, most: int, peak: str) -> str:
    """The chart in a sentence, for those who do not see it."""
    return f"{format_number(at_end)} open at the end, the most ({format_number(most)}) on {peak}."


def _title(day: str, still_open: int, arrived: int, settled: int) -> str:
    flow = f"{format_number(arrived)} arrived, {format_number(settled)} settled"
    return f"{day}: {flow}, at its end {format_number(still_open)} open"
