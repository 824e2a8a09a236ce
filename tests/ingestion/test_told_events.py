"""What a helpdesk tells about a ticket's past, read from whatever it sends, and what follows for closings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.helpdesks.events import Events
from tickets.helpdesks.events_options import EventsOptions
from tickets.helpdesks.options import rest_options
from tickets.planning.told_history import events_to_add, not_told
from tickets.records.normalize import TicketContent
from tickets.records.statuses import StatusMap
from tickets.records.told_events import MOST_EVENTS, Telling, ToldChange, read_telling
from tickets.records.told_transitions import told_transitions
from tickets.records.transitions import Transitions

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO_MAP = StatusMap()

Given = dict[str, Any]


def at(hours: float) -> datetime:
    return NOON + hours * HOUR


def event(hours: float, old: Any, new: Any, *, id_: Any = None, field: str = "status") -> Given:
    changes = [{"field": field, "old": old, "new": new}]
    return {"id": id_, "at": at(hours).isoformat(), "author": "Bob", "changes": changes}


def telling(*events: Given) -> Telling:
    return read_telling(events, statuses=NO_MAP)


def content(status: str, *, updated: float = 100, **values: Any) -> TicketContent:
    fields: Given = dict.fromkeys(("external_id", "source", "customer_id", "subject", "message"), "")
    return TicketContent(**(fields | {"status": status, "created_at": NOON, "updated_at": at(updated)} | values))


class TestReading:
    def test_events_are_in_order_of_time_whatever_the_order_of_the_list(self) -> None:
        told = telling(event(3, "closed", "open"), event(2, "open", "closed"))
        assert [each.at for each in told.events] == [at(2), at(3)]

    @pytest.mark.parametrize("is_newest_first", [False, True])
    @pytest.mark.parametrize("ids", [(None, None, None), (9, 10, 11)])
    def test_events_of_the_same_second_keep_their_order(self, is_newest_first: bool, ids: tuple[Any, ...]) -> None:
        events = [
            event(1, "open", "pending", id_=ids[0]),
            event(2, "pending", "closed", id_=ids[1]),
            event(2, "closed", "open", id_=ids[2]),
        ]
        told = telling(*(events[::-1] if is_newest_first else events))
        assert [each.new for _, each in told.changes_of("status")] == ["pending", "closed", "open"]

    def test_the_tenants_map_gives_statuses_their_meaning(self) -> None:
        told = read_telling([event(1, "Neu", "Weg")], statuses=StatusMap({"weg": "closed"}))
        assert told.events[0].changes == (ToldChange("status", "Neu", "closed"),)

    def test_an_event_that_comes_twice_counts_once(self) -> None:
        assert len(telling(event(1, "open", "closed", id_=7), event(1, "open", "closed", id_="7")).events) == 1
        assert len(telling(event(1, "open", "closed"), event(1, "open", "closed")).events) == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            event(1, "open", None),
            event(1, "open", ["closed"]),
            event(1, "open", "closed") | {"at": "10.03.26"},
            event(1, "open", "closed") | {"at": None},
            event(1, "open", "closed") | {"changes": "status"},
            event(1, "x", "y", field="subject"),
        ],
    )
    def test_one_that_cannot_be_read_is_left_out_and_counted(self, wrong: Given) -> None:
        told = telling(wrong, event(2, "open", "closed"))
        assert (len(told.events), told.left_out) == (1, 1)

    def test_the_newest_of_very_many_are_kept(self) -> None:
        told = read_telling([event(n, "open", "closed") for n in range(MOST_EVENTS + 3)], statuses=NO_MAP, missing=4)
        assert (len(told.events), told.events[0].at, told.left_out) == (MOST_EVENTS, at(3), 7)

    def test_what_cannot_have_happened_is_not_told(self) -> None:
        told = telling(event(1, "open", "closed"), event(9, "closed", "open")).until(at(8))
        assert (len(told.events), told.left_out) == (1, 1)

    def test_the_digest_changes_with_any_event_and_is_empty_without(self) -> None:
        one, other = telling(event(1, "open", "closed")), telling(event(1, "open", "solved"))
        assert one.digest() != other.digest()
        assert telling().digest() == ""


class TestTransitions:
    @pytest.mark.parametrize(
        ("now", "events", "expected"),
        [
            (content("open"), [], None),
            (content("closed"), [event(1, "a", "b", field="assignee")], None),
            (content("closed"), [event(2, "open", "closed")], Transitions((at(2),))),
            (content("closed", resolved_at=at(5)), [event(2, "open", "closed")], Transitions((at(2),))),
            (content("open"), [event(2, "open", "closed"), event(3, "closed", "open")], Transitions((at(2), at(3)))),
            (content("closed"), [event(2, None, "closed"), event(3, None, "solved")], Transitions((at(2),))),
            (content("open"), [event(1, "open", "pending")], Transitions()),
            # Before the ticket was created here, it had another life.
            (content("closed"), [event(-5, "open", "closed")], Transitions((NOON,))),
            # The first told change begins at closed.
            (content("open"), [event(2, "closed", "open")], Transitions((NOON, at(2)), is_closing_known=False)),
            # A reopening that is not told happened before the next closing.
            (
                content("closed"),
                [event(2, "open", "closed"), event(5, "open", "closed")],
                Transitions((at(2), at(5), at(5))),
            ),
            # The list was read before the events.
            (content("open", updated=1), [event(2, "open", "closed")], Transitions()),
            # The events were read before the list.
            (content("open", updated=9), [event(2, "open", "closed")], Transitions((at(2), at(9)))),
            (content("closed", resolved_at=at(7)), [event(1, "new", "open")], Transitions((at(7),))),
            (content("closed"), [event(1, "new", "open")], None),
            (content("closed", is_first_seen=True), [event(2, "open", "closed")], None),
        ],
    )
    def test_of_a_new_ticket(self, now: TicketContent, events: list[Given], expected: Transitions | None) -> None:
        assert told_transitions(now, telling(*events), now=at(200)) == expected

    def test_what_a_sync_noticed_stands_until_it_is_told(self) -> None:
        stored = {"status": "open", "turns": [at(2), at(4)], "is_closing_known": True}
        told = telling(event(2, "open", "closed"))
        assert told_transitions(content("open", updated=9), told, now=at(200), stored=stored) == Transitions(
            (at(2), at(4))
        )


class TestEntries:
    def test_only_what_no_sync_could_notice_is_added(self) -> None:
        told = telling(*(event(hours, f"s{hours}", f"s{hours + 1}") for hours in range(6)))
        stored: Given = {"updated_at": at(4), "first_seen_at": at(1)}
        assert [each.at for each in events_to_add(told, stored)] == [at(0), at(1), at(4), at(5)]
        assert [each.at for each in events_to_add(told, {**stored, "events_digest": "x"})] == [at(4), at(5)]

    def test_a_noticed_change_that_leads_elsewhere_is_kept(self) -> None:
        events = telling(event(1, "open", "In Progress")).events
        same, other = ({"status": {"old": "open", "new": each}} for each in ("in_progress", "closed"))
        assert not_told(same, events) == {}
        assert not_told(other, events) == other
        assert not_told({"subject": {"old": "a", "new": "b"}}, events) == {"subject": {"old": "a", "new": "b"}}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["status", "1"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["id", "created", "items", "field", "from", "to", "fromString", "toString", "histories",
                         "changelog", "total", "@event_values", "status", "author", "displayName"]), inner, max_size=6
    ),
    max_leaves=25,
)  # fmt: skip


@given(
    record=st.fixed_dictionaries({"changelog": st.fixed_dictionaries({"histories": st.lists(JUNK), "total": JUNK})})
    | JUNK
)
def test_whatever_a_helpdesk_sends_is_read_or_left_out(record: Any) -> None:
    options = rest_options("jira", {"site": "acme", "project": "SUP"}).events
    assert options is not None
    events = Events(options, timezone="UTC", date_format="", messages="", read_status=lambda values: values[0])
    found, missing = events.of(record)
    told = read_telling(found or [], statuses=NO_MAP, missing=missing)
    assert told.left_out >= 0
    assert [each.at for each in told.events] == sorted(each.at for each in told.events)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"fields": {"priority": "p"}}, "fields must name status"),
        ({"records": ""}, "needs records or among_messages"),
        ({"among_messages": True}, "needs records or among_messages"),
        ({"new": None}, "needs new"),
    ],
)
def test_settings_that_cannot_work_are_refused(changed: Given, sentence: str) -> None:
    given_ = {"records": "events", "fields": {"status": "status"}, "new": "to"}
    assert EventsOptions.model_validate(given_)
    with pytest.raises(ValueError, match=sentence):
        EventsOptions.model_validate(given_ | changed)
