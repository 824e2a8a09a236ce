"""The shared sliding window on a real server."""

import json
import threading

import pytest

from supportsaas.reliability.rate_limiter import RateLimiter
from tests import processes
from tests.conftest import FakeClock

pytestmark = pytest.mark.usefixtures("db")


def limiter(clock: FakeClock | None = None, *, limit: int = 3, window: int = 60) -> RateLimiter:
    return RateLimiter("api.example", limit=limit, window_seconds=window, clock=clock)


def test_one_more_than_the_limit_waits_until_the_oldest_leaves_the_window(clock: FakeClock) -> None:
    window = limiter(clock)
    for _ in range(3):
        slot = window.acquire().slot
        assert slot is not None
        window.release(slot)
        clock.advance(seconds=10)
    refused = window.acquire()
    assert refused.slot is None
    assert refused.wait_seconds == pytest.approx(30)
    clock.advance(seconds=29)
    assert window.acquire().slot is None
    clock.advance(seconds=1)
    assert window.acquire().slot is not None


def test_a_request_counts_until_a_window_after_its_end(clock: FakeClock) -> None:
    window = limiter(clock, limit=1)
    slot = window.acquire().slot
    assert slot is not None
    clock.advance(seconds=25)  # the answer was slow
    window.release(slot)
    clock.advance(seconds=59)
    assert window.acquire().slot is None
    clock.advance(seconds=1)
    assert window.acquire().slot is not None


def test_the_slot_of_a_crashed_process_expires(clock: FakeClock) -> None:
    window = limiter(clock, limit=1)
    assert window.acquire().slot is not None
    clock.advance(seconds=179)
    assert window.acquire().slot is None
    clock.advance(seconds=2)
    assert window.acquire().slot is not None


def test_a_clock_that_goes_back_does_not_admit_more(clock: FakeClock) -> None:
    window = limiter(clock)
    for _ in range(3):
        assert window.acquire().slot is not None
    clock.advance(seconds=-300)
    assert window.acquire().slot is None


def test_a_pause_that_a_host_asks_for_stops_all_requests_to_it(clock: FakeClock) -> None:
    window = limiter(clock)
    window.hold_back(12)
    assert limiter(clock).acquire().wait_seconds == pytest.approx(12)
    window.hold_back(5)  # a shorter one does not shorten it
    clock.advance(seconds=11)
    assert limiter(clock).acquire().slot is None
    clock.advance(seconds=1)
    assert limiter(clock).acquire().slot is not None


def test_a_pause_that_a_host_asks_for_applies_even_without_a_limit(clock: FakeClock) -> None:
    limiter(clock, limit=0).hold_back(12)
    assert limiter(clock, limit=0).acquire().wait_seconds == pytest.approx(12)
    assert RateLimiter("other.example", limit=0, clock=clock).acquire().slot is not None
    clock.advance(seconds=12)
    assert limiter(clock, limit=0).acquire().slot is not None


@pytest.mark.parametrize(
    "written",
    ["help.example", "HELP.example", "help.example.", "help.example:443", "Help.Example.:443", "help.example:80",
     "user:secret@help.example", "help.example:0443", "help.example:"],
)  # fmt: skip
def test_a_host_has_one_rate_limit_window_in_every_notation(clock: FakeClock, written: str) -> None:
    assert RateLimiter(written, clock=clock).host == "help.example"


@pytest.mark.parametrize(
    ("written", "host"),
    [("help.example:8443", "help.example:8443"), ("[2001:DB8::1]:443", "[2001:db8::1]"), ("[::1]:9000", "[::1]:9000"),
     ("bücher.example", "xn--bcher-kva.example"), ("127.0.0.1:9000", "127.0.0.1:9000"), ("-", "-")],
)  # fmt: skip
def test_every_host_and_port_has_a_window_of_its_own(clock: FakeClock, written: str, host: str) -> None:
    assert RateLimiter(written, clock=clock).host == host


def test_hosts_do_not_share_a_window(clock: FakeClock) -> None:
    one, other = (RateLimiter(host, limit=1, clock=clock) for host in ("one.example", "other.example"))
    assert one.acquire().slot and other.acquire().slot


def test_a_tenant_with_a_thousand_pages_does_not_starve_one_with_two(clock: FakeClock) -> None:
    window = limiter(clock, limit=4)
    for _ in range(4):  # at 0, 10, 20 and 30 s
        slot = window.acquire("big").slot
        assert slot is not None
        window.release(slot)
        clock.advance(seconds=10)
    clock.advance(seconds=18)
    assert window.acquire("small").slot is None
    clock.advance(seconds=2)  # at 60 s the first slot lapses
    assert window.acquire("big").slot is None, "the one that has used less goes first"
    assert window.acquire("small").slot is not None
    clock.advance(seconds=8)
    assert window.acquire("small").slot is None
    clock.advance(seconds=2)  # at 70 s the second one
    assert window.acquire("big").slot is None
    assert window.acquire("small").slot is not None
    clock.advance(seconds=10)  # nobody else waits any more
    assert window.acquire("big").slot is not None


def test_a_caller_that_gave_up_waiting_does_not_block_others(clock: FakeClock) -> None:
    window = limiter(clock, limit=2)
    for _ in range(2):
        slot = window.acquire("big").slot
        assert slot is not None
        window.release(slot)
    clock.advance(seconds=30)
    slot = window.acquire("small").slot
    assert slot is None  # registers as waiting, and is never heard of again
    clock.advance(seconds=30)
    assert window.acquire("big").slot is not None


def test_a_limit_of_0_needs_no_slot() -> None:
    window = RateLimiter("api.example", limit=0)
    for _ in range(5):
        slot = window.acquire().slot
        assert slot is not None
        window.release(slot)
    assert window.state().current_requests == 0


def test_the_state_counts_the_window(clock: FakeClock) -> None:
    window = limiter(clock)
    assert (window.state().current_requests, window.state().remaining) == (0, 3)
    slot = window.acquire().slot
    assert slot is not None
    window.release(slot)
    assert (window.state().current_requests, window.state().remaining) == (1, 2)
    clock.advance(seconds=61)
    assert window.state().current_requests == 0


def test_many_threads_together_get_no_more_than_the_limit() -> None:
    admitted: list[str] = []

    def ask() -> None:
        for _ in range(20):
            if slot := limiter(limit=25, window=600).acquire().slot:
                admitted.append(slot)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 25


def test_four_processes_never_put_one_too_many_into_any_window(transactional_db: None) -> None:
    program = ("-m", "tests.supportsaas.limiter_process", "slots", "3")
    with processes.together(4, *program, env=processes.environment()) as go:
        arrivals = sorted(arrived for line in go() for _, arrived in json.loads(line))
    assert len(arrivals) > 25, "the processes were admitted in more than one window"
    worst = max(sum(1 for other in arrivals if first <= other < first + 1) for first in arrivals)
    assert worst <= 20
