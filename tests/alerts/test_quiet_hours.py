"""Quiet hours of a channel, by the clocks of the tenant's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tickets.alerts.quiet_hours import problem_of_quiet_hours, quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = "Mon-Fri 22:00-07:00; Sat, Sun 00:00-24:00"


def until(text: str, at: str) -> str:
    """The local end of the quiet hours around a local time; empty outside of them."""
    found = quiet_until(text, datetime.fromisoformat(at).replace(tzinfo=BERLIN), zone=BERLIN)
    return found.astimezone(BERLIN).strftime("%a %H:%M") if found else ""


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-03-10T21:59", ""),
        ("2026-03-10T22:00", "Wed 07:00"),
        ("2026-03-11T06:59", "Wed 07:00"),
        ("2026-03-11T07:00", ""),
        ("2026-03-13T22:30", "Mon 00:00"),  # Friday night and the weekend are one
        ("2026-03-15T12:00", "Mon 00:00"),
        ("2026-03-16T03:00", ""),  # Monday's hours begin in the evening
    ],
)
def test_nights_last_past_midnight_and_unite_with_the_weekend(at: str, end: str) -> None:
    assert until(NIGHTS, at) == end


def test_the_night_on_which_clocks_go_forward_is_an_hour_shorter() -> None:
    text = "Mon-Sun 22:00-07:00"
    end = quiet_until(text, datetime(2026, 3, 28, 21, 30, tzinfo=UTC), zone=BERLIN)
    assert end == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    assert quiet_until(text, datetime(2026, 3, 29, 5, 0, tzinfo=UTC), zone=BERLIN) is None


def test_the_night_on_which_clocks_go_back_is_an_hour_longer() -> None:
    text = "Mon-Sun 22:00-07:00"
    end = quiet_until(text, datetime(2026, 10, 24, 20, 30, tzinfo=UTC), zone=BERLIN)
    assert end == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)
    for hour in (0, 1):  # both of the hours from 2 to 3
        assert quiet_until("Sun 02:00-03:00", datetime(2026, 10, 25, hour, 30, tzinfo=UTC), zone=BERLIN) is not None


def test_the_new_year_ends_no_quiet_hours() -> None:
    assert until("Mon-Sun 20:00-09:00", "2026-12-31T23:00") == "Fri 09:00"


def test_without_quiet_hours_it_is_never_quiet() -> None:
    assert until("", "2026-03-15T03:00") == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (NIGHTS, ""),
        ("", ""),
        ("Mon-Sun 00:00-24:00", "nothing would ever be sent"),
        ("Mon-Sun 07:00-06:00; Mon-Sun 06:00-07:00", "nothing would ever be sent"),
        ("at night", "Write days and times as in"),
        ("Mon 22:00", "Write times as in"),
        ("Mon 22:00-22:00", "is empty"),
        ("Mon 22:00-25:00", "is not a time"),
    ],
)
def test_what_is_wrong_with_quiet_hours_is_a_sentence(text: str, sentence: str) -> None:
    found = problem_of_quiet_hours(text)
    assert sentence in found and bool(found) == bool(sentence)
