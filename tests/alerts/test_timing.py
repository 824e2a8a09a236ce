"""When a failed message is retried."""

import random

from tickets.alerts.timing import pause_after, pause_after_rejection


def longest(_shortest: float, longest: float) -> float:
    return longest


def test_waits_within_a_series_are_at_most_two_and_four_seconds() -> None:
    assert [pause_after(tries, jitter=longest).seconds for tries in (1, 2)] == [2, 4]
    assert not pause_after(1).series_is_over and not pause_after(2).series_is_over


def test_waits_within_a_series_start_at_zero() -> None:
    jitter = random.Random(1).uniform
    waits = [pause_after(2, jitter=jitter).seconds for _ in range(2000)]
    assert min(waits) < 0.05 and max(waits) > 3.95
    assert 1.9 < sum(waits) / len(waits) < 2.1


def test_pauses_between_series_double_up_to_a_day() -> None:
    gaps = [pause_after(3 * row, jitter=longest) for row in range(1, 15)]
    assert all(gap.series_is_over for gap in gaps)
    assert [gap.seconds for gap in gaps[:5]] == [60, 120, 240, 480, 960]
    assert gaps[-1].seconds == 86_400
    assert pause_after(3_000_000, jitter=longest).seconds == 86_400


def test_each_series_starts_with_short_waits() -> None:
    assert [pause_after(tries, jitter=longest).seconds for tries in (4, 5)] == [2, 4]


def test_a_requested_wait_is_respected() -> None:
    assert pause_after(1, retry_after=17, jitter=longest).seconds == 17
    assert pause_after(3, retry_after=17, jitter=longest).seconds == 60
    assert pause_after(1, retry_after=17, jitter=longest).series_is_over, "the next attempt is no part of the row"


def test_a_rejected_message_gets_five_attempts() -> None:
    pauses = [pause_after_rejection(refusals) for refusals in range(1, 6)]
    assert [pause and pause.seconds for pause in pauses] == [60, 300, 1500, 7500, None]
    found = pause_after_rejection(1, retry_after=400)
    assert found is not None and found.seconds == 400
