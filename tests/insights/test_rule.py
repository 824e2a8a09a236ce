"""Which numbers are out of the ordinary: the rule alone, and how often it is wrong in ordinary years."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.insights.rule import (
    FEWEST_CUSTOMERS,
    FEWEST_WEEKS,
    LEAST_RATIO,
    MEASURES,
    MOST_OF_ONE,
    CountedWindow,
    Counts,
    Measure,
    Writers,
    assess_measure,
    is_of_many,
    known_weeks,
)
from analytics.insights.windows import FALSE_A_YEAR, Window, windows_at
from tickets.incidents.rule import WEEKS, Assessment
from tickets.records.period import Period

NOW = datetime(2026, 3, 9, 8, 5, tzinfo=UTC)
ZONE = ZoneInfo("UTC")


def counted(now: int, past: list[int], *, name: str = "week") -> CountedWindow:
    window = next(each for each in windows_at(NOW, ZONE) if each.name == name)
    periods = window.past[: len(past)]
    return CountedWindow(window, Counts(negative=now), tuple(Counts(negative=each) for each in past), periods)


def assessed(now: int, past: list[int]) -> Assessment | None:
    return assess_measure(counted(now, past), "negative")


def test_seventy_two_negative_tickets_are_unusual_where_forty_seven_are_usual() -> None:
    found = assessed(72, [47, 45, 49, 50, 44, 46, 48, 47])
    assert found is not None and found.is_unusual and round(found.usual) == 47
    again = assessed(58, [47, 45, 49, 50, 44, 46, 48, 47])
    assert again is not None and not again.is_unusual


def test_fewer_than_three_weeks_say_nothing() -> None:
    assert assessed(1_000, [10] * (FEWEST_WEEKS - 1)) is None
    found = assessed(1_000, [10] * FEWEST_WEEKS)
    assert found is not None and found.is_unusual


def test_a_small_tenant_does_not_cry_wolf() -> None:
    found = assessed(FEWEST_CUSTOMERS - 1, [0] * 8)
    assert found is not None and not found.is_unusual


@given(st.integers(0, 400), st.lists(st.integers(0, 400), min_size=FEWEST_WEEKS, max_size=WEEKS))
def test_no_number_is_unusual_below_the_floor_and_the_least_ratio(now: int, past: list[int]) -> None:
    found = assessed(now, past)
    assert found is not None
    if found.is_unusual:
        assert now >= FEWEST_CUSTOMERS and now >= LEAST_RATIO["week"] * found.usual
        more = assessed(now + 1, past)
        assert more is not None and more.is_unusual


@given(st.integers(1, 60), st.integers(1, 200))
def test_one_customer_alone_is_never_out_of_the_ordinary(limit: int, tickets: int) -> None:
    assessment = Assessment(tickets, 1.0, limit)
    assert not is_of_many(assessment, Writers(customers=1, capped=min(tickets, MOST_OF_ONE)))
    assert is_of_many(assessment, Writers(customers=limit + 5, capped=limit + 5))


def test_windows_are_whole_hours_of_the_tenant_and_the_same_weekday_before() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    day, week = windows_at(NOW, kolkata)
    assert day.period == Period(NOW.replace(hour=7, minute=30) - timedelta(days=1), NOW.replace(hour=7, minute=30))
    assert week.period.end.astimezone(kolkata).strftime("%a %H:%M") == "Mon 00:00"
    for window in (day, week):
        assert len(window.past) == WEEKS
        for number, each in enumerate(window.past, 1):
            assert each.start == window.period.start - timedelta(weeks=number)
            assert each.length == window.period.length


def test_the_same_hours_are_compared_when_clocks_have_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    day, week = windows_at(datetime(2026, 4, 6, 8, 5, tzinfo=UTC), berlin)
    for window in (day, week):
        assert {each.end.astimezone(berlin).strftime("%a %H:%M") for each in window.periods} == {
            window.period.end.astimezone(berlin).strftime("%a %H:%M")
        }


class TestKnownWeeks:
    window: Window = windows_at(NOW, ZONE)[1]

    def test_weeks_before_the_first_ticket_are_not_known(self) -> None:
        first = self.window.period.start - timedelta(weeks=4, days=1)
        assert known_weeks(self.window, totals=[50] * 8, first=first) == [0, 1, 2, 3]

    def test_a_week_with_hardly_any_tickets_is_not_usual(self) -> None:
        totals = [50, 5, 50, 50, 0, 50, 50, 50]
        assert known_weeks(self.window, totals=totals, first=NOW - timedelta(days=900)) == [0, 2, 3, 5, 6, 7]

    def test_a_tenant_without_tickets_has_none(self) -> None:
        assert known_weeks(self.window, totals=[0] * 8, first=NOW - timedelta(days=900)) == []
        assert known_weeks(self.window, totals=[9] * 8, first=NOW + timedelta(days=1)) == []


# -- How often it is wrong -------------------------------------------------------------------------

HOURS_OF_YEAR = 365 * 24
PROFILE = [0.2] * 7 + [1.0, 2.0, 3.0, 3.0, 2.5, 2.0, 2.5, 2.5, 2.0, 1.5, 1.0] + [0.5] * 6
"""Of a working day. At weekends a fifth as many write."""


def ordinary_year(a_day: float, rng: random.Random) -> list[Counts]:
    """The counts of each hour of a year and nine weeks: people write by day, some weeks are busier, nothing has happened."""
    hours: list[Counts] = []
    for week in range(52 + WEEKS + 2):
        busy = rng.lognormvariate(0, 0.08) * (1 + 0.002 * week)
        for hour in range(7 * 24):
            share = PROFILE[hour % 24] / sum(PROFILE) * (1.0 if hour < 5 * 24 else 0.2)
            total = poisson(a_day * busy * share, rng)
            high = sum(rng.random() < 0.12 for _ in range(total))
            negative = sum(rng.random() < 0.2 for _ in range(total))
            hours.append(Counts(total=total, high=high, negative=negative))
    return hours


def poisson(mean: float, rng: random.Random) -> int:
    if mean > 40:
        return max(round(rng.gauss(mean, mean**0.5)), 0)
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1.0)
    return count


def false_findings(hours: list[Counts]) -> dict[tuple[str, Measure], int]:
    """How often a number became unusual in the year, for each window and measure; one that stays so counts once."""
    sums = {measure: prefix_sums([each.of(measure) for each in hours]) for measure in MEASURES}
    return {
        (name, measure): episodes(unusual(sums[measure], length, step, name, measure), apart=length // step)
        for name, length, step in (("day", 24, 3), ("week", 7 * 24, 24))
        for measure in MEASURES
    }


def prefix_sums(values: list[int]) -> list[int]:
    sums = [0]
    for each in values:
        sums.append(sums[-1] + each)
    return sums


def unusual(sums: list[int], length: int, step: int, name: str, measure: Measure) -> Iterator[bool]:
    window = next(each for each in windows_at(NOW, ZONE) if each.name == name)
    for end in range((WEEKS + 1) * 7 * 24, len(sums), step):
        ends = [end - 7 * 24 * week for week in range(WEEKS + 1)]
        now, *past = (Counts(**{measure: sums[each] - sums[each - length]}) for each in ends)
        found = assess_measure(CountedWindow(window, now, tuple(past), window.past), measure)
        yield found is not None and found.is_unusual


def episodes(checked: Iterator[bool], apart: int) -> int:
    """Of the same episode are those that are fewer looks apart."""
    places = [place for place, each in enumerate(checked) if each]
    return sum(1 for last, place in zip([-apart, *places], places, strict=False) if place - last >= apart)


@pytest.mark.parametrize("a_day", [3, 30, 300])
def test_ordinary_years_yield_hardly_any_sentence(a_day: int, capsys: pytest.CaptureFixture[str]) -> None:
    years = 4
    found = [false_findings(ordinary_year(a_day, random.Random(seed))) for seed in range(years)]
    rate = sum(sum(each.values()) for each in found) / years
    by_kind = {
        f"{window} {measure}": sum(each[window, measure] for each in found) / years for window, measure in found[0]
    }
    with capsys.disabled():
        print(f"\n{a_day} tickets a day: {rate:.1f} false findings a year {by_kind}")
    assert rate <= 2 * FALSE_A_YEAR
