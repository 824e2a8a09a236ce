"""Days, weeks, months and quarters by name: what they are, what they are compared with, and their neighbors."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.digest.week import week_before
from tickets.records.period import Period, day_start
from tickets.records.periods import CALENDAR, CUSTOM, PRESETS, CalendarUnit, ChosenPeriod, calendar_unit
from tickets.store.filters import FilterError
from tickets.store.period_parameters import parse_period

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in ("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "America/Sao_Paulo")
]
NOON = datetime(2026, 3, 31, 10, tzinfo=UTC)  # a Tuesday, 12:00 in Berlin

moments = st.datetimes(datetime(2012, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(ZONES)


def days(first: str, last: str, zone: ZoneInfo = BERLIN) -> Period:
    """Whole days, both included."""
    return Period(
        day_start(date.fromisoformat(first), zone), day_start(date.fromisoformat(last) + timedelta(days=1), zone)
    )


def chosen(name: str, *, zone: ZoneInfo = BERLIN, now: datetime = NOON) -> ChosenPeriod:
    return parse_period({"period": [name]}, zone=zone, now=now)


def in_berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-03-31", "2026-03-31"),
        ("yesterday", "2026-03-30", "2026-03-30"),
        ("this_week", "2026-03-30", "2026-04-05"),
        ("last_week", "2026-03-23", "2026-03-29"),
        ("this_month", "2026-03-01", "2026-03-31"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("this_quarter", "2026-01-01", "2026-03-31"),
        ("last_quarter", "2025-10-01", "2025-12-31"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-Q4", "2025-10-01", "2025-12-31"),
    ],
)
def test_a_name_is_whole_days_of_the_calendar(name: str, first: str, last: str) -> None:
    assert chosen(name).period == days(first, last)


@pytest.mark.parametrize(
    "name", ["2026-02-30", "2026-W54", "2026-13", "2026-Q5", "0001-01", "9999-12", "2026-1", "२०२६-01", "this_year"]
)
def test_a_name_of_no_period_is_rejected(name: str) -> None:
    with pytest.raises(FilterError, match="must be one of today, "):
        chosen(name)


@given(zone=zones, now=moments)
def test_last_week_is_the_week_of_the_digest(zone: ZoneInfo, now: datetime) -> None:
    digest = week_before(now, zone)
    last_week = chosen("last_week", zone=zone, now=now)
    assert last_week.period == digest.period
    assert last_week.comparison(now, zone) == digest.period.comparison(digest.period.end, zone)


@pytest.mark.parametrize(
    ("name", "now", "start", "end"),
    [
        ("today", "2026-03-31T12:00", "2026-03-30T00:00", "2026-03-30T12:00"),
        ("yesterday", "2026-03-31T12:00", "2026-03-29T00:00", "2026-03-30T00:00"),
        ("this_week", "2026-03-31T12:00", "2026-03-23T00:00", "2026-03-24T12:00"),
        ("this_month", "2026-03-18T12:00", "2026-02-01T00:00", "2026-02-18T12:00"),
        ("this_month", "2026-03-31T12:00", "2026-02-01T00:00", "2026-03-01T00:00"),  # there is no 31 February
        ("this_month", "2026-02-28T12:00", "2026-01-01T00:00", "2026-01-28T12:00"),
        ("this_month", "2026-01-31T12:00", "2025-12-01T00:00", "2025-12-31T12:00"),
        ("last_month", "2026-03-31T12:00", "2026-01-01T00:00", "2026-02-01T00:00"),  # all 31 days before 28
        ("2026-03", "2026-06-01T00:00", "2026-02-01T00:00", "2026-03-01T00:00"),
        ("this_quarter", "2026-05-31T12:00", "2026-01-01T00:00", "2026-03-01T00:00"),
        ("this_quarter", "2026-03-31T12:00", "2025-10-01T00:00", "2025-12-31T12:00"),
        ("last_quarter", "2026-03-31T12:00", "2025-07-01T00:00", "2025-10-01T00:00"),
    ],
)
def test_a_period_is_compared_with_the_same_part_of_the_one_before(name: str, now: str, start: str, end: str) -> None:
    at = in_berlin(now)
    assert chosen(name, now=at).comparison(at, BERLIN) == Period(in_berlin(start), in_berlin(end))


@given(zone=zones, now=moments, name=st.sampled_from(CALENDAR))
def test_what_a_period_is_compared_with_is_the_one_before_and_over(zone: ZoneInfo, now: datetime, name: str) -> None:
    period = chosen(name, zone=zone, now=now)
    before = period.step(-1, zone=zone, now=now)
    assert before
    compared = period.comparison(now, zone)
    assert compared.start == before.period.start
    assert compared.end <= before.period.end == period.period.start
    if period.period.end <= now:
        assert compared == before.period


@given(zone=zones, now=moments, name=st.sampled_from(["this_month", "this_quarter"]), hours=st.integers(2, 24 * 40))
def test_as_a_period_goes_on_more_of_the_one_before_is_compared(
    zone: ZoneInfo, now: datetime, name: str, hours: int
) -> None:
    later = now + timedelta(hours=hours)
    period = chosen(name, zone=zone, now=now)
    an_hour_repeated_when_clocks_go_back = timedelta(hours=1)
    reached, reached_later = (period.comparison(moment, zone).end for moment in (now, min(later, period.period.end)))
    assert reached <= reached_later + an_hour_repeated_when_clocks_go_back


@given(zone=zones, now=moments, name=st.sampled_from(PRESETS), count=st.integers(-30, 30))
def test_steps_meet_and_lead_back(zone: ZoneInfo, now: datetime, name: str, count: int) -> None:
    period = chosen(name, zone=zone, now=now)
    there = period.step(count, zone=zone, now=now)
    assert there
    following = there.step(1, zone=zone, now=now)
    assert following
    if name != "24h":  # on the clock it may begin in the middle of an hour that is repeated
        assert following.period.start == there.period.end
    assert there.step(-count, zone=zone, now=now) == period


@given(zone=zones, now=moments, name=st.sampled_from(PRESETS), count=st.integers(-30, 30))
def test_the_address_of_a_step_names_its_period(zone: ZoneInfo, now: datetime, name: str, count: int) -> None:
    there = chosen(name, zone=zone, now=now).step(count, zone=zone, now=now)
    assert there
    written = {each: [value] for each, value in there.parameters(zone)}
    assert parse_period(written, zone=zone, now=now) == there


@pytest.mark.parametrize(
    ("name", "count", "neighbor"),
    [
        ("today", -1, "yesterday"),
        ("yesterday", -1, "2026-03-29"),
        ("this_week", -1, "last_week"),
        ("2026-W12", 1, "last_week"),
        ("this_week", 1, "2026-W15"),
        ("last_month", -1, "2026-01"),
        ("2025-Q3", 1, "last_quarter"),
        ("7d", -1, CUSTOM),
    ],
)
def test_a_neighbor_has_the_name_that_people_use(name: str, count: int, neighbor: str) -> None:
    found = chosen(name).step(count, zone=BERLIN, now=NOON)
    assert found
    assert found.name == neighbor


def test_seven_days_before_seven_days_lead_back_to_the_last_seven_days() -> None:
    before = chosen("7d").step(-1, zone=BERLIN, now=NOON)
    assert before == ChosenPeriod(CUSTOM, days("2026-03-18", "2026-03-24"))
    assert before.step(1, zone=BERLIN, now=NOON) == chosen("7d")


def test_parts_of_days_step_by_their_length() -> None:
    period = ChosenPeriod(CUSTOM, Period(NOON - timedelta(hours=5), NOON))
    before = period.step(-1, zone=BERLIN, now=NOON)
    assert before
    assert before.period == period.period.previous


def test_nothing_lies_before_the_first_year() -> None:
    assert chosen("1900-01").step(-1, zone=BERLIN, now=NOON) is None
    assert chosen("8999-12-31").step(1, zone=BERLIN, now=NOON) is None


@pytest.mark.parametrize(
    ("name", "unit"), [("last_quarter", CalendarUnit.QUARTER), ("2026-11", CalendarUnit.MONTH), ("7d", None)]
)
def test_the_unit_of_a_name(name: str, unit: CalendarUnit | None) -> None:
    assert calendar_unit(name) == unit
