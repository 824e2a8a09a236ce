"""A page is stored in a thread of its own, in order, and nothing is under way afterwards."""

import threading
from functools import partial

import pytest

from tickets.ingestion.write_behind import WriteBehind


def test_work_is_in_progress_while_the_caller_continues() -> None:
    may_end = threading.Event()
    events: list[str] = []

    def work() -> None:
        assert may_end.wait(10)
        events.append("stored")

    with WriteBehind() as behind:
        behind.begin(work, then=lambda: events.append("noted"))
        events.append("compared the next")
        may_end.set()
        behind.settle()
        assert events == ["compared the next", "stored", "noted"]


def test_the_next_piece_begins_when_the_one_before_is_noted() -> None:
    events: list[str] = []
    with WriteBehind() as behind:
        for name in "abc":
            behind.begin(partial(events.append, f"store {name}"), then=partial(events.append, f"note {name}"))
    assert events == ["store a", "note a", "store b", "note b", "store c", "note c"]


def test_what_a_piece_raises_comes_with_the_next_one_and_is_not_noted() -> None:
    noted: list[str] = []

    def fail() -> None:
        raise RuntimeError("not stored")

    with WriteBehind() as behind:
        behind.begin(fail, then=lambda: noted.append("a"))
        with pytest.raises(RuntimeError, match="not stored"):
            behind.begin(lambda: noted.append("stored b"), then=lambda: noted.append("b"))
    assert noted == []


def test_an_exception_on_its_way_waits_for_what_is_under_way_and_has_it_noted() -> None:
    events: list[str] = []
    with pytest.raises(ValueError, match="no next page"), WriteBehind() as behind:
        behind.begin(lambda: events.append("stored"), then=lambda: events.append("noted"))
        raise ValueError("no next page")
    assert events == ["stored", "noted"]


def test_the_last_piece_is_not_lost_silently() -> None:
    def fail() -> None:
        raise RuntimeError("not stored")

    with pytest.raises(RuntimeError, match="not stored"), WriteBehind() as behind:
        behind.begin(fail, then=lambda: None)
