"""Concurrency limits: slots for everyone, fewer for one caller, each released once."""

import gc
import threading

import pytest

from supportsaas.reliability.concurrency_limit import ConcurrencyLimit, LimitReached


def refusal(limit: ConcurrencyLimit, caller: str) -> LimitReached:
    with pytest.raises(LimitReached) as caught:
        limit.take(caller)
    return caught.value


def test_a_concurrency_limit_holds_for_one_caller_and_for_all_callers() -> None:
    limit = ConcurrencyLimit("exports", total=3, each=2)
    held = [limit.take("ann"), limit.take("ann"), limit.take("bob")]
    own, others = refusal(limit, "ann"), refusal(limit, "carol")
    assert (own.status, others.status) == (429, 503)
    assert str(own) == "You already have 2 exports running. Nothing was changed. Try again when one has finished."
    assert str(others).startswith("The server is busy with other exports.")
    held[0].release()
    held[0].release()
    assert limit.taken == 2, "it was released once"
    with limit.take("carol"):
        assert refusal(limit, "bob").status == 503
    assert limit.taken == 2


def test_a_slot_that_nothing_refers_to_is_released() -> None:
    limit = ConcurrencyLimit("exports", total=1, each=1)
    slot: object = limit.take("ann")
    assert limit.taken == 1 and slot
    del slot
    gc.collect()
    assert limit.taken == 0


def test_a_slot_released_by_the_garbage_collector_while_another_is_taken_does_not_deadlock() -> None:
    limit = ConcurrencyLimit("exports", total=200, each=200)

    def take_and_forget() -> None:
        usual = gc.get_threshold()
        for moment in range(1, 40):  # so that one of the collections happens during the counting
            gc.collect()
            ring: list[object] = [limit.take("ann")]
            ring.append(ring)
            del ring
            gc.set_threshold(moment)
            try:
                limit.take("bob").release()
            finally:
                gc.set_threshold(*usual)

    taking = threading.Thread(target=take_and_forget, daemon=True)
    taking.start()
    taking.join(120)  # 39 full collections
    gc.collect()
    assert not taking.is_alive() and limit.taken == 0
