"""The geometry of charts. Pure: templates draw the SVG, views add links and texts.

Horizontal positions are percentages of the width, so that a chart fills its panel at any width
while its text and lines keep their size. Vertical ones are pixels from the top.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil

SMALLEST_MARK = 2.0
"""The smallest height in pixels of a number other than 0."""


@dataclass(frozen=True, slots=True)
class Tick:
    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar; `series` is its place among the values."""

    series: int
    value: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A stack of segments, the first series at the bottom. A 0 has no segment.

    The slot is the bar with half a gap on either side; it starts at `slot_x`.
    """

    position: int
    slot_x: float
    x: float
    width: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class StackedBars:
    """`before` are the points of a line through other numbers, in a box 100 wide that stretches; empty if there are none."""

    height: int
    baseline: float
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    before: str = ""

    @property
    def slot(self) -> float:
        """The width of one bar including its gap."""
        return round(100 / len(self.bars), 4) if self.bars else 100.0


@dataclass(frozen=True, slots=True)
class LinePoint:
    """A number at the middle of its slot."""

    position: int
    value: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class AreaLine:
    """A line and the area below it, in a box 100 wide that stretches.

    `so_far` is the last section, if its number is not final.
    """

    height: int
    slot: float
    ticks: tuple[Tick, ...]
    points: tuple[LinePoint, ...]
    line: str
    area: str
    so_far: str = ""


@dataclass(frozen=True, slots=True)
class MirroredBar:
    """One number above the middle and one below. A 0 has no segment."""

    position: int
    slot_x: float
    x: float
    width: float
    up: Segment | None
    down: Segment | None


@dataclass(frozen=True, slots=True)
class MirroredBars:
    height: int
    middle: float
    slot: float
    ticks: tuple[Tick, ...]
    bars: tuple[MirroredBar, ...]


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The points of a line and of the area below it. `so_far` is the last section, if its bucket is not over."""

    width: int
    height: int
    line: str
    area: str
    so_far: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """Neighbouring slots, as one area behind the bars."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """`is_minor` labels may be hidden on narrow screens."""

    position: int
    x: float
    is_minor: bool


def nice_ticks(largest: int, *, about: int = 4) -> tuple[int, ...]:
    """Whole numbers from 0 in steps of 1, 2 or 5 times a power of ten; the last is at least `largest`."""
    least = max(largest, 1) / about
    steps = (factor * 10**power for power in count() for factor in (1, 2, 5))
    step = next(step for step in steps if step >= least)
    return tuple(range(0, ceil(max(largest, 1) / step) * step + 1, step))


def stacked_bars(
    stacks: Sequence[Sequence[int]],
    *,
    before: Sequence[int] = (),
    height: int = 220,
    top: int = 10,
    gap: float = 0.24,
) -> StackedBars:
    """A bar for each stack, side by side over the full width; `gap` is the share of a slot left empty.

    `before` are the numbers that the first bars are compared with: a line over them, on the same scale.
    """
    ticks = nice_ticks(max((*(sum(stack) for stack in stacks), *before), default=0))
    scale = (height - top) / ticks[-1]
    slot = 100 / max(len(stacks), 1)
    bars = []
    for position, stack in enumerate(stacks):
        segments, y = [], float(height)
        for series, value in enumerate(stack):
            if value:
                tall = max(value * scale, SMALLEST_MARK)
                y -= tall
                segments.append(Segment(series, value, round(y, 2), round(tall, 2)))
        left = slot * position
        bars.append(
            Bar(
                position,
                slot_x=round(left, 4),
                x=round(left + slot * gap / 2, 4),
                width=round(slot * (1 - gap), 4),
                segments=tuple(segments),
            )
        )
    lines = tuple(Tick(value, round(height - value * scale, 2)) for value in ticks)
    heights = [round(height - value * scale, 2) for value in before]
    return StackedBars(height, float(height), lines, tuple(bars), _line_over(heights, slot))


def _line_over(heights: Sequence[float], slot: float) -> str:
    """Through the middle of each slot; over the whole slot if there is only one."""
    if len(heights) == 1:
        return f"0,{heights[0]} {round(slot, 4)},{heights[0]}"
    return " ".join(f"{round((place + 0.5) * slot, 4)},{y}" for place, y in enumerate(heights))


def area_line(
    values: Sequence[int], *, slots: int, is_under_way: bool = False, height: int = 160, top: int = 10
) -> AreaLine:
    """A line through numbers, one in each of the first slots; the scale starts at 0.

    With `is_under_way` the last number is not final, and its section is drawn on its own.
    """
    ticks = nice_ticks(max(values, default=0), about=3)
    scale, slot = (height - top) / ticks[-1], 100 / max(slots, 1)
    points = tuple(
        LinePoint(place, value, round((place + 0.5) * slot, 4), round(height - value * scale, 2))
        for place, value in enumerate(values)
    )
    drawn = [f"{point.x},{point.y}" for point in points]
    area = f"{points[0].x},{height} {' '.join(drawn)} {points[-1].x},{height}" if points else ""
    whole, so_far = (drawn[:-1], drawn[-2:]) if is_under_way else (drawn, [])
    lines = tuple(Tick(value, round(height - value * scale, 2)) for value in ticks)
    return AreaLine(height, round(slot, 4), lines, points, " ".join(whole), area, " ".join(so_far))


def mirrored_bars(
    ups: Sequence[int], downs: Sequence[int], *, slots: int, height: int = 120, edge: int = 10, gap: float = 0.24
) -> MirroredBars:
    """Two numbers per slot on one scale: the first upwards from the middle, the second downwards."""
    ticks = nice_ticks(max((*ups, *downs), default=0), about=2)
    middle, slot = height / 2, 100 / max(slots, 1)
    scale = (middle - edge) / ticks[-1]

    def segment(series: int, value: int) -> Segment | None:
        tall = max(value * scale, SMALLEST_MARK)
        y = middle if series else middle - tall
        return Segment(series, value, round(y, 2), round(tall, 2)) if value else None

    bars = tuple(
        MirroredBar(
            place,
            slot_x=round(slot * place, 4),
            x=round(slot * (place + gap / 2), 4),
            width=round(slot * (1 - gap), 4),
            up=segment(0, up),
            down=segment(1, down),
        )
        for place, (up, down) in enumerate(zip(ups, downs, strict=True))
    )
    sides = [(value, side) for value in ticks for side in ((-1, 1) if value else (-1,))]
    lines = tuple(Tick(value, round(middle + side * value * scale, 2)) for value, side in sides)
    return MirroredBars(height, middle, round(slot, 4), lines, bars)


def heat_levels(counts: Sequence[int], *, levels: int = 6) -> tuple[int, ...]:
    """Each number's level on the color scale: 0 for 0, otherwise 1 up to `levels` for the largest, in even steps."""
    largest = max(counts, default=0)
    return tuple(ceil(count * levels / largest) if count > 0 else 0 for count in counts)


