"""The hours of the week as a table whose cells are colored by their number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from analytics.dashboard import charts
from analytics.dashboard.context import DashboardContext
from analytics.dashboard.table import Table
from analytics.figures import DashboardFigures
from supportsaas.formatting import format_count, format_short_number

SHORTEST = timedelta(days=7, hours=-1)
"""A week, less an hour for daylight saving. A shorter period does not have every weekday."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`text` fits a narrow cell; `title` is the full text."""

    level: int
    text: str
    title: str


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
    return HeatMap(rows, tuple(f"{hour}" for hour in range(24)), _scale(counts, levels), f"Busiest hour: {most}.")


def _scale(counts: tuple[int, ...], levels: tuple[int, ...]) -> tuple[tuple[int, str], ...]:
    """Each step that occurs, with its smallest and its largest number."""
    found = []
    for level in sorted(set(levels) - {0}):
        within = [count for count, each in zip(counts, levels, strict=True) if each == level]
        low, high = format_short_number(min(within)), format_short_number(max(within))
        found.append((level, low if low == high else f"{low}–{high}"))
    return tuple(found)
