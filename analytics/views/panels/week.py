"""The hours of the week as a table whose cells are colored by their number.

In a period that is under way, the present hour is not over, and in a period of a week the rest of the day is still to come:
neither is shown as few tickets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from analytics.dashboard import charts
from analytics.dashboard.context import DashboardContext
from analytics.dashboard.table import Table
from analytics.figures import DashboardFigures
from supportsaas.formatting import format_count, format_short_number

SHORTEST = timedelta(days=7, hours=-1)
"""A week, less an hour for daylight saving. A shorter period does not have every weekday."""

LONGEST_WITHOUT_REPETITION = timedelta(days=7, hours=1)
"""A longer period has a weekday twice."""


HourState = Literal["", "so-far", "ahead"]
"""Over; under way; still to come, and the period has no other such hour."""

_OVER: Final[HourState] = ""
_AHEAD: Final[HourState] = "ahead"


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`text` fits a narrow cell; `title` is the full text."""

    level: int
    text: str
    title: str
    state: HourState


@dataclass(frozen=True, slots=True)
class HeatRow:
    weekday: str
    cells: tuple[HeatCell, ...]
    total: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`levels` are the steps of the color scale with their numbers, the lowest first."""

    rows: tuple[HeatRow, ...]
    hours: tuple[str, ...]
    levels: tuple[tuple[int, str], ...]
    summary: str


def heat_map(figures: DashboardFigures, context: DashboardContext, tables: Mapping[str, Table]) -> HeatMap | None:
    """None without tickets, or if the period is shorter than a week."""
    counts = figures.week_hours
    if not any(counts) or context.buckets.period.length < SHORTEST:
        return None
    levels = charts.heat_levels(counts)
    rows = tuple(
        HeatRow(
            str(name.value),
            tuple(
                _cell(levels[day * 24 + hour], cell.count, f"{name.value} {hour:02}:00–{(hour + 1) % 24:02}:00", state)
                for hour, (cell, state) in enumerate(zip(hours, _states(context, day), strict=True))
            ),
            total.count,
        )
        for day, (name, *hours, total) in enumerate(tables["week-hours"].rows)
    )
    peak = max(range(len(counts)), key=lambda place: counts[place])
    most = rows[peak // 24].cells[peak % 24].title
    return HeatMap(rows, tuple(f"{hour}" for hour in range(24)), _scale(counts, levels), f"Busiest hour: {most}.")


def _cell(level: int, count: int, hour: str, state: HourState) -> HeatCell:
    if state == "ahead" and not count:
        return HeatCell(0, "", f"{hour}: still to come", state)
    so_far = ", so far" if state == "so-far" else ""
    return HeatCell(level, format_short_number(count), f"{hour}: {format_count(count, 'ticket')}{so_far}", state)


def _states(context: DashboardContext, weekday: int) -> list[HourState]:
    """The state of each hour of a weekday."""
    period, now = context.buckets.period, context.now.astimezone(context.zone)
    if not period.start <= context.now < period.end:
        return [_OVER] * 24
    days_left = (period.end.astimezone(context.zone).date() - now.date()).days
    has_no_other = period.length <= LONGEST_WITHOUT_REPETITION
    is_ahead = has_no_other and 0 < (weekday - now.weekday()) % 7 < days_left
    if weekday != now.weekday():
        return [_AHEAD if is_ahead else _OVER] * 24
    return [*[_OVER] * now.hour, "so-far", *[_AHEAD if has_no_other else _OVER] * (23 - now.hour)]


def _scale(counts: tuple[int, ...], levels: tuple[int, ...]) -> tuple[tuple[int, str], ...]:
    """Each step that occurs, with its smallest and its largest number."""
    found = []
    for level in sorted(set(levels) - {0}):
        within = [count for count, each in zip(counts, levels, strict=True) if each == level]
        low, high = format_short_number(min(within)), format_short_number(max(within))
        found.append((level, low if low == high else f"{low}–{high}"))
    return tuple(found)