def axis_labels(bars: int, *, most: int = 8) -> tuple[AxisLabel, ...]:
    """Which bars get a label: evenly spaced, always including the last one."""
    if not bars:
        return ()
    step = ceil(bars / most)
    chosen = list(range((bars - 1) % step, bars, step))
    return tuple(
        AxisLabel(position, round((position + 0.5) * 100 / bars, 4), is_minor=(len(chosen) - 1 - order) % 2 == 1)
        for order, position in enumerate(chosen)
    )


def labels_at(positions: Sequence[int], bars: int, *, most: int = 14) -> tuple[AxisLabel, ...]:
    """Labels at chosen bars, at even steps if they are more than `most`. The first one is never minor."""
    chosen = positions[:: ceil(len(positions) / most)] if positions else ()
    return tuple(
        AxisLabel(position, round((position + 0.5) * 100 / bars, 4), is_minor=order % 2 == 1)
        for order, position in enumerate(chosen)
    )


def joined_slots(positions: Sequence[int], bars: int) -> tuple[Band, ...]:
    """Ascending positions as bands, neighbours in one."""
    runs: list[list[int]] = []
    for position in positions:
        if runs and runs[-1][-1] == position - 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    return tuple(Band(round(run[0] * 100 / bars, 4), round(len(run) * 100 / bars, 4)) for run in runs)


def sparkline(
    values: Sequence[int], *, is_under_way: bool = False, width: int = 120, height: int = 28
) -> Sparkline | None:
    """A small line through numbers; None for fewer than two, or if all are 0.

    With `is_under_way` the last number is not final, and its section is drawn on its own.
    """
    if len(values) < 2 or not any(values):
        return None
    edge = 2.0
    across, down = width / (len(values) - 1), (height - 2 * edge) / max(values)
    points = [
        f"{round(place * across, 2)},{round(height - edge - value * down, 2)}" for place, value in enumerate(values)
    ]
    whole, so_far = (points[:-1], points[-2:]) if is_under_way else (points, [])
    area = f"0,{height} {' '.join(points)} {width},{height}"
    return Sparkline(width, height, " ".join(whole), area, " ".join(so_far))


def bar_widths(values: Sequence[int]) -> tuple[float, ...]:
    """The length of each number's bar as a percentage of the longest."""
    longest = max(values, default=0)
    return tuple(round(value * 100 / longest, 2) if longest else 0.0 for value in values)
