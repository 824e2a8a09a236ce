"""The geometry of charts: round ticks, bars in place, nothing drawn for nothing."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.dashboard.charts import (
    SMALLEST_MARK,
    area_line,
    axis_labels,
    bar_widths,
    heat_levels,
    mirrored_bars,
    nice_ticks,
    sparkline,
    stacked_bars,
)


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


def test_segments_are_stacked_from_the_baseline_up() -> None:
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
def test_there_is_no_sparkline_without_numbers(values: list[int]) -> None:
    assert sparkline(values) is None


def test_bar_widths_are_relative_to_the_longest() -> None:
    assert bar_widths([8, 4, 0]) == (100, 50, 0)
    assert bar_widths([0]) == (0,)
    assert bar_widths([]) == ()


class TestAreaLine:
    @given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.integers(0, 30))
    def test_each_number_is_in_the_middle_of_its_slot_and_larger_ones_are_higher(
        self, values: list[int], ahead: int
    ) -> None:
        chart = area_line(values, slots=len(values) + ahead, height=160, top=10)
        slot = 100 / (len(values) + ahead)
        for point, value in zip(chart.points, values, strict=True):
            assert point.x == pytest.approx((point.position + 0.5) * slot, abs=1e-3)
            assert 10 <= point.y <= 160
            assert point.y == pytest.approx(160 - value * 150 / chart.ticks[-1].value, abs=0.01)
        by_value = sorted(chart.points, key=lambda point: point.value)
        assert all(lower.y >= higher.y for lower, higher in itertools.pairwise(by_value))

    def test_the_area_goes_down_to_the_baseline_at_both_ends(self) -> None:
        chart = area_line([10, 20], slots=2, height=100, top=0)
        assert chart.line == "25.0,50.0 75.0,0.0"
        assert chart.area == "25.0,100 25.0,50.0 75.0,0.0 75.0,100"

    def test_the_section_to_a_number_that_is_not_final_is_drawn_on_its_own(self) -> None:
        chart = area_line([10, 20, 20], slots=3, is_under_way=True, height=100, top=0)
        first, last, now = (f"{each.x},{each.y}" for each in chart.points)
        assert (chart.line, chart.so_far) == (f"{first} {last}", f"{last} {now}")

    def test_an_empty_area_chart_has_axes(self) -> None:
        chart = area_line([], slots=7)
        assert (chart.points, chart.line, chart.area) == ((), "", "")
        assert [tick.value for tick in chart.ticks] == [0, 1]


class TestMirroredBars:
    @given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=60))
    def test_opened_is_above_the_middle_and_resolved_below_on_one_scale(self, pairs: list[tuple[int, int]]) -> None:
        chart = mirrored_bars([up for up, _ in pairs], [down for _, down in pairs], slots=len(pairs), height=120)
        tallest = max((max(pair) for pair in pairs), default=0)
        for bar, (up, down) in zip(chart.bars, pairs, strict=True):
            assert (bar.up is None) == (up == 0)
            assert (bar.down is None) == (down == 0)
            if bar.up:
                assert bar.up.y >= 0
                assert bar.up.y + bar.up.height == pytest.approx(chart.middle, abs=0.02)
            if bar.down:
                assert bar.down.y == chart.middle
                assert bar.down.y + bar.down.height <= chart.height
            if bar.up and bar.down and up == down:
                assert bar.up.height == bar.down.height
        assert chart.ticks[-1].value >= tallest

    def test_a_mirrored_chart_has_the_same_scale_on_both_sides(self) -> None:
        chart = mirrored_bars([10], [10], slots=1, height=100, edge=10)
        assert [(tick.value, tick.y) for tick in chart.ticks] == [(0, 50), (5, 30), (5, 70), (10, 10), (10, 90)]


class TestHeat:
    @given(st.lists(st.integers(0, 10**7), max_size=168))
    def test_zero_has_no_heat_level_and_larger_numbers_never_a_lower_one(self, counts: list[int]) -> None:
        levels = heat_levels(counts)
        assert [level == 0 for level in levels] == [count == 0 for count in counts]
        if any(counts):
            assert levels[counts.index(max(counts))] == 6
        ordered = sorted(zip(counts, levels, strict=True))
        assert all(low[1] <= high[1] for low, high in itertools.pairwise(ordered))

    def test_no_hours_have_no_heat_levels(self) -> None:
        assert heat_levels([]) == ()
