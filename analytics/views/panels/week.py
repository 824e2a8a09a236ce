"""The hours of the week as a table with warm cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from analytics import charts
from analytics.figures import DashboardFigures
from analytics.frame import Frame
from analytics.table import Table
from analytics.views.panels.pieces import tickets_words

SHORTEST = timedelta(days=7, hours=-1)
"""In less than a week (one hour of it may fall to a change of the clocks) not every weekday occurs."""

_THOUSAND = 1000


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
                    _short(cell.count),
                    f"{name.value} {hour:02}:00–{(hour + 1) % 24:02}:00: {tickets_words(cell.count)}",
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
        low, high = _short(min(within)), _short(max(within))
        found.append((level, low if low == high else f"{low}–{high}"))
    return tuple(found)


def _short(count: int) -> str:
    """At most four characters: “999”, “1.2k”, “45k”."""
    if count < _THOUSAND:
        return str(count)
    for unit in ("k", "M", "G"):
        count_in_unit = count / _THOUSAND
        if count_in_unit < 999.5:
            return f"{count_in_unit:.1f}{unit}" if count_in_unit < 9.95 else f"{count_in_unit:.0f}{unit}"
        count = round(count_in_unit)
    return f"{count}G"
