"""The backlog: how many tickets were open at the end of each day, and how many were opened and resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from analytics.dashboard import charts
from analytics.dashboard.context import DashboardContext, backlog_in
from analytics.dashboard.table import Table
from analytics.dashboard.wording import Change, change
from analytics.figures import DashboardFigures
from analytics.views.panels.axis import AxisText, axis_texts, weekends
from supportsaas.formatting import format_number


@dataclass(frozen=True, slots=True)
class BacklogSlot:
    """A day or longer bucket of the chart. Only the last may have a link."""

    line: charts.LinePoint
    bar: charts.MirroredBar
    url: str
    is_under_way: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """Two charts on one axis. `open` is the last number, `change` its change since the day `since`.

    `slot_count` includes days that have not begun, which are not among the `slots`.
    """

    chart: charts.AreaLine
    flow: charts.MirroredBars
    slots: tuple[BacklogSlot, ...]
    labels: tuple[AxisText, ...]
    weekends: tuple[charts.Band, ...]
    unit: str
    open: int
    open_url: str
    change: Change
    since: str
    opened: int
    resolved: int
    summary: str
    slot_count: int


def backlog(figures: DashboardFigures, context: DashboardContext, tables: Mapping[str, Table]) -> Backlog | None:
    """None if no day of the period has passed."""
    days = context.days
    points = backlog_in(days, figures.backlog)
    if not points:
        return None
    rows = tables["backlog"].rows
    is_under_way = context.is_under_way(days, len(points) - 1)
    chart = charts.area_line([point.open for point in points], slots=len(days), is_under_way=is_under_way)
    opened, resolved = [point.opened for point in points], [point.resolved for point in points]
    flow = charts.mirrored_bars(opened, resolved, slots=len(days))
    slots = tuple(
        BacklogSlot(
            line,
            bar,
            still.url,
            context.is_under_way(days, bar.position),
        )
        for line, bar, (_, still, *_) in zip(chart.points, flow.bars, rows, strict=True)
    )
    last = points[-1]
    peak = max(range(len(points)), key=lambda place: points[place].open)
    at_first = points[0].open - points[0].opened + points[0].resolved
    return Backlog(
        chart,
        flow,
        slots,
        axis_texts(days, context),
        weekends(days, context),
        days.unit.value,
        last.open,
        rows[-1][1].url,
        change(last.open, at_first),
        _short_day(points[0].start.astimezone(context.zone), context.now.astimezone(context.zone)),
        sum(opened),
        sum(resolved),
        _summary(last.open, points[peak].open, rows[peak][0].text),
        len(days),
    )


def _summary(at_end: int, most: int, peak: str) -> str:
    """The chart in a sentence, for screen readers."""
    return f"{format_number(at_end)} open at the end. Peak: {format_number(most)}, {peak}."


def _short_day(day: datetime, now: datetime) -> str:
    """“23 Nov”, with the year if it is another one."""
    return f"{day:%-d %b}" if day.year == now.year else f"{day:%-d %b %Y}"
