"""Which bucket of the previous period is beside which."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from analytics.dashboard.previous_buckets import previous_buckets
from tests.builders import NOON
from tickets.records.buckets import Buckets, Unit, buckets_of
from tickets.records.period import Period
from tickets.records.periods import preset

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def beside(buckets: Buckets, comparison: Period) -> list[tuple[datetime, datetime]]:
    found = previous_buckets(buckets, comparison, BERLIN)
    return [(each.start, each.end) for each in (found[n] for n in range(len(found)))] if found else []


@pytest.mark.parametrize("name", ["24h", "7d", "30d", "90d", "365d"])
def test_the_buckets_of_a_preset_have_all_of_what_it_is_compared_with(name: str) -> None:
    now = NOON + timedelta(minutes=25)
    period = preset(name, zone=BERLIN, now=now)
    buckets, comparison = buckets_of(period, BERLIN), period.comparison(now, BERLIN)
    found = beside(buckets, comparison)
    assert len(found) == len(buckets)
    assert (found[0][0], found[-1][1]) == (comparison.start, comparison.end)
    assert all(one[1] == next_one[0] for one, next_one in pairwise(found))


def test_a_day_is_beside_the_day_as_many_days_before_across_daylight_saving() -> None:
    period = preset("7d", zone=BERLIN, now=datetime(2026, 3, 31, 12, tzinfo=UTC))  # the clocks change on the 29th
    found = beside(buckets_of(period, BERLIN), period.comparison(period.end, BERLIN))
    assert [start.astimezone(BERLIN).strftime("%a %-d %H") for start, _ in found] == [
        f"{day} {number} 00"
        for day, number in zip(("Wed", "Thu", "Fri", "Sat", "Sun", "Mon", "Tue"), range(18, 25), strict=True)
    ]


def test_a_longer_previous_period_has_no_more_buckets_and_a_shorter_one_fewer() -> None:
    march, february = (
        Period(datetime(2025, month, 1, tzinfo=BERLIN), datetime(2025, month + 1, 1, tzinfo=BERLIN)) for month in (3, 2)
    )
    assert len(beside(buckets_of(march, BERLIN), february)) == 28
    assert len(beside(buckets_of(february, BERLIN), march)) == 28


def test_periods_that_begin_at_different_times_of_day_have_no_days_beside_each_other() -> None:
    start = datetime(2026, 3, 2, 10, tzinfo=BERLIN)
    period = Period(start, start + timedelta(days=5, hours=3))
    assert previous_buckets(buckets_of(period, BERLIN, Unit.DAY), period.previous, BERLIN) is None
    odd = Period(start, start + timedelta(hours=3, minutes=20))
    assert previous_buckets(buckets_of(odd, BERLIN), odd.previous, BERLIN) is None
    assert beside(buckets_of(Period(start, start + 3 * HOUR), BERLIN), Period(start - 3 * HOUR, start))[0] == (
        start - 3 * HOUR,
        start - 2 * HOUR,
    )
