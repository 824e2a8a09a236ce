"""Parallel reads: they overlap, keep their order, and pass on the caller's context and their errors."""

import contextvars
import os
import threading

import pytest

from supportsaas.db import mongo
from supportsaas.db.parallel import MOST_AT_ONCE, run_parallel, start


def meet(barrier: threading.Barrier, name: str) -> str:
    barrier.wait(5)  # raises where the other never comes
    return name


def test_parallel_reads_overlap_and_return_in_order() -> None:
    barrier = threading.Barrier(3)
    assert run_parallel(*(lambda name=name: meet(barrier, name) for name in "abc")) == ["a", "b", "c"]
    assert run_parallel() == []


def test_a_started_read_runs_while_the_caller_does_something_else() -> None:
    barrier = threading.Barrier(2)
    read = start(lambda: meet(barrier, "started"))
    assert meet(barrier, "here") == "here"
    assert read() == "started"


def test_the_caller_gets_the_error_of_a_parallel_read() -> None:
    with pytest.raises(ZeroDivisionError):
        run_parallel(lambda: 1, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        start(lambda: 1 // 0)()


def test_parallel_reads_that_start_further_reads_do_not_deadlock() -> None:
    barrier = threading.Barrier(MOST_AT_ONCE)

    def read() -> int:
        meet(barrier, "all threads are taken")
        return sum(run_parallel(lambda: 1, lambda: 2))

    assert sum(each() for each in [start(read) for _ in range(MOST_AT_ONCE)]) == 3 * MOST_AT_ONCE


def test_parallel_reads_see_the_context_of_the_caller() -> None:
    request: contextvars.ContextVar[str] = contextvars.ContextVar("request")
    request.set("of the caller")
    assert run_parallel(request.get, request.get) == ["of the caller", "of the caller"]


@pytest.mark.usefixtures("db")
def test_parallel_reads_use_the_callers_client_even_after_it_was_reopened() -> None:
    for _ in range(2):
        mongo.collection("notes").insert_one({"text": "here"})
        assert run_parallel(mongo.client, mongo.client) == [mongo.client()] * 2
        assert start(lambda: mongo.collection("notes").count_documents({"text": "here"}))() > 0
        mongo.close()
    mongo.collection("notes").delete_many({})


def test_a_forked_process_reads_in_its_own_threads() -> None:
    assert run_parallel(lambda: 1, lambda: 2) == [1, 2]
    child = os.fork()
    if child == 0:
        os._exit(0 if run_parallel(lambda: 1, lambda: 2) == [1, 2] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
