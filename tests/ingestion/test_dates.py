"""Dates are read as they were meant, or rejected with what to do; nothing is guessed."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.helpdesks.options import check_date_format
from tickets.records.dates import ISO_ONLY, DateForm, NotADate

NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "hours_off"),
    [
        ("2026-03-10T09:00:00Z", 0),
        ("2026-03-10T09:00:00+02:00", -2),
        ("2026-03-10 09:00:00", 0),
        ("2026-03-10 09:00:00 UTC", 0),
        ("2026-03-10 09:00:00 +0100", -1),
        ("2026-03-10T09:00:00.123456789Z", 0),
        ("2026-03-09T24:00:00Z", -9),
        ("2026-03-10T09:00:00,5+00", 0),
        ("2026-03-10T09:00:00.000+0000", 0),
        ("2026-03-10T09:00:00+01:00[Europe/Berlin]", -1),
        ("20260310T090000Z", 0),
        ("20260310090000", 0),
        ("2026/03/10 09:00", 0),
        ("2026-03-10 9:00 AM", 0),
        ("2026-03-10 09:00 UTC+3", -3),
        ("2026-03-10 09:00 GMT-05:30", 5.5),
        ("Tue Mar 10 2026 09:00:00 GMT+0100 (CET)", -1),
        ("Tue Mar 10 2026 09:00:00 GMT+0530 (India Standard Time)", -5.5),
        ("Tue, 10 Mar 2026 09:00:00 +0000", 0),
        ("Tue, 10 Mar 2026 09:00:00 -0500 (EST)", 5),
        ("Tue, 10 Mar 2026 09:00:00 GMT", 0),
        ("Tue Mar 10 09:00:00 2026", 0),
        ("Tue Mar 10 09:00:00 UTC 2026", 0),
        ("Tuesday, 10 March 2026 at 09:00", 0),
        ("10 March 2026 9:00", 0),
        ("10 Mar 2026 09:00 GMT+3", -3),
        ("10-Mar-2026 09:00:00", 0),
        ("10/Mar/2026:09:00:00 +0100", -1),
        ("March 10th, 2026, 9:00:00 am", 0),
        ("Mar 10, 2026 9:00 PM", 12),
        ("Mar 10 2026  9:00AM", 0),
        ("2026-03-10 09:00:00.123456+00", 0),
        ("2026-03-10T09:00:00Z[UTC]", 0),
        ("2026-03-10 09:00 (UTC+01:00)", -1),
        ("/Date(1773133200000)/", 0),
        ("/Date(1773133200000+0100)/", 0),
    ],
)
def test_a_date_that_can_only_be_one_is_read(text: str, hours_off: float) -> None:
    found = ISO_ONLY.read(text)
    assert found is not None
    assert found.replace(microsecond=0) == NINE + timedelta(hours=hours_off)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2026-03-10 09:00:00 EST", "names the zone EST"),
        ("2026-03-10 09:00:00 CET", "names the zone CET"),
        ("2026-03-10 09:00:00 IST", "names the zone IST"),
        ("10 Mar 2026 09:00 MEZ", "names the zone MEZ"),
        ("2026-03-10 09:00 Europe/Berlin", "names the zone Europe/Berlin"),
        ("Tue Mar 10 09:00:00 PDT 2026", "names the zone PDT"),
        ("Tue Mar 10 2026 09:00:00 (CET)", "names the zone CET"),
        ("04/03/2026", "may start with the day or the month; set a date_format"),
        ("13/03/2026 10:00", "may start with the day or the month; set a date_format"),
        ("04.03.2026 10:00", "may start with the day or the month; set a date_format"),
        ("4-3-2026", "may start with the day or the month; set a date_format"),
        ("3 12 2026 09:00", "may start with the day or the month; set a date_format"),
        ("2026 12 03", "may start with the day or the month; set a date_format"),
        ("Tue 04/03/2026", "may start with the day or the month; set a date_format"),
        ("12/Feb/21 10:19 PM", "has a two-digit year; set a matching date_format"),
        (1773133200, "is a number; set date_format to epoch"),
        ("1773133200", "is a number; set date_format to epoch"),
        ("1704121200000", "is a number; set date_format to epoch"),
        (1773133200.5, "is a number; set date_format to epoch"),
        ("202603100900", "is a number"),
        ("2026", "is a number"),
        ("2026-13-03 09:00", "is not a date"),
        ("20/2026/03", "is not a date"),
        ("2026-03-10+01:00", "is not a date"),
        ("2026-03-10-09:00", "is not a date"),
        ("2026-03-10T25:00", "is not a date"),
        ("2026-02-30", "is not a date"),
        ("99999-01-01", "is not a date"),
        ("March 2026", "is not a date"),
        ("10:00", "is not a date"),
        ("Monday", "is not a date"),
        ("soon", "is not a date"),
        ("2026-03-10T09:00:00Z" + " " * 100 + "x", "is not a date"),
        ("9500-01-01", "is too far in the future"),
        (True, "is not a date as text"),
        ([1], "is not a date as text"),
    ],
)
def test_a_date_that_could_be_two_is_rejected_with_what_to_do(value: Any, reason: str) -> None:
    with pytest.raises(NotADate) as problem:
        ISO_ONLY.read(value)
    assert str(problem.value).startswith(reason)


@pytest.mark.parametrize(
    "value",
    [None, False, 0, "0", "", " ", "-", "\u2014", "N/A", "n/a", "NULL", "null", "None", "NaT", "nan", "\\N", "never",
     "0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00Z", "00/00/0000", "-0001-11-30T00:00:00+00:00", "Invalid date",
     "infinity", "9999-12-31", "9999-12-31T23:59:59-05:00",
     "31 Dec 9999", "1970-01-01", "1970-01-01T00:00:00.000Z", "0001-01-01T00:00:00+14:00", "1900-01-01 00:00:00"],
)  # fmt: skip
def test_what_stands_for_no_date_is_none(value: Any) -> None:
    assert ISO_ONLY.read(value) is None


@pytest.mark.parametrize(
    ("text", "date_format", "found"),
    [
        ("04/03/2026 10:00", "%d/%m/%Y %H:%M", "2026-03-04T09:00:00+00:00"),
        ("04/03/2026 10:00", "%m/%d/%Y %H:%M", "2026-04-03T08:00:00+00:00"),
        ("12/Feb/21 10:19 PM", "%d/%b/%y %I:%M %p", "2021-02-12T21:19:00+00:00"),
        ("04.03.2026 10:00 +0500", "%d.%m.%Y %H:%M %z", "2026-03-04T05:00:00+00:00"),
        ("2026-03-10 09:00:00", "", "2026-03-10T08:00:00+00:00"),
        ("2026-07-10 09:00:00", "", "2026-07-10T07:00:00+00:00"),
        ("2026-03-10T09:00:00Z", "%d/%m/%Y %H:%M", "2026-03-10T09:00:00+00:00"),
        ("2026-03-10 09:00:00 EST", "%Y-%m-%d %H:%M:%S EST", "2026-03-10T08:00:00+00:00"),
    ],
)
def test_a_format_says_what_would_be_a_guess_and_a_zone_what_local_times_are(
    text: str, date_format: str, found: str
) -> None:
    moment = DateForm(zone=BERLIN, date_format=date_format).read(text)
    assert moment is not None and moment.isoformat() == found


def test_a_local_time_that_is_there_twice_is_the_first_and_a_skipped_one_goes_by_the_offset_before() -> None:
    form = DateForm(zone=BERLIN)
    assert form.read("2026-10-25 02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert form.read("2026-03-29 02:30") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date_format", "value"),
    [("epoch", 1773133200), ("epoch", "1773133200"), ("epoch", 1773133200.0), ("epoch", "1773133200.0"),
     ("epoch", "1773133200000"), ("epoch_ms", 1773133200000), ("epoch_ms", "1773133200000")],
)  # fmt: skip
def test_seconds_and_milliseconds_since_1970_are_read_where_the_format_says_so(date_format: str, value: Any) -> None:
    assert DateForm(date_format=date_format).read(value) == NINE


@pytest.mark.parametrize(
    ("date_format", "value"), [("epoch", 1773133200000000), ("epoch_ms", 1773133200), ("epoch", 17)]
)
def test_a_number_that_cannot_count_what_the_format_says_is_rejected(date_format: str, value: int) -> None:
    with pytest.raises(NotADate, match=f"is not a date as {date_format} "):
        DateForm(date_format=date_format).read(value)


@pytest.mark.parametrize("value", [0, "0", -62135596800, None, ""])
def test_an_empty_epoch_is_not_a_date(value: Any) -> None:
    assert DateForm(date_format="epoch").read(value) is None


@pytest.mark.parametrize("date_format", ["%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%d/%b/%y %I:%M %p", "epoch", "epoch_ms", ""])
def test_a_format_of_whole_days_is_taken(date_format: str) -> None:
    assert check_date_format(date_format) == date_format


@pytest.mark.parametrize("date_format", ["%d.%m.", "%H:%M", "dd.mm.yyyy", "%Q", "%Y-%m-%d %Z", "iso"])
def test_any_other_format_is_rejected_at_once(date_format: str) -> None:
    with pytest.raises(ValueError):
        check_date_format(date_format)


_FIRST, _LAST = datetime(1971, 2, 1), datetime(2999, 1, 1)  # noqa: DTZ001  hypothesis adds the zone
_MOMENTS = st.datetimes(_FIRST, _LAST).map(lambda each: each.replace(microsecond=0))
_OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(_MOMENTS, _OFFSETS)
def test_a_date_in_any_form_comes_back_equal(moment: datetime, offset: timezone) -> None:
    aware = moment.replace(tzinfo=offset)
    offset_text = aware.strftime("%z")
    texts = [
        aware.isoformat(),
        aware.isoformat(" "),
        aware.isoformat(timespec="milliseconds"),
        format_datetime(aware),
        aware.strftime("%Y-%m-%d %H:%M:%S %z"),
        aware.strftime("%Y/%m/%d %H:%M:%S %z"),
        aware.strftime("%d %B %Y %H:%M:%S %z"),
        aware.strftime("%b %d, %Y %I:%M:%S %p %z"),
        aware.strftime("%d/%b/%Y:%H:%M:%S %z"),
        aware.strftime(f"%a %b %d %Y %H:%M:%S GMT{offset_text} (Some Zone)"),
        aware.strftime("%a %b %d %H:%M:%S %z %Y"),
    ]
    assert {ISO_ONLY.read(text) for text in texts} == {aware.astimezone(UTC)}
    assert DateForm(date_format="epoch").read(int(aware.timestamp())) == aware
    assert DateForm(date_format="epoch_ms").read(str(int(aware.timestamp()) * 1000)) == aware
    assert DateForm(date_format="%d/%m/%Y %H:%M:%S %z").read(aware.strftime("%d/%m/%Y %H:%M:%S %z")) == aware


_DATE_LIKE = st.lists(
    st.sampled_from([*"0123456789-/.: TZ+(),", "2026", "Mar", "Tue", "GMT", "EST", "am", "12", "00"]), max_size=20
).map("".join)


@given(
    st.text(max_size=120) | _DATE_LIKE | st.integers() | st.floats() | st.booleans(),
    st.sampled_from(["", "epoch", "epoch_ms", "%d %m %Y"]),
)
def test_whatever_stands_there_is_a_date_no_date_or_rejected(value: Any, date_format: str) -> None:
    try:
        found = DateForm(zone=BERLIN, date_format=date_format).read(value)
    except NotADate:
        return
    assert found is None or found.tzinfo is UTC
