"""When a ticket was closed and reopened: what is known of it, and what nobody knows."""

from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import NOON, store_tickets
from tickets.records.normalize import TicketContent
from tickets.records.transitions import Transitions, first_transitions, next_transitions

HOUR = timedelta(hours=1)
CONTENT = TicketContent(
    external_id="T-1",
    source="email",
    customer_id="",
    subject="",
    message="",
    status="open",
    created_at=NOON,
    updated_at=NOON,
)


def at(hours: float) -> datetime:
    return NOON + hours * HOUR


def content(status: str, **values: Any) -> TicketContent:
    return replace(CONTENT, status=status, **values)


def stored(status: str, turns: list[datetime] | None = None, **values: Any) -> dict[str, Any]:
    """A ticket as the database has it."""
    kept = {} if turns is None else {"turns": turns, "is_closing_known": True}
    return {"status": status, "created_at": NOON, "updated_at": NOON, **kept, **values}


UNKNOWN = Transitions((NOON,), is_closing_known=False)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (content("open"), Transitions()),
        (content("Waiting"), Transitions()),
        (content("closed", updated_at=at(4)), UNKNOWN),
        (content("closed", resolved_at=at(5), updated_at=at(99)), Transitions((at(5),))),
        (content("closed", resolved_at=at(-1)), UNKNOWN),
        (content("closed", resolved_at=at(24 * 30)), UNKNOWN),
        (content("open", resolved_at=at(5)), Transitions()),
    ],
)
def test_a_ticket_first_seen_closed_has_a_closing_time_only_where_the_helpdesk_dates_it(
    first: TicketContent, expected: Transitions
) -> None:
    assert first_transitions(first, now=at(100)) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        # seen to close between two reads
        (stored("open", []), content("closed", updated_at=at(3)), Transitions((at(3),))),
        (stored("open", []), content("closed"), Transitions((at(9),))),
        (stored("open", []), content("closed", updated_at=at(8), resolved_at=at(3)), Transitions((at(3),))),
        (stored("closed", [at(1)]), content("open", updated_at=at(2)), Transitions((at(1), at(2)))),
        (stored("open", [at(1), at(2)]), content("closed", updated_at=at(3)), Transitions((at(1), at(2), at(3)))),
        # still closed: nothing happened, whatever the helpdesk's automation touches
        (stored("closed", [at(1)]), content("closed", updated_at=at(8)), Transitions((at(1),))),
        # a date that comes, moves, and goes
        (stored("closed", [NOON], is_closing_known=False), content("closed", resolved_at=at(4)), Transitions((at(4),))),
        (stored("closed", [at(4)], resolved_at=at(4)), content("closed", resolved_at=at(5)), Transitions((at(5),))),
        (stored("closed", [at(4)], resolved_at=at(4)), content("closed"), UNKNOWN),
        # a status that nobody had mapped may have meant closed all the time
        (stored("Done by us", []), content("closed", updated_at=at(3)), UNKNOWN),
        (stored("Done by us", []), content("closed", mapped_from="Done by us"), UNKNOWN),
        (stored("closed", [NOON], mapped_from="Gone", is_closing_known=False), content("Gone"), Transitions()),
        # of an earlier version: an unknown status counted as closed
        (stored("Waiting", [at(2)], is_closing_known=None), content("Waiting"), Transitions()),
        (stored("Waiting", [at(2)], is_closing_known=None), content("closed", updated_at=at(3)), UNKNOWN),
        (stored("closed", [at(2)], is_closing_known=None), content("closed"), Transitions((at(2),), None)),
        (stored("closed"), content("closed"), UNKNOWN),
    ],
)
def test_what_a_new_version_says_of_its_transitions(
    before: dict[str, Any], now: TicketContent, expected: Transitions
) -> None:
    assert next_transitions(before, now, now=at(9)) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (stored("open", []), content("closed", updated_at=at(3)), UNKNOWN),
        (stored("open", []), content("closed", updated_at=at(3), resolved_at=at(2)), Transitions((at(2),))),
        (stored("closed", [at(1)], updated_at=at(1)), content("closed", updated_at=at(3)), Transitions((at(3),))),
        (stored("closed", [NOON], is_closing_known=False), content("closed", updated_at=at(3)), UNKNOWN),
    ],
)
def test_a_version_read_with_another_mapping_is_not_a_transition(
    before: dict[str, Any], now: TicketContent, expected: Transitions
) -> None:
    assert next_transitions(before, now, now=at(9), is_corrected=True) == expected


@pytest.mark.usefixtures("db")
def test_tickets_of_earlier_versions_keep_a_closing_that_was_seen_and_lose_one_that_was_guessed(tenant: Tenant) -> None:
    store_tickets(
        tenant,
        [
            {"id": "seen", "status": "open"},
            {"id": "guessed", "status": "closed"},
            {"id": "waiting", "status": "Waiting on Customer"},
            {"id": "again", "status": "closed"},
        ],
    )
    store_tickets(tenant, [{"id": "seen", "status": "closed", "updated_at": "2026-03-10T11:00:00Z"}])
    tickets = mongo.collection("tickets")
    older = datetime.fromisoformat("2026-03-10T11:00:00Z")
    tickets.update_many({}, {"$set": {"turns": [older]}, "$unset": {"is_closing_known": ""}})
    tickets.update_one({"external_id": "again"}, {"$set": {"turns": [older, older + HOUR, older + 2 * HOUR]}})
    migration = import_module("tickets.migrations.0008_status_transitions")
    migration.update_all(None, None)
    migration.update_all(None, None)
    found = {each["external_id"]: (each["turns"], each["is_closing_known"]) for each in tickets.find()}
    created = datetime.fromisoformat("2026-03-10T09:00:00Z")
    assert found == {
        "seen": ([older], True),
        "guessed": ([created], False),
        "waiting": ([], True),
        "again": ([older, older + HOUR, older + 2 * HOUR], False),
    }
