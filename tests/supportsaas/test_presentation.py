"""How numbers and times look."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template

from supportsaas.templatetags.presentation import (
    badge,
    duration,
    exact_time,
    grouped,
    label,
    percent,
    relative,
    short_age,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1234567, "1,234,567"), (1234.5, "1,234.5"), (None, "–")],
)
def test_numbers_are_grouped_by_commas(number: float | None, text: str) -> None:
    assert grouped(number) == text


@pytest.mark.parametrize(("ratio", "text"), [(0, "0.0%"), (0.1234, "12.3%"), (1, "100.0%"), (None, "–")])
def test_ratios_are_percentages_with_one_decimal(ratio: float | None, text: str) -> None:
    assert percent(ratio) == text


@pytest.mark.parametrize(
    ("value", "text"), [("in_progress", "In progress"), (True, "Yes"), (False, "No"), ("", "–"), (None, "–")]
)
def test_stored_words_become_readable(value: object, text: str) -> None:
    assert label(value) == text


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (4, "4 s"),
        (timedelta(seconds=125), "2 min 5 s"),
        (3780, "1 h 3 min"),
        (59.7, "1 min 0 s"),
        (None, "–"),
        (-3, "0 s"),
    ],
)
def test_durations(length: timedelta | float | None, text: str) -> None:
    assert duration(length) == text


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (0, "just now", "now"),
        (44, "just now", "now"),
        (50, "1 minute ago", f"1{THIN}min"),
        (119, "1 minute ago", f"1{THIN}min"),
        (240, "4 minutes ago", f"4{THIN}min"),
        (3600, "1 hour ago", f"1{THIN}h"),
        (86_400 * 12, "12 days ago", f"12{THIN}d"),
        (86_400 * 65, "2 months ago", f"2{THIN}mo"),
        (86_400 * 800, "2 years ago", f"2{THIN}y"),
        (-7200, "in 2 hours", f"in 2{THIN}h"),
    ],
)
def test_times_are_told_from_now(seconds: int, long: str, short: str) -> None:
    moment = NOW - timedelta(seconds=seconds)
    assert (relative(moment, NOW), short_age(moment, NOW)) == (long, short)


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "10 Mar 2026, 12:00:00 UTC"),
        ("Europe/Berlin", "10 Mar 2026, 13:00:00 CET"),
        ("America/Sao_Paulo", "10 Mar 2026, 09:00:00 UTC-03"),
    ],
)
def test_the_exact_time_names_its_zone(zone: str, text: str) -> None:
    assert exact_time(NOW, ZoneInfo(zone)) == text


def test_a_time_that_is_in_nobodys_zone_says_utc() -> None:
    template = Template("{% load presentation %}{% exact moment zone %}")
    assert ">31 Jan 2026, 08:00 UTC<" in template.render(Context({"moment": datetime(2026, 1, 31, 8, tzinfo=UTC)}))
    berlin = {"moment": datetime(2026, 1, 31, 8, tzinfo=UTC), "zone": ZoneInfo("Europe/Berlin")}
    assert ">31 Jan 2026, 09:00<" in template.render(Context(berlin))


def test_a_time_carries_the_exact_one_for_hover_and_programs() -> None:
    template = Template("{% load presentation %}{% exact moment zone %}{% ago nothing %}")
    html = template.render(Context({"moment": NOW, "zone": ZoneInfo("Asia/Tokyo"), "nothing": None}))
    assert html == (
        '<time datetime="2026-03-10T12:00:00Z" title="10 Mar 2026, 21:00:00 JST">10 Mar 2026, 21:00</time>–'
    )


def test_a_badge_escapes_what_a_helpdesk_calls_its_states() -> None:
    assert badge("status", '"><b>') == '<span class="badge status--b-">&quot;&gt;&lt;b&gt;</span>'
    assert badge("status", "x hidden") == '<span class="badge status-x-hidden">X hidden</span>'
    assert badge("status", "in_progress") == '<span class="badge status-in-progress">In progress</span>'
