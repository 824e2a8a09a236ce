"""When a number is worth an alert."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.number_alerts.rules import Checked, Firing, Limit, firings, sample_at

START = datetime(2026, 3, 10, tzinfo=UTC)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


@pytest.mark.parametrize(
    ("direction", "value", "is_alert"),
    [("above", 5, False), ("above", 5.1, True), ("below", 5, False), ("below", 4.9, True), ("above", None, False)],
)
def test_a_value_at_the_limit_is_still_fine(direction: str, value: float | None, is_alert: bool) -> None:
    limit = Limit(direction="below" if direction == "below" else "above", threshold=5)
    assert limit.check(value).is_alert is is_alert


def test_an_unusual_number_is_compared_with_the_weeks_before() -> None:
    ordinary = Limit().check(12, [10, 11, 9, 12, 10, 8, 11, 10])
    unusual = Limit().check(40, [10, 11, 9, 12, 10, 8, 11, 10])
    assert not ordinary.is_alert
    assert unusual.is_alert and unusual.assessment is not None
    assert 9 < unusual.assessment.usual < 11 < unusual.assessment.limit <= 40


def test_without_weeks_to_compare_with_nothing_is_unusual() -> None:
    assert not Limit().check(1_000, [3]).is_alert


def test_few_tickets_are_never_unusual() -> None:
    assert not Limit().check(4, [0] * 8).is_alert


def test_hours_in_a_row_are_one_firing_with_its_peak() -> None:
    values = [1, 7, 9, 6, 2, 8, None]
    hours = [(START + timedelta(hours=place), Limit(threshold=5).check(value)) for place, value in enumerate(values)]
    assert list(firings(hours, Limit(threshold=5))) == [
        Firing(start=hour(1), end=hour(4), peak=9, peak_at=hour(3)),
        Firing(start=hour(5), end=hour(6), peak=8, peak_at=hour(6)),
    ]


def test_the_peak_of_a_number_that_must_not_fall_is_its_lowest() -> None:
    limit = Limit(direction="below", threshold=5)
    hours = [
        (START + timedelta(hours=place), Checked(value=value, is_alert=True)) for place, value in enumerate((3, 1))
    ]
    assert [each.peak for each in firings(hours, limit)] == [1]


def test_a_sample_has_what_is_known() -> None:
    assert sample_at([4, None, 6], [2, 1, 0, -1]) == [6, 4]
