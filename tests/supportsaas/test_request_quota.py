"""The quota of requests per caller on a real server."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportsaas.db import mongo
from supportsaas.reliability.quota import COLLECTION, RequestQuota
from tests import processes
from tests.conftest import FakeClock

pytestmark = pytest.mark.usefixtures("db")


def test_the_whole_limit_may_be_used_at_once_and_then_comes_back_evenly(clock: FakeClock) -> None:
    quota = RequestQuota("a", limit=6, clock=clock)
    assert [quota.take().remaining for _ in range(6)] == [5, 4, 3, 2, 1, 0]
    refused = quota.take()
    assert (refused.remaining, refused.reset_seconds) == (0, 60)
    assert refused.retry_after == pytest.approx(10)
    clock.advance(seconds=9.9)
    assert quota.take().retry_after == pytest.approx(0.1, abs=0.01)
    clock.advance(seconds=0.1)
    assert quota.take().retry_after is None
    assert quota.take().retry_after is not None
    clock.advance(seconds=60)
    assert [quota.take().remaining for _ in range(6)] == [5, 4, 3, 2, 1, 0]


def test_callers_have_separate_quotas(clock: FakeClock) -> None:
    assert RequestQuota("a", limit=1, clock=clock).take().retry_after is None
    assert RequestQuota("b", limit=1, clock=clock).take().retry_after is None
    assert RequestQuota("a", limit=1, clock=clock).take().retry_after is not None


def test_a_clock_that_goes_back_admits_no_more(clock: FakeClock) -> None:
    quota = RequestQuota("a", limit=2, clock=clock)
    assert [quota.take().retry_after for _ in range(2)] == [None, None]
    clock.advance(seconds=-3000)
    assert quota.take().retry_after is not None


def test_used_quota_is_deleted_after_two_minutes(clock: FakeClock) -> None:
    RequestQuota("a", limit=2, clock=clock).take()
    kept = mongo.collection(COLLECTION).find_one({"_id": "a"})
    assert kept is not None and (kept["expires_at"] - clock()).total_seconds() == 120


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 50), pauses=st.lists(st.floats(0, 20), min_size=1, max_size=60))
def test_no_time_span_admits_more_than_the_limit_and_what_was_regained(
    clock: FakeClock, limit: int, pauses: list[float]
) -> None:
    mongo.collection(COLLECTION).delete_many({})
    quota = RequestQuota("a", limit=limit, clock=clock)
    admitted = []
    for pause in pauses:
        clock.advance(seconds=round(pause, 3))
        taken = quota.take()
        if taken.retry_after is None:
            admitted.append(clock().timestamp())
        else:
            clock.advance(seconds=taken.retry_after + 0.001)
            assert quota.take().retry_after is None, "what Retry-After says is enough"
            admitted.append(clock().timestamp())
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            came_back = (admitted[last] - admitted[first]) * limit / 60
            assert last - first + 1 <= limit + came_back + 0.01


def test_many_threads_together_get_no_more_than_the_limit(clock: FakeClock) -> None:
    admitted: list[int] = []

    def ask() -> None:
        for _ in range(20):
            if RequestQuota("a", limit=25, clock=clock).take().retry_after is None:
                admitted.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 25


def test_processes_share_a_quota(transactional_db: None) -> None:
    program = ("-m", "tests.supportsaas.limiter_process", "quota", "30")
    with processes.together(2, *program, env=processes.environment()) as go:
        admitted = sum(map(int, go()))
    assert admitted == 40
