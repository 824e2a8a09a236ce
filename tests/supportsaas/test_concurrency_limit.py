"""Places for what takes long: some for all, fewer for one caller, and each given back once."""

import gc
import threading

import pytest

from supportsaas.reliability.concurrency_limit import ConcurrencyLimit, LimitReached


def refusal(places: ConcurrencyLimit, caller: str) -> LimitReached:
    with pytest.raises(LimitReached) as caught:
        places.take(caller)
    return caught.value


def test_one_caller_has_some_and_all_have_no_more_than_there_are() -> None:
    places = ConcurrencyLimit("exports", total=3, each=2)
    held = [places.take("ann"), places.take("ann"), places.take("bob")]
    own, others = refusal(places, "ann"), refusal(places, "carol")
    assert (own.status, others.status) == (429, 503)
    assert str(own) == "You already have 2 exports running. Nothing was done; try again when one has ended."
    assert str(others).startswith("The server is busy with other exports.")
    held[0].give_back()
    held[0].give_back()
    assert places.taken == 2, "it was given back once"
    with places.take("carol"):
        assert refusal(places, "bob").status == 503
    assert places.taken == 2


def test_a_place_that_is_forgotten_is_free_again() -> None:
    places = ConcurrencyLimit("exports", total=1, each=1)
    place: object = places.take("ann")
    assert places.taken == 1 and place
    del place
    gc.collect()
    assert places.taken == 0


def test_a_place_that_the_garbage_collector_gives_back_while_another_is_taken_stops_nobody() -> None:
    places = ConcurrencyLimit("exports", total=200, each=200)

    def take_and_forget() -> None:
        usual = gc.get_threshold()
        for moment in range(1, 40):  # so that some collection falls into the counting
            gc.collect()
            ring: list[object] = [places.take("ann")]
            ring.append(ring)
            del ring
            gc.set_threshold(moment)
            try:
                places.take("bob").give_back()
            finally:
                gc.set_threshold(*usual)

    taking = threading.Thread(target=take_and_forget, daemon=True)
    taking.start()
    taking.join(20)
    gc.collect()
    assert not taking.is_alive() and places.taken == 0
