"""Formatting of numbers, times and stored values."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsaas.formatting import (
    format_age,
    format_count,
    format_day,
    format_decimal,
    format_difference,
    format_due,
    format_duration,
    format_exact_time,
    format_label,
    format_minute,
    format_multiple,
    format_number,
    format_percent,
    format_percent_change,
    format_relative,
    format_rough_duration,
    format_seconds,
    format_short_number,
    format_span,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
APPS = ("supportsaas", "tenants", "tickets", "analytics")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1234567, "1,234,567"), (1234.5, "1,234.5"), (None, "–")],
)
def test_numbers_are_grouped_by_commas(number: float | None, text: str) -> None:
    assert format_number(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (7800, "2 h 10 min"),
        (2 * 86_400 - 1, "47 h 59 min"), (2 * 86_400, "2 d"), (3 * 86_400 + 4 * 3600, "3 d 4 h"),
    ],
)  # fmt: skip
def test_a_span_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert format_span(seconds) == text


@pytest.mark.parametrize(("ratio", "text"), [(0, "0.0%"), (0.1234, "12.3%"), (1, "100.0%"), (None, "–")])
def test_ratios_are_percentages_with_one_decimal(ratio: float | None, text: str) -> None:
    assert format_percent(ratio) == text


@pytest.mark.parametrize(
    ("value", "text"), [("in_progress", "In progress"), (True, "Yes"), (False, "No"), ("", "–"), (None, "–")]
)
def test_stored_words_become_readable(value: object, text: str) -> None:
    assert format_label(value) == text


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
    assert format_duration(length) == text


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (0, "just now", "now"),
        (44, "just now", "now"),
        (50, "1 minute ago", "1 min"),
        (119, "1 minute ago", "1 min"),
        (240, "4 minutes ago", "4 min"),
        (3600, "1 hour ago", "1 h"),
        (86_400 * 12, "12 days ago", "12 d"),
        (86_400 * 65, "2 months ago", "2 mo"),
        (86_400 * 800, "2 years ago", "2 y"),
        (-7200, "in 2 hours", "in 2 h"),
    ],
)
def test_a_time_reads_as_the_distance_from_now(seconds: int, long: str, short: str) -> None:
    moment = NOW - timedelta(seconds=seconds)
    assert (format_relative(moment, NOW), format_age(moment, NOW)) == (long, short)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-7200, "in 2 h"), (-10, "now"), (10, "now"), (240, "4 min late"), (86_400 * 3, "3 d late")],
)
def test_what_is_due_reads_as_late_once_it_is_past(seconds: int, text: str) -> None:
    assert format_due(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "10 Mar 2026, 12:00:00 UTC"),
        ("Europe/Berlin", "10 Mar 2026, 13:00:00 CET"),
        ("America/Sao_Paulo", "10 Mar 2026, 09:00:00 UTC-03"),
    ],
)
def test_the_exact_time_names_its_zone(zone: str, text: str) -> None:
    assert format_exact_time(NOW, ZoneInfo(zone)) == text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (89.4, "89 s"),
        (90, "1.5 min"),
        (25 * 60, "25 min"),
        (90 * 60, "1.5 h"),
        (6 * 3600, "6 h"),
        (17.4 * 3600, "17 h"),
        (47 * 3600, "47 h"),
        (48 * 3600, "2 days"),
        (2.3 * 86_400, "2.3 days"),
        (40 * 86_400, "40 days"),
        (1200 * 86_400, "1,200 days"),
        (None, "–"),
    ],
)
def test_a_rough_duration_uses_the_largest_unit_that_fits(seconds: float | None, words: str) -> None:
    assert format_rough_duration(seconds) == words


@given(st.floats(1, 10**8))
def test_a_rough_duration_is_close_to_the_exact_one(seconds: float) -> None:
    number, unit = format_rough_duration(seconds).split()
    rough = float(number.replace(",", "")) * {"s": 1, "min": 60, "h": 3600, "days": 86_400}[unit]
    assert rough == pytest.approx(seconds, rel=0.06, abs=0.5)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (2, "2 s"), (2.34, "2.3 s"), (30.0, "30 s"), (1879, "1,879 s")]
)
def test_seconds_have_one_decimal_where_it_says_something(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 tickets"), (1, "1 ticket"), (1879, "1,879 tickets")])
def test_a_count_agrees_with_its_noun(number: int, text: str) -> None:
    assert format_count(number, "ticket") == text


def test_an_irregular_plural_is_given() -> None:
    assert format_count(2, "status", "statuses") == "2 statuses"


@pytest.mark.parametrize(
    ("number", "text"), [(999, "999"), (1234, "1.2k"), (45_123, "45k"), (999_600, "1.0M"), (3_200_000, "3.2M")]
)
def test_a_short_number_has_four_characters_at_most(number: int, text: str) -> None:
    assert format_short_number(number) == text


@pytest.mark.parametrize(("ratio", "text"), [(3.21, "×3.2"), (9.96, "×10"), (14.2, "×14"), (1879.4, "×1,879")])
def test_a_multiple_of_ten_and_more_has_no_decimals(ratio: float, text: str) -> None:
    assert format_multiple(ratio) == text


@pytest.mark.parametrize(("ratio", "text"), [(0.123, "+12%"), (-0.5, "-50%"), (0.001, "+0.1%"), (0.0, "+0.0%")])
def test_a_small_change_in_percent_keeps_a_decimal(ratio: float, text: str) -> None:
    assert format_percent_change(ratio) == text


def test_a_difference_has_a_sign() -> None:
    assert (format_difference(1879), format_difference(-19)) == ("+1,879", "-19")


def test_a_decimal_has_no_zeros_at_its_end() -> None:
    assert [format_decimal(each) for each in (1234.5, 3.0, 0.25, 100.0)] == ["1,234.5", "3", "0.25", "100"]
    assert format_decimal(2.04, 1) == "2"


def test_percent_without_decimals() -> None:
    assert format_percent(0.876, decimals=0) == "88%"


def test_days_and_minutes_have_no_leading_zero() -> None:
    moment = datetime(2026, 1, 5, 9, 3, tzinfo=UTC)
    assert (format_day(moment), format_minute(moment)) == ("5 Jan 2026", "5 Jan 2026, 09:03")


_OWN_FORMATS = re.compile(
    r"""\{[^{}]*:\+?,(\.\d[f%])?\}"""  # an f-string that groups
    r"""|\{[^{}]*:\+?\.\d[f%]\}(%| s\b)"""  # or writes percent or seconds
    r"""|NARROW\ NO-BREAK|\\u202f|\u202f|toLocaleString|intcomma|floatformat""",
)
_MAY_FORMAT = ("supportsaas/formatting.py", "tickets/demo/")
"""The module itself, and amounts of money in demo tickets."""


def test_no_other_module_formats_numbers() -> None:
    files = [each for app in (*APPS, "templates", "static/js") for each in (ROOT / app).rglob("*.*")]
    found = [
        f"{name}:{number}: {line.strip()}"
        for each in files
        if each.suffix in (".py", ".html", ".jinja", ".txt", ".js")
        and not (name := str(each.relative_to(ROOT))).startswith(_MAY_FORMAT)
        for number, line in enumerate(each.read_text().splitlines(), start=1)
        if _OWN_FORMATS.search(line)
    ]
    assert found == []
