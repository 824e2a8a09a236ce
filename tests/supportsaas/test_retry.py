"""Waits between attempts, and the Retry-After header."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportsaas.reliability.retry import LONGEST_RETRY_AFTER, backoff_waits, parse_retry_after

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_the_waits_grow_as_powers_of_two_with_full_jitter() -> None:
    assert list(backoff_waits(attempts=4, jitter=lambda _low, high: high)) == [2.0, 4.0, 8.0]
    assert list(backoff_waits(attempts=4, jitter=lambda low, _high: low)) == [0.0, 0.0, 0.0]
    assert list(backoff_waits(attempts=1)) == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("Tue, 10 Mar 2026 12:00:30 GMT", 30.0),
        ("Tue, 10 Mar 2026 11:00:00 GMT", 0.0),
        ("Tue, 10 Mar 2099 11:00:00 GMT", LONGEST_RETRY_AFTER),
        ("1e9", LONGEST_RETRY_AFTER),
        ("inf", LONGEST_RETRY_AFTER),
        ("-5", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_capped(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, now=NOW) == seconds


@given(st.text())
def test_no_retry_after_header_makes_parsing_fail(header: str) -> None:
    seconds = parse_retry_after(header, now=NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER
