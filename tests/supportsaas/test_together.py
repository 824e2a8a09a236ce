"""Reads beside each other: at the same time, in order, with the faults and the context of who asked."""

import contextvars
import os
import threading

import pytest
from django.db import connection

from supportsaas.db import mongo
from supportsaas.db.parallel import MOST_AT_ONCE, begin, together


def meet(barrier: threading.Barrier, name: str) -> str:
    barrier.wait(5)  # raises where the other never comes
    return name


def test_reads_run_at_the_same_time_and_answer_in_order() -> None:
    barrier = threading.Barrier(3)
    assert together(*(lambda name=name: meet(barrier, name) for name in "abc")) == ["a", "b", "c"]
    assert together() == []


def test_what_was_begun_runs_while_the_caller_does_something_else() -> None:
    barrier = threading.Barrier(2)
    read = begin(lambda: meet(barrier, "begun"))
    assert meet(barrier, "here") == "here"
    assert read() == "begun"


def test_a_fault_reaches_who_asked() -> None:
    with pytest.raises(ZeroDivisionError):
        together(lambda: 1, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        begin(lambda: 1 // 0)()


def test_reads_that_begin_others_never_wait_for_ever() -> None:
    barrier = threading.Barrier(MOST_AT_ONCE)

    def read() -> int:
        meet(barrier, "all threads are taken")
        return sum(together(lambda: 1, lambda: 2))

    assert sum(each() for each in [begin(read) for _ in range(MOST_AT_ONCE)]) == 3 * MOST_AT_ONCE


def test_the_context_of_who_asked_is_there() -> None:
    request: contextvars.ContextVar[str] = contextvars.ContextVar("request")
    request.set("of the caller")
    assert together(request.get, request.get) == ["of the caller", "of the caller"]


@pytest.mark.django_db
def test_mongodb_is_read_through_the_callers_client_even_after_it_was_opened_anew() -> None:
    for _ in range(2):
        mongo.collection("notes").insert_one({"text": "here"})
        assert together(mongo.client, mongo.client) == [mongo.client()] * 2
        assert begin(lambda: mongo.collection("notes").count_documents({"text": "here"}))() > 0
        connection.close_pool()  # type: ignore[attr-defined]
    mongo.collection("notes").delete_many({})


def test_a_forked_process_reads_with_threads_of_its_own() -> None:
    assert together(lambda: 1, lambda: 2) == [1, 2]
    child = os.fork()
    if child == 0:
        os._exit(0 if together(lambda: 1, lambda: 2) == [1, 2] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
