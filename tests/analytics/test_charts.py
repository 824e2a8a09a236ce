"""The geometry of charts: round ticks, bars in place, nothing drawn for nothing."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.charts import SMALLEST_MARK, axis_labels, bar_widths, nice_ticks, sparkline, stacked_bars


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [
        (0, (0, 1)),
        (1, (0, 1)),
        (4, (0, 1, 2, 3, 4)),
        (7, (0, 2, 4, 6, 8)),
        (12, (0, 5, 10, 15)),
        (237, (0, 100, 200, 300)),
        (100_000, (0, 50_000, 100_000)),
    ],
)
def test_ticks_are_round_numbers_that_reach_the_largest(largest: int, ticks: tuple[int, ...]) -> None:
    assert nice_ticks(largest) == ticks


@given(st.integers(0, 10**9))
def test_ticks_are_few_even_and_reach_the_largest(largest: int) -> None:
    ticks = nice_ticks(largest)
    assert 2 <= len(ticks) <= 5
    assert ticks[-1] >= largest
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1


def test_segments_stand_on_each_other_from_the_baseline_up() -> None:
    chart = stacked_bars([[10, 0, 30]], height=210, top=10)
    high, low = chart.bars[0].segments
    assert (high.series, high.value) == (0, 10)
    assert (low.series, low.value) == (2, 30)
    assert high.y + high.height == chart.baseline
    assert low.y + low.height == high.y
    assert low.height == 3 * high.height


def test_bars_share_the_width_evenly() -> None:
    chart = stacked_bars([[1]] * 4, gap=0.2)
    assert [bar.slot_x for bar in chart.bars] == [0, 25, 50, 75]
    assert chart.bars[1].x == 27.5
    assert chart.bars[1].width == 20
    assert chart.slot == 25


def test_one_ticket_among_thousands_can_still_be_seen() -> None:
    chart = stacked_bars([[1, 9_999]])
    assert chart.bars[0].segments[0].height == SMALLEST_MARK


def test_an_empty_bucket_has_no_mark() -> None:
    assert stacked_bars([[0, 0, 0]]).bars[0].segments == ()


def test_a_chart_without_bars_has_axes() -> None:
    assert [tick.value for tick in stacked_bars([]).ticks] == [0, 1]


@pytest.mark.parametrize("bars", [1, 7, 24, 30, 73, 100])
def test_labels_are_few_and_the_last_bar_has_one(bars: int) -> None:
    labels = axis_labels(bars)
    assert len(labels) <= 8
    assert labels[-1].position == bars - 1
    assert not labels[-1].is_minor
    assert all(0 < label.x < 100 for label in labels)


def test_a_sparkline_runs_from_edge_to_edge_and_higher_is_up() -> None:
    line = sparkline([0, 5, 10], width=100, height=24)
    assert line is not None
    assert line.line == "0.0,22.0 50.0,12.0 100.0,2.0"
    assert line.area == "0,24 0.0,22.0 50.0,12.0 100.0,2.0 100,24"


@pytest.mark.parametrize("values", [[], [3], [0, 0, 0]])
def test_there_is_no_sparkline_of_nothing(values: list[int]) -> None:
    assert sparkline(values) is None


def test_bar_widths_are_relative_to_the_longest() -> None:
    assert bar_widths([8, 4, 0]) == (100, 50, 0)
    assert bar_widths([0]) == (0,)
    assert bar_widths([]) == ()
