"""When schedules are due, also where clocks change."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from analytics.sharing.schedule_times import Every, Rhythm

BERLIN = ZoneInfo("Europe/Berlin")


def due(rhythm: Rhythm, after: str, zone: ZoneInfo = BERLIN) -> str:
    return f"{rhythm.next_after(datetime.fromisoformat(after), zone):%Y-%m-%dT%H:%MZ}"


def daily(hour: int) -> Rhythm:
    return Rhythm(every=Every.DAY, on=0, hour=hour)


def test_the_hour_on_the_wall_stays_when_clocks_change() -> None:
    assert due(daily(7), "2026-03-28T06:00:00Z") == "2026-03-29T05:00Z"
    assert due(daily(7), "2026-03-27T06:00:00Z") == "2026-03-28T06:00Z"
    assert due(daily(7), "2026-10-24T05:00:00Z") == "2026-10-25T06:00Z"


def test_an_hour_that_is_left_out_is_the_one_after_it_and_that_day_is_not_skipped() -> None:
    assert due(daily(2), "2026-03-28T02:00:00Z") == "2026-03-29T01:00Z"  # 03:00 in Berlin
    assert due(daily(2), "2026-03-29T01:00:00Z") == "2026-03-30T00:00Z"


def test_an_hour_that_comes_twice_is_due_once() -> None:
    first = datetime(2026, 10, 25, 0, tzinfo=UTC)  # 02:00 in Berlin, and again an hour later
    assert due(daily(2), "2026-10-24T12:00:00Z") == f"{first:%Y-%m-%dT%H:%MZ}"
    assert due(daily(2), "2026-10-25T00:00:00Z") == due(daily(2), "2026-10-25T00:30:00Z") == "2026-10-26T01:00Z"


def test_every_day_of_a_year_has_one_time_in_any_zone() -> None:
    for zone in map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")):
        for hour in (0, 1, 2, 3, 23):
            times = [datetime(2026, 1, 1, tzinfo=zone).astimezone(UTC)]
            while len(times) < 366:
                times.append(daily(hour).next_after(times[-1], zone))
            days = [each.astimezone(zone).date() for each in times[1:]]
            assert all((later - earlier).days == 1 for earlier, later in pairwise(days)), (zone, hour)


def test_weeks_and_months() -> None:
    monday, last = Rhythm(every=Every.WEEK, on=0, hour=7), Rhythm(every=Every.MONTH, on=28, hour=0)
    assert due(monday, "2026-03-02T05:59:00Z") == "2026-03-02T06:00Z"
    assert due(monday, "2026-03-02T06:00:00Z") == "2026-03-09T06:00Z"
    assert due(last, "2026-02-27T23:00:00Z") == "2026-03-27T23:00Z"
    assert due(last, "2026-03-27T23:00:00Z", ZoneInfo("UTC")) == "2026-03-28T00:00Z"


@pytest.mark.parametrize(("every", "on", "hour"), [("day", 1, 7), ("week", 7, 7), ("month", 0, 7), ("month", 29, 7),
                                                   ("day", 0, 24), ("day", 0, -1)])  # fmt: skip
def test_there_is_no_such_day_or_hour(every: str, on: int, hour: int) -> None:
    with pytest.raises(ValueError, match="no such day"):
        Rhythm(every=Every(every), on=on, hour=hour)
