"""Whose request is next: places for all, fewer for one caller, and callers take turns."""

from supportsaas.web_server.turns import Turns


def test_one_caller_has_its_share_and_the_others_the_rest() -> None:
    turns: Turns[str] = Turns(places=4, each=2, most_waiting=100)
    for number in range(5):
        assert turns.add("ann", f"ann {number}")
    assert turns.add("bob", "bob 0")
    assert [turns.take() for _ in range(4)] == ["ann 0", "bob 0", "ann 1", None]
    turns.end("ann")
    assert [turns.take() for _ in range(2)] == ["ann 2", None]


def test_those_who_wait_take_turns_however_many_one_has_sent() -> None:
    turns: Turns[str] = Turns(places=1, each=1, most_waiting=100)
    for name in ("ann 0", "ann 1", "ann 2", "bob 0", "carol 0", "bob 1"):
        turns.add(name.split()[0], name)
    order = []
    while (name := turns.take()) is not None:
        order.append(name)
        turns.end(name.split()[0])
    assert order == ["ann 0", "bob 0", "carol 0", "ann 1", "bob 1", "ann 2"]


def test_few_wait_and_half_of_them_may_be_one_callers() -> None:
    turns: Turns[int] = Turns(places=1, each=1, most_waiting=6)
    assert [turns.add("ann", number) for number in range(4)] == [True, True, True, False]
    assert [turns.add("bob", number) for number in range(4)] == [True, True, True, False]
    assert turns.add("carol", 0) is False, "nobody more"
    assert turns.take() == 0 and turns.add("carol", 0)
