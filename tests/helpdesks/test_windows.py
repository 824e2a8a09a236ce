"""Windows of a list with a ceiling or in order of change: no ticket is lost, none is read for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.helpdesks.base import Position, SourceError
from tickets.helpdesks.windows import Window, Windows

START = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
Ticket = tuple[int, int]
"""A number, and the second in which it changed."""


def stamp_and_id(ticket: Ticket) -> tuple[datetime | None, str]:
    number, second = ticket
    return (START + timedelta(seconds=second) if second >= 0 else None), str(number)


def ask(tickets: list[Ticket], window: Window, *, page: int, size: int, is_exclusive: bool) -> list[Ticket]:
    """A helpdesk's answer: what changed since the window's time, the oldest change first."""
    since = window.since
    found = sorted(
        (each for each in tickets if since is None or _is_since(each, since, is_exclusive=is_exclusive)),
        key=lambda each: (each[1], each[0]),
    )
    return found[page * size : (page + 1) * size]


def _is_since(ticket: Ticket, since: datetime, *, is_exclusive: bool) -> bool:
    changed = START + timedelta(seconds=ticket[1])
    return changed > since or (changed == since and not is_exclusive)


def read(tickets: list[Ticket], *, size: int, is_exclusive: bool, ceiling: int) -> list[Ticket]:
    """All that a read in order of change keeps, with a new window as soon as one may follow."""
    kept: list[Ticket] = []
    windows = Windows(since=None, start=None)
    for window in windows:
        for page in range(ceiling):
            records = ask(tickets, window, page=page, size=size, is_exclusive=is_exclusive)
            kept += window.leave_out_known(records, stamp_and_id)
            if not records:
                break
            if window.may_be_followed:
                windows.begin_next(window, host="help.example.com")
                break
        else:
            windows.begin_next(window, host="help.example.com")
    return kept


@given(
    st.lists(st.integers(0, 12), max_size=40).map(lambda seconds: list(enumerate(seconds))),
    st.integers(1, 7),
    st.booleans(),
)
def test_every_ticket_comes_and_none_of_one_window_comes_again_in_the_next(
    tickets: list[Ticket], size: int, is_exclusive: bool
) -> None:
    kept = read(tickets, size=size, is_exclusive=is_exclusive, ceiling=100)
    assert set(kept) == set(tickets)
    assert len(kept) <= 2 * len(tickets)
    if len({second for _, second in tickets}) == len(tickets):
        assert sorted(kept) == sorted(tickets)


def test_a_second_with_more_tickets_than_can_be_listed_is_an_error() -> None:
    with pytest.raises(SourceError, match="all tickets on them changed at the same time"):
        read([(number, 5) for number in range(10)], size=2, is_exclusive=False, ceiling=3)


def test_a_ticket_that_changed_again_is_not_left_out() -> None:
    first = Window(since=None)
    first.leave_out_known([(1, 3), (2, 3)], stamp_and_id)
    second = first.following(host="help.example.com")
    assert second.leave_out_known([(1, 3), (2, 4), (3, 3)], stamp_and_id) == [(2, 4), (3, 3)]


def test_tickets_without_a_stamp_are_always_kept_and_end_no_window() -> None:
    window = Window(since=START)
    assert window.leave_out_known([(1, -1), (1, -1)], stamp_and_id) == [(1, -1), (1, -1)]
    assert not window.may_be_followed


@pytest.mark.parametrize("second", [-100, 0, 1])
def test_a_change_no_later_than_the_start_ends_no_window(second: int) -> None:
    window = Window(since=START)
    window.leave_out_known([(1, second)], stamp_and_id)
    assert not window.may_be_followed


def test_a_read_goes_on_in_the_window_where_it_stopped() -> None:
    windows = Windows(since=None, start=None)
    window = next(iter(windows))
    window.leave_out_known([(1, 60)], stamp_and_id)
    windows.begin_next(window, host="help.example.com")
    second = next(iter(windows))
    place = windows.position(second, Position(2, "3"))
    assert place.pages_before == 3
    (resumed,) = Windows(since=None, start=place)
    assert resumed.since == second.since
    assert resumed.start == Position(3, "3")
    assert not resumed.is_first


@pytest.mark.parametrize("token", ["3", "", "|", "yesterday|3", "2026-13-01|3", "-"])
def test_a_token_of_another_kind_is_left_as_it_is(token: str) -> None:
    start = Position(2, token)
    (window,) = Windows(since=START, start=start)
    assert (window.since, window.start) == (START, start)


def test_the_first_window_has_the_positions_of_its_pages() -> None:
    windows = Windows(since=START, start=None)
    place = Position(4, "5")
    assert windows.position(next(iter(windows)), place) is place
