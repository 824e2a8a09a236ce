"""Weekly hours as text: what is read, how it is written again, and what is refused with which sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clocks.test_business_hours import days
from tickets.clocks.business_hours import CLOSED_WEEK, Week
from tickets.clocks.week_text import (
    MOST_INTERVALS,
    HoursError,
    format_hours,
    format_week,
    minutes_a_week,
    parse_hours,
    parse_week,
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("09:00-17:00", "09:00–17:00"),
        ("9-17", "09:00–17:00"),
        ("9.30 – 12, 13—17:15", "09:30–12:00, 13:00–17:15"),
        ("13-17,9-12", "09:00–12:00, 13:00–17:00"),
        ("0-24", "00:00–24:00"),
        ("", ""),
        (" Closed ", ""),
    ],
)
def test_hours_of_a_day(text: str, normal: str) -> None:
    assert format_hours(parse_hours(text)) == normal


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("17-9", "09:00 is before 17:00. For hours past midnight"),
        ("9-9", "09:00–09:00 is empty."),
        ("9-12, 11-17", "Two times overlap: one starts at 11:00, before the other ends at 12:00."),
        ("9-25", "“25” is not a time from 00:00 to 24:00."),
        ("9-24:01", "“24:01” is not a time"),
        ("9:60-17", "“9:60” is not a time"),
        ("nine to five", "Write times as in 09:00–17:00, not “nine to five”."),
        ("9-12-17", "Write times as in"),
        ("9-", "Write times as in 09:00–17:00, not “9-”."),
        (",".join(f"{hour}:00-{hour}:30" for hour in range(MOST_INTERVALS + 1)), "at most 6 times a day"),
    ],
)
def test_what_are_no_hours_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(HoursError) as refused:
        parse_hours(text)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Mon-Fri 09:00-17:00; Sat 10:00-14:00", "Mon–Fri 09:00–17:00; Sat 10:00–14:00"),
        ("monday 9-17;tue.,wed 9-17", "Mon–Wed 09:00–17:00"),
        ("Mon-Sun 0-24", "Mon–Sun 00:00–24:00"),
        ("Sat-Mon 10-12", "Mon 10:00–12:00; Sat–Sun 10:00–12:00"),
        ("Mon, Wed 9-12, 13-17", "Mon 09:00–12:00, 13:00–17:00; Wed 09:00–12:00, 13:00–17:00"),
        ("Mon closed", ""),
    ],
)
def test_a_week(text: str, normal: str) -> None:
    assert format_week(parse_week(text)) == normal


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Mon-Fri", "Write days and times as in"),
        ("Mon-Fry 9-17", "“Fry” is not a day of the week."),
        ("M 9-17", "“M” is not a day of the week."),
        ("Mon-Wed 9-17; Tue 9-12", "Tuesday is named twice."),
        ("Mon 17-9", "09:00 is before 17:00."),
    ],
)
def test_what_is_no_week_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(HoursError) as refused:
        parse_week(text)
    assert sentence in str(refused.value)


@given(st.tuples(*[days()] * 7))
def test_every_week_is_read_as_it_was_written(week: Week) -> None:
    assert parse_week(format_week(week)) == week


def test_minutes_a_week() -> None:
    assert minutes_a_week(parse_week("Mon-Fri 9-12, 13-17; Sat 10-10:30")) == 5 * 7 * 60 + 30
    assert minutes_a_week(CLOSED_WEEK) == 0
