"""The order of requests: slots for all, fewer for one caller or address, and waiting callers alternate."""

from supportsaas.web_server.fair_queue import Caller, FairQueue


def queue_of(*, slots: int, each: int = 99, each_address: int = 99, most_waiting: int = 100) -> FairQueue[str]:
    return FairQueue(slots=slots, each=each, each_address=each_address, most_waiting=most_waiting)


def caller(name: str, address: str = "") -> Caller:
    """A caller at its own address, unless one is given."""
    return Caller(name, address or f"address of {name}")


def test_one_caller_has_its_share_and_the_others_the_rest() -> None:
    queue = queue_of(slots=4, each=2)
    for number in range(5):
        assert queue.add(caller("ann"), f"ann {number}")
    assert queue.add(caller("bob"), "bob 0")
    assert [queue.take() for _ in range(4)] == ["ann 0", "bob 0", "ann 1", None]
    queue.end(caller("ann"))
    assert [queue.take() for _ in range(2)] == ["ann 2", None]


def test_waiting_callers_alternate_however_many_requests_one_has_sent() -> None:
    queue = queue_of(slots=1, each=1)
    for name in ("ann 0", "ann 1", "ann 2", "bob 0", "carol 0", "bob 1"):
        queue.add(caller(name.split()[0]), name)
    order = []
    while (taken := queue.take()) is not None:
        order.append(taken)
        queue.end(caller(taken.split()[0]))
    assert order == ["ann 0", "bob 0", "carol 0", "ann 1", "bob 1", "ann 2"]


def test_the_queue_is_short_and_one_caller_may_fill_half_of_it() -> None:
    queue = queue_of(slots=1, each=1, most_waiting=6)
    assert [queue.add(caller("ann"), "x") for _ in range(4)] == [True, True, True, False]
    assert [queue.add(caller("bob"), "x") for _ in range(4)] == [True, True, True, False]
    assert queue.add(caller("carol"), "x") is False, "nobody more"
    assert queue.take() == "x" and queue.add(caller("carol"), "x")


def test_an_address_with_many_names_has_its_share_and_the_others_the_rest() -> None:
    queue = queue_of(slots=4, each=2, each_address=3)
    for number in range(9):
        assert queue.add(caller(f"junk {number}", "203.0.113.5"), f"junk {number}")
    assert [queue.take() for _ in range(4)] == ["junk 0", "junk 1", "junk 2", None]
    assert queue.add(caller("bob", "203.0.113.6"), "bob")
    assert [queue.take() for _ in range(2)] == ["bob", None]
    queue.end(caller("junk 1", "203.0.113.5"))
    assert [queue.take() for _ in range(2)] == ["junk 3", None]


def test_a_caller_at_several_addresses_is_one_caller() -> None:
    queue = queue_of(slots=4, each=2, each_address=3)
    for number in range(4):
        queue.add(caller("ann", f"203.0.113.{number}"), f"ann {number}")
    assert [queue.take() for _ in range(3)] == ["ann 0", "ann 1", None]


def test_waiting_addresses_alternate_however_many_names_one_has() -> None:
    queue = queue_of(slots=1, each=1, each_address=1)
    for number in range(3):
        queue.add(caller(f"junk {number}", "203.0.113.5"), f"junk {number}")
    queue.add(caller("bob", "203.0.113.6"), "bob")
    assert queue.take() == "junk 0"
    queue.end(caller("junk 0", "203.0.113.5"))
    assert queue.take() == "bob"


def test_an_address_with_many_names_leaves_others_room_to_wait() -> None:
    queue = queue_of(slots=1, most_waiting=8)
    assert [queue.add(caller(str(number), "203.0.113.5"), "x") for number in range(7)] == [True] * 6 + [False]
    assert queue.add(caller("bob"), "bob")


def test_the_queue_forgets_callers_without_requests() -> None:
    queue = queue_of(slots=2)
    for number in range(5):
        queue.add(caller(str(number)), "x")
        queue.take()
        queue.end(caller(str(number)))
    kept = (queue._waiting, queue._waiting_of_address, queue._running, queue._running_of_address)
    assert not any(kept)
