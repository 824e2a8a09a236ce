"""The lock on a real server."""

import threading
from datetime import timedelta

import pytest

from supportsaas.db import mongo
from supportsaas.reliability.lock import Lock, LockLost
from tests.conftest import FakeClock

pytestmark = pytest.mark.usefixtures("db")


def test_only_one_of_many_concurrent_takers_gets_the_lock() -> None:
    held: list[str] = []
    barrier = threading.Barrier(10)

    def take(name: str) -> None:
        barrier.wait()
        if Lock("acme").take(name) is not None:
            held.append(name)

    threads = [threading.Thread(target=take, args=(f"taker-{n}",)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 1
    assert Lock("acme").state().owner_id == held[0]


def test_locks_of_different_names_are_independent() -> None:
    assert Lock("acme").take("one") is not None
    assert Lock("globex").take("two") is not None


def test_a_held_lock_cannot_be_taken_until_it_expires(clock: FakeClock) -> None:
    lock = Lock("acme", clock=clock)
    assert lock.take("one") is not None
    clock.advance(seconds=59)
    assert lock.take("two") is None
    clock.advance(seconds=2)
    assert lock.take("two") is not None


def test_refreshing_a_lock_extends_it(clock: FakeClock) -> None:
    lock = Lock("acme", clock=clock)
    held = lock.take("one")
    assert held is not None
    for _ in range(5):
        clock.advance(seconds=50)
        held = lock.refresh(held)
    assert lock.take("two") is None
    assert held.expires_at == clock() + timedelta(seconds=60)


def test_an_expired_lock_cannot_be_refreshed_even_if_nobody_took_it(clock: FakeClock) -> None:
    lock = Lock("acme", clock=clock)
    held = lock.take("one")
    assert held is not None
    clock.advance(seconds=61)
    with pytest.raises(LockLost):
        lock.refresh(held)


def test_only_the_owner_can_release_a_lock(clock: FakeClock) -> None:
    lock = Lock("acme", clock=clock)
    first = lock.take("one")
    assert first is not None
    clock.advance(seconds=61)
    second = lock.take("two")
    assert second is not None
    assert lock.release(first) is False
    assert lock.state().owner_id == "two"
    assert lock.release(second) is True
    assert lock.state().locked is False


def test_a_holder_of_an_expired_lock_cannot_write(clock: FakeClock) -> None:
    lock = Lock("acme", clock=clock)
    sleeper = lock.take("one")
    assert sleeper is not None
    clock.advance(seconds=61)
    successor = lock.take("two")
    assert successor is not None
    assert successor.fence > sleeper.fence
    with pytest.raises(LockLost):
        mongo.in_transaction(lambda session: lock.assert_held(sleeper, session))
    mongo.in_transaction(lambda session: lock.assert_held(successor, session))


def test_the_fence_grows_also_over_a_release(clock: FakeClock) -> None:
    lock = Lock("acme", clock=clock)
    fences = []
    for _ in range(3):
        held = lock.take("same")
        assert held is not None
        fences.append(held.fence)
        lock.release(held)
    assert fences == [1, 2, 3]


def test_the_lock_state_shows_owner_and_expiry(clock: FakeClock) -> None:
    lock = Lock("acme", clock=clock)
    assert (lock.state().locked, lock.state().owner_id) == (False, None)
    lock.take("one")
    state = lock.state()
    assert (state.locked, state.owner_id, state.acquired_at, state.is_expired) == (True, "one", clock(), False)
    clock.advance(seconds=61)
    assert (lock.state().locked, lock.state().is_expired) == (False, True)
