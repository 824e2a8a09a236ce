"""Business time against a slow calculation that looks at the clock on the wall, second by second or minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.clocks.business_hours import CLOSED_WEEK, BusinessHours, NeverOpen, Week

NINE_TO_FIVE = (9 * 60, 17 * 60)
ALL_DAY = (0, 24 * 60)
WORKING_WEEK: Week = ((NINE_TO_FIVE,),) * 5 + ((),) * 2
ALWAYS: Week = ((ALL_DAY,),) * 7
BERLIN = ZoneInfo("Europe/Berlin")

# Zones and the moments (UTC) at which something odd happens to their clocks.
ODD_MOMENTS = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # 02:00 to 03:00 is skipped
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),  # 02:00 to 03:00 comes twice
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),  # midnight is skipped
    ("America/Havana", datetime(2026, 11, 1, 5, tzinfo=UTC)),  # midnight comes twice
    ("Africa/Cairo", datetime(2026, 10, 29, 21, tzinfo=UTC)),  # the clock goes back into the day before
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # half an hour
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(1985, 12, 31, 18, 30, tzinfo=UTC)),  # a quarter of an hour, at New Year
    ("Asia/Pyongyang", datetime(2018, 5, 4, 15, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # skipped Friday 30 December
    ("Pacific/Kwajalein", datetime(1993, 8, 21, 12, tzinfo=UTC)),  # skipped a Saturday
    ("America/Juneau", datetime(1983, 10, 30, 10, tzinfo=UTC)),
    ("Africa/Monrovia", datetime(1972, 1, 7, 0, 44, tzinfo=UTC)),  # until then 44 minutes and 30 seconds behind
    ("Asia/Kolkata", datetime(2026, 1, 1, tzinfo=UTC)),
    ("UTC", datetime(2024, 2, 29, tzinfo=UTC)),
]


def on_the_wall(hours: BusinessHours, at: datetime) -> bool:
    """Whether it is open, by the local clock."""
    local = at.astimezone(hours.zone)
    since_midnight = local.hour * 3600 + local.minute * 60 + local.second
    intervals = hours.week[local.weekday()]
    return not hours.holidays(local.date()) and any(
        opens * 60 <= since_midnight < closes * 60 for opens, closes in intervals
    )


def slowly_elapsed(hours: BusinessHours, start: datetime, end: datetime, *, step: timedelta) -> timedelta:
    """The same as `elapsed`, step by step; openings must not fall within a step."""
    opened = timedelta(0)
    at = start
    while at < end:
        since_grid = (at - datetime(1970, 1, 1, tzinfo=UTC)) % step
        until = min(at + step - since_grid, end)
        if on_the_wall(hours, at):
            opened += until - at
        at = until
    return opened


@st.composite
def days(draw: st.DrawFn, minutes: int = 1) -> tuple[tuple[int, int], ...]:
    """Up to three intervals of one day; `minutes` is what all their times are multiples of."""
    times = draw(st.lists(st.integers(0, 24 * 60 // minutes), max_size=6, unique=True).map(sorted))
    return tuple((start * minutes, end * minutes) for start, end in zip(times[::2], times[1::2], strict=False))


@st.composite
def business_hours(draw: st.DrawFn) -> tuple[BusinessHours, datetime]:
    """Business hours, and an odd moment of their zone."""
    zone, odd = draw(st.sampled_from(ODD_MOMENTS))
    local_day = odd.astimezone(ZoneInfo(zone)).date()
    around = st.integers(-4, 4).map(lambda number: local_day + timedelta(days=number))
    holidays = draw(st.frozensets(around, max_size=3))
    overnight: Week = (((0, 6 * 60), (22 * 60, 24 * 60)),) * 7
    week = draw(st.one_of(st.sampled_from([WORKING_WEEK, ALWAYS, overnight]), st.tuples(*[days()] * 7)))
    return BusinessHours(ZoneInfo(zone), week, holidays.__contains__), odd


FEW_DAYS = st.timedeltas(timedelta(days=-1), timedelta(days=1))


@given(business_hours(), FEW_DAYS, FEW_DAYS)
@settings(max_examples=120, deadline=None)
def test_elapsed_is_what_the_clock_on_the_wall_shows(
    of_zone: tuple[BusinessHours, datetime], first: timedelta, second: timedelta
) -> None:
    hours, odd = of_zone
    start, end = odd + min(first, second), odd + max(first, second)
    # Monrovia's offset had half a minute, so openings are on a grid of 30 s everywhere.
    assert hours.elapsed(start, end) == slowly_elapsed(hours, start, end, step=timedelta(seconds=30))


@given(business_hours(), FEW_DAYS)
@settings(max_examples=20, deadline=None)
def test_second_by_second(of_zone: tuple[BusinessHours, datetime], before: timedelta) -> None:
    hours, odd = of_zone
    start = odd - abs(before) % timedelta(hours=2)
    end = start + timedelta(hours=2)
    assert hours.elapsed(start, end) == slowly_elapsed(hours, start, end, step=timedelta(seconds=1))


@given(business_hours(), FEW_DAYS, st.timedeltas(timedelta(0), timedelta(hours=40)))
@settings(max_examples=150, deadline=None)
def test_add_is_the_first_moment_with_that_much_elapsed(
    of_zone: tuple[BusinessHours, datetime], since: timedelta, duration: timedelta
) -> None:
    hours, odd = of_zone
    start = odd + since
    if not any(hours.week):
        return
    end = hours.add(start, duration)
    assert hours.elapsed(start, end) == duration
    if duration:
        assert hours.elapsed(start, end - timedelta(microseconds=1)) < duration


@given(business_hours(), FEW_DAYS)
@settings(max_examples=200, deadline=None)
def test_open_and_opening(of_zone: tuple[BusinessHours, datetime], since: timedelta) -> None:
    hours, odd = of_zone
    at = odd + since
    assert hours.is_open(at) == on_the_wall(hours, at)
    if not any(hours.week):
        return
    opening = hours.opens_at(at)
    assert on_the_wall(hours, opening)
    assert (opening == at) == on_the_wall(hours, at)
    assert hours.elapsed(at, opening) == timedelta(0)


@given(
    st.sampled_from([zone for zone, _ in ODD_MOMENTS]),
    st.integers(-31_536_000, 2_208_988_800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=900)), min_size=2, max_size=2),
)
@settings(max_examples=100, deadline=None)
def test_time_adds_up_over_years(zone: str, start: datetime, parts: list[timedelta]) -> None:
    hours = BusinessHours(ZoneInfo(zone), WORKING_WEEK, lambda day: (day.month, day.day) == (12, 25))
    middle = start + parts[0]
    end = middle + parts[1]
    assert hours.elapsed(start, end) == hours.elapsed(start, middle) + hours.elapsed(middle, end)


def test_a_year_of_working_days() -> None:
    """2026 has 261 days from Monday to Friday in Berlin; Christmas Day is one of them."""
    hours = BusinessHours(BERLIN, WORKING_WEEK, lambda day: day == date(2026, 12, 25))
    start = datetime(2026, 1, 1, tzinfo=BERLIN)
    assert hours.elapsed(start, datetime(2027, 1, 1, tzinfo=BERLIN)) == timedelta(hours=8 * 260)


def test_days_on_which_clocks_change_are_shorter_or_longer() -> None:
    always = BusinessHours(BERLIN, ALWAYS, lambda day: False)
    spring, autumn = datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN)
    assert always.elapsed(spring, datetime(2026, 3, 30, tzinfo=BERLIN)) == timedelta(hours=23)
    assert always.elapsed(autumn, datetime(2026, 10, 26, tzinfo=BERLIN)) == timedelta(hours=25)


def test_from_closing_time_on_the_next_opening_is_awaited() -> None:
    hours = BusinessHours(BERLIN, WORKING_WEEK, lambda day: False)
    friday = datetime(2026, 1, 9, 16, tzinfo=BERLIN)
    assert hours.add(friday, timedelta(hours=1)) == datetime(2026, 1, 9, 17, tzinfo=BERLIN)
    assert hours.add(friday, timedelta(hours=2)) == datetime(2026, 1, 12, 10, tzinfo=BERLIN)
    assert hours.opens_at(datetime(2026, 1, 9, 17, tzinfo=BERLIN)) == datetime(2026, 1, 12, 9, tzinfo=BERLIN)
    assert hours.add(friday, timedelta(0)) == friday


def test_the_end_is_not_before_the_start() -> None:
    hours = BusinessHours(BERLIN, ALWAYS, lambda day: False)
    now = datetime(2026, 1, 9, 16, tzinfo=UTC)
    assert hours.elapsed(now, now - timedelta(days=1)) == timedelta(0)
    with pytest.raises(ValueError, match="negative"):
        hours.add(now, timedelta(seconds=-1))


@pytest.mark.parametrize(
    "hours",
    [BusinessHours(BERLIN, CLOSED_WEEK, lambda day: False), BusinessHours(BERLIN, ALWAYS, lambda day: True)],
    ids=["no hours", "only holidays"],
)
def test_without_hours_nothing_is_ever_due(hours: BusinessHours) -> None:
    now = datetime(2026, 1, 9, 16, tzinfo=UTC)
    assert hours.elapsed(now, now + timedelta(days=300)) == timedelta(0)
    assert not hours.is_open(now)
    with pytest.raises(NeverOpen):
        hours.add(now, timedelta(seconds=1))
    with pytest.raises(NeverOpen):
        hours.opens_at(now)


def test_far_dates_count_nothing() -> None:
    hours = BusinessHours(BERLIN, WORKING_WEEK, lambda day: False)
    far, now = datetime(8999, 1, 1, tzinfo=UTC), datetime(2026, 1, 9, 16, tzinfo=UTC)
    assert hours.elapsed(far, far + timedelta(days=30)) == timedelta(0)
    assert hours.elapsed(now, far) == hours.elapsed(now, datetime(2300, 1, 1, tzinfo=UTC))
    assert hours.elapsed(datetime(1, 1, 3, tzinfo=UTC), now) == hours.elapsed(datetime(1970, 1, 1, tzinfo=UTC), now)
    with pytest.raises(NeverOpen):
        hours.add(now, timedelta(days=365 * 400))


@pytest.mark.parametrize(
    "week",
    [
        WORKING_WEEK[:6],
        (((17 * 60, 9 * 60),), *CLOSED_WEEK[1:]),
        ((NINE_TO_FIVE, (16 * 60, 18 * 60)), *CLOSED_WEEK[1:]),
        (((0, 24 * 60 + 1),), *CLOSED_WEEK[1:]),
        (((-1, 5),), *CLOSED_WEEK[1:]),
        (((5, 5),), *CLOSED_WEEK[1:]),
    ],
    ids=["six days", "end before start", "overlap", "past midnight", "before midnight", "empty"],
)
def test_what_is_no_week_is_refused(week: Week) -> None:
    with pytest.raises(ValueError):
        BusinessHours(BERLIN, week, lambda day: False)
