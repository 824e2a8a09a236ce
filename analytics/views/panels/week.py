"""The hours of the week as a table with warm cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from analytics.dashboard import charts
from analytics.dashboard.context import Frame
from analytics.dashboard.table import Table
from analytics.figures import DashboardFigures
from supportsaas.formatting import format_count, format_short_number

SHORTEST = timedelta(days=7, hours=-1)
"""In less than a week (one hour of it may fall to a change of the clocks) not every weekday occurs."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`words` fit a narrow cell; `title` says all of it."""

    level: int
    words: str
    title: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    weekday: str
    cells: tuple[HeatCell, ...]
    total: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`levels` are the steps of the scale with the numbers they stand for, the coldest first."""

    rows: tuple[HeatRow, ...]
    hours: tuple[str, ...]
    levels: tuple[tuple[int, str], ...]
    summary: str


def heat_map(figures: DashboardFigures, frame: Frame, tables: Mapping[str, Table]) -> HeatMap | None:
    """None where nothing was counted, or the period is shorter than a week."""
    counts = figures.week_hours
    if not any(counts) or frame.buckets.period.length < SHORTEST:
        return None
    levels = charts.heat_levels(counts)
    rows = tuple(
        HeatRow(
            str(name.value),
            tuple(
                HeatCell(
                    levels[day * 24 + hour],
                    format_short_number(cell.count),
                    f"{name.value} {hour:02}:00–{(hour + 1) % 24:02}:00: {format_count(cell.count, 'ticket')}",
                )
                for hour, cell in enumerate(hours)
            ),
            total.count,
        )
        for day, (name, *hours, total) in enumerate(tables["week-hours"].rows)
    )
    peak = max(range(len(counts)), key=lambda place: counts[place])
    most = rows[peak // 24].cells[peak % 24].title
    return HeatMap(rows, tuple(f"{hour}" for hour in range(24)), _scale(counts, levels), f"The most: {most}.")


def _scale(counts: tuple[int, ...], levels: tuple[int, ...]) -> tuple[tuple[int, str], ...]:
    """Each step that occurs, with the smallest and the largest number it holds."""
    found = []
    for level in sorted(set(levels) - {0}):
        within = [count for count, each in zip(counts, levels, strict=True) if each == level]
        low, high = format_short_number(min(within)), format_short_number(max(within))
        found.append((level, low if low == high else f"{low}–{high}"))
    return tuple(found)
