"""Periods and buckets: half-open, in the tenant's zone, right on the days the clocks change."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.records.buckets import Unit, buckets_of, choose_unit
from tickets.records.period import Period, day_start
from tickets.records.periods import NAMES, ChosenPeriod, preset
from tickets.store.filters import FilterError
from tickets.store.period_parameters import parse_period

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
HOUR = timedelta(hours=1)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana")]
NOW = datetime(2026, 3, 10, 12, 20, 5, tzinfo=UTC)


def days(first: tuple[int, int, int], last: tuple[int, int, int], zone: ZoneInfo) -> Period:
    """Whole days, both included."""
    return Period(day_start(date(*first), zone), day_start(date(*last) + timedelta(days=1), zone))


def parse(zone: ZoneInfo = BERLIN, **parameters: str) -> ChosenPeriod:
    given = {name.rstrip("_"): [value] for name, value in parameters.items()}
    return parse_period(given, zone=zone, now=NOW)


class TestPeriod:
    def test_a_period_is_stored_in_utc(self) -> None:
        period = Period(datetime(2026, 1, 1, tzinfo=BERLIN), datetime(2026, 1, 2, tzinfo=BERLIN))
        assert period.start == datetime(2025, 12, 31, 23, tzinfo=UTC)
        assert period.start.tzinfo is UTC

    def test_a_period_needs_aware_moments_in_order(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            Period(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001
        with pytest.raises(ValueError, match="after it starts"):
            Period(NOW, NOW)

    def test_the_previous_one_has_the_same_length_and_ends_where_this_one_starts(self) -> None:
        period = days((2026, 3, 23), (2026, 3, 29), BERLIN)
        assert period.length == 7 * 24 * HOUR - HOUR
        assert period.previous.end == period.start
        assert period.previous.length == period.length

    def test_a_period_under_way_is_compared_with_the_same_part_of_the_one_before(self) -> None:
        week = preset("7d", zone=BERLIN, now=NOW)
        before = week.comparison(NOW, BERLIN)
        assert before.start == week.start - timedelta(days=7)
        assert before.end == NOW.replace(second=0) + timedelta(minutes=1) - timedelta(days=7)

    def test_the_present_minute_counts_as_over(self) -> None:
        """So the first moment of a period is compared with something, and within a minute the question stays the same."""
        today = days((2026, 3, 10), (2026, 3, 10), BERLIN)
        for passed, compared in ((1, 60), (59, 60), (60, 60), (61, 120), (24 * 3600 - 1, 24 * 3600)):
            before = today.comparison(today.start + timedelta(seconds=passed), BERLIN)
            assert before.length == timedelta(seconds=compared)

    def test_a_finished_period_is_compared_with_the_whole_one_before(self) -> None:
        week = days((2026, 2, 2), (2026, 2, 8), BERLIN)
        assert week.comparison(NOW, BERLIN) == week.previous

    def test_whole_days_are_compared_with_whole_days_across_a_change_of_the_clocks(self) -> None:
        week = days((2026, 3, 23), (2026, 3, 29), BERLIN)
        now = datetime(2026, 4, 10, tzinfo=UTC)
        assert week.comparison(now, BERLIN) == days((2026, 3, 16), (2026, 3, 22), BERLIN)
        under_way = datetime(2026, 3, 29, 15, tzinfo=BERLIN)
        assert week.comparison(under_way, BERLIN).end == datetime(2026, 3, 22, 15, tzinfo=BERLIN)

    def test_times_of_day_are_compared_by_elapsed_time(self) -> None:
        period = Period(NOW - 5 * HOUR, NOW)
        assert period.comparison(NOW + HOUR, BERLIN) == Period(NOW - 10 * HOUR, NOW - 5 * HOUR)

    @given(
        zone=st.sampled_from(ZONES),
        now=st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        name=st.sampled_from(["24h", "7d", "30d"]),
    )
    def test_presets_hold_the_present_and_are_compared_with_what_came_before(
        self, zone: ZoneInfo, now: datetime, name: str
    ) -> None:
        period = preset(name, zone=zone, now=now)
        before = period.comparison(now, zone)
        assert period.start <= now < period.end
        assert before.end <= period.start
        assert abs((period.start - before.start) - period.length) <= HOUR


class TestPresets:
    def test_24h_ends_at_the_next_full_hour(self) -> None:
        period = preset("24h", zone=BERLIN, now=NOW)
        assert period.end == datetime(2026, 3, 10, 13, tzinfo=UTC)
        assert period.length == 24 * HOUR

    def test_24h_on_a_full_hour_still_holds_the_present_moment(self) -> None:
        now = NOW.replace(minute=0, second=0)
        assert preset("24h", zone=BERLIN, now=now).end == now + HOUR

    def test_24h_ends_at_a_full_hour_of_the_tenants_clock(self) -> None:
        assert preset("24h", zone=KOLKATA, now=NOW).end == datetime(2026, 3, 10, 12, 30, tzinfo=UTC)

    def test_7d_is_seven_calendar_days_with_today(self) -> None:
        assert preset("7d", zone=BERLIN, now=NOW) == days((2026, 3, 4), (2026, 3, 10), BERLIN)

    def test_today_is_the_tenants_today(self) -> None:
        late = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)
        assert preset("7d", zone=KOLKATA, now=late) == days((2026, 3, 5), (2026, 3, 11), KOLKATA)

    def test_30d_across_the_change_of_the_clocks_has_an_hour_less(self) -> None:
        period = preset("30d", zone=BERLIN, now=datetime(2026, 4, 5, 12, tzinfo=UTC))
        assert period.length == 30 * 24 * HOUR - HOUR


class TestParsing:
    def test_no_parameters_mean_seven_days(self) -> None:
        assert parse().name == "7d"

    @pytest.mark.parametrize("name", [name for name in NAMES if name != "custom"])
    def test_presets(self, name: str) -> None:
        assert parse(period=name).period == preset(name, zone=BERLIN, now=NOW)

    def test_a_bare_end_date_includes_that_day(self) -> None:
        chosen = parse(period="custom", from_="2026-02-01", to="2026-02-01")
        assert chosen.period == days((2026, 2, 1), (2026, 2, 1), BERLIN)
        assert chosen.period.length == 24 * HOUR

    def test_dates_alone_mean_custom(self) -> None:
        assert parse(from_="2026-02-01", to="2026-02-02").name == "custom"

    @pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
    def test_days_on_which_the_clocks_change(self, day: str, hours: int) -> None:
        assert parse(period="custom", from_=day, to=day).period.length == hours * HOUR

    def test_times_are_the_tenants_unless_they_name_a_zone(self) -> None:
        chosen = parse(KOLKATA, period="custom", from_="2026-02-01T09:00", to="2026-02-01T09:00:00Z")
        assert chosen.period == Period(datetime(2026, 2, 1, 3, 30, tzinfo=UTC), datetime(2026, 2, 1, 9, 0, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("parameters", "field"),
        [
            ({"period": "fortnight"}, "period"),
            ({"period": "custom"}, "from"),
            ({"period": "custom", "from_": "2026-01-01"}, "to"),
            ({"period": "custom", "from_": "yesterday", "to": "2026-01-01"}, "from"),
            ({"period": "custom", "from_": "2026-01-01", "to": "2026-02-30"}, "to"),
            ({"period": "custom", "from_": "2026-01-02", "to": "2026-01-01"}, "to"),
            ({"period": "custom", "from_": "2026-01-01T09:00", "to": "2026-01-01T09:00"}, "to"),
            ({"period": "custom", "from_": "2010-01-01", "to": "2026-01-01"}, "to"),
        ],
    )
    def test_bad_input_names_the_field(self, parameters: dict[str, Any], field: str) -> None:
        with pytest.raises(FilterError) as caught:
            parse(**parameters)
        assert caught.value.field == field

    def test_a_parameter_given_twice_is_rejected(self) -> None:
        with pytest.raises(FilterError, match="once"):
            parse_period({"period": ["7d", "24h"]}, zone=BERLIN, now=NOW)

    @pytest.mark.parametrize(
        "parameters",
        [
            {"period": "30d"},
            {"period": "custom", "from_": "2026-03-28", "to": "2026-03-29"},
            {"period": "custom", "from_": "2026-03-28T10:15", "to": "2026-03-29"},
            {"period": "custom", "from_": "2026-03-28", "to": "2026-03-29T23:59:59.999Z"},
        ],
    )
    def test_parameters_read_back_as_the_same_period(self, parameters: dict[str, Any]) -> None:
        chosen = parse(**parameters)
        again = {name: [value] for name, value in chosen.parameters(BERLIN)}
        assert parse_period(again, zone=BERLIN, now=NOW) == chosen


class TestBuckets:
    @pytest.mark.parametrize(
        ("length", "unit"),
        [(1, Unit.HOUR), (3, Unit.HOUR), (4, Unit.DAY), (100, Unit.DAY), (101, Unit.WEEK), (800, Unit.MONTH)],
    )
    def test_the_unit_follows_the_length(self, length: int, unit: Unit) -> None:
        assert choose_unit(Period(NOW, NOW + timedelta(days=length))) is unit

    def test_three_days_with_a_25_hour_day_are_still_hours(self) -> None:
        assert choose_unit(days((2026, 10, 24), (2026, 10, 26), BERLIN)) is Unit.HOUR

    @pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
    def test_a_day_has_as_many_hours_as_the_calendar_says(self, day: tuple[int, int, int], hours: int) -> None:
        assert len(buckets_of(days(day, day, BERLIN), BERLIN)) == hours

    def test_days_begin_at_the_tenants_midnight(self) -> None:
        buckets = buckets_of(days((2026, 3, 27), (2026, 3, 30), BERLIN), BERLIN)
        assert [edge.hour for edge in buckets.edges] == [23, 23, 23, 22, 22]
        assert len(buckets) == 4

    def test_hours_of_a_half_hour_zone_begin_at_half_past(self) -> None:
        buckets = buckets_of(preset("24h", zone=KOLKATA, now=NOW), KOLKATA)
        assert {edge.minute for edge in buckets.edges} == {30}
        assert len(buckets) == 24

    def test_a_day_whose_midnight_is_skipped_begins_with_the_skip(self) -> None:
        zone = ZoneInfo("America/Havana")
        assert day_start(date(2026, 3, 8), zone).astimezone(zone).hour == 1

    def test_a_skipped_day_has_no_bucket(self) -> None:
        apia = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
        buckets = buckets_of(days((2011, 12, 28), (2012, 1, 2), apia), apia, Unit.DAY)
        assert len(buckets) == 5

    def test_weeks_begin_on_monday_and_months_on_the_first(self) -> None:
        period = days((2026, 1, 14), (2026, 3, 10), BERLIN)
        weeks, months = buckets_of(period, BERLIN, Unit.WEEK), buckets_of(period, BERLIN, Unit.MONTH)
        assert weeks.edges[0].astimezone(BERLIN).strftime("%a %d") == "Mon 12"
        assert [edge.astimezone(BERLIN).strftime("%d %b") for edge in months.edges] == [
            "01 Jan", "01 Feb", "01 Mar", "01 Apr",
        ]  # fmt: skip

    @given(
        zone=st.sampled_from(ZONES),
        start=st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
        length=st.timedeltas(timedelta(milliseconds=1), timedelta(days=300)),
        unit=st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH]),
    )
    def test_the_buckets_together_are_the_period(
        self, zone: ZoneInfo, start: datetime, length: timedelta, unit: Unit
    ) -> None:
        period = Period(start.replace(tzinfo=UTC), start.replace(tzinfo=UTC) + length)
        buckets = buckets_of(period, zone, unit)
        parts = [buckets[position] for position in range(len(buckets))]
        assert parts[0].start == period.start
        assert parts[-1].end == period.end
        assert all(one.end == other.start for one, other in itertools.pairwise(parts))
