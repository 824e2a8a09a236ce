"""The wait that a rate-limited response asks for, in any header."""

from datetime import UTC, datetime

import httpx
import pytest

from tickets.helpdesks.limits import minimum_pause, requested_pause

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "2s"}, 2),
        ({"Retry-After": "2.5 seconds"}, 2.5),
        ({"Retry-After": "1500ms"}, 1.5),
        ({"Retry-After": "1 min"}, 60),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "3600"}, 300),
        ({"Retry-After": "Tue, 10 Mar 2026 12:00:09 GMT"}, 9),
        ({"Retry-After": "2026-03-10T12:00:09Z"}, 9),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(EPOCH + 130)}, 130),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((EPOCH + 30) * 1000)}, 30),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "12.5"}, 12.5),
        ({"X-RateLimit-Reset": str(EPOCH + 4)}, 4),
        ({"X-RateLimit-Reset": str(EPOCH - 4)}, 0),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "20"}, 20),
        ({"RateLimit": "limit=100, remaining=0, reset=21"}, 21),
        ({"RateLimit": '"default";r=0;t=22'}, 22),
        ({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "23"}, 23),
        ({"X-RateLimit-Retry-After": "24"}, 24),
        ({"X-RateLimit-Remaining": "0"}, 10),
        ({"Retry-After": "0", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "25"}, 25),
        # The helpdesk's clock is five minutes behind ours, and it is its clock by which it names the moment.
        ({"Date": "Tue, 10 Mar 2026 11:55:00 GMT", "X-RateLimit-Reset": str(EPOCH - 290)}, 10),
    ],
)
def test_the_pause_is_read_from_any_header(status: int, headers: dict[str, str], seconds: float) -> None:
    assert requested_pause(status, httpx.Headers(headers), now=NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {}),
        (403, {"X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": str(EPOCH + 130)}),
        (403, {"X-RateLimit-Limit": "5000"}),
        (401, {"Retry-After": "7"}),
        (404, {"X-RateLimit-Remaining": "0"}),
        (503, {}),
        (503, {"X-RateLimit-Reset": "7"}),
    ],
)
def test_a_refusal_without_signs_of_a_limit_is_no_rate_limit(status: int, headers: dict[str, str]) -> None:
    assert requested_pause(status, httpx.Headers(headers), now=NOW) is None


@pytest.mark.parametrize("value", ["", "soon", "-5", "nan", "inf", "1e9", "9" * 400, "²", "0x10"])
def test_an_invalid_wait_is_replaced_by_the_default(value: str) -> None:
    pause = requested_pause(429, httpx.Headers({b"Retry-After": value.encode()}), now=NOW)
    assert pause is not None and 0 <= pause <= 300


def test_minimum_pauses_grow_with_each_rejection() -> None:
    pauses = [minimum_pause(times) for times in range(1, 10)]
    assert pauses == sorted(pauses)
    assert pauses[0] > 0 and 10 < sum(pauses) < 30
