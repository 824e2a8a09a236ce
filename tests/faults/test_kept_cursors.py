"""Runs that begin at the helpdesk's own cursor are killed at many points; the next run loses and doubles nothing."""

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.faults.conftest import IS_LONG, OwnDatabase, run_here
from tests.faults.doomed import DoomedCommands
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.zendesk import Server
from tickets import jobs
from tickets.ingestion.sync_state import find_state

KEPT = (
    *("tickets", "ticket_history", "conversations", "outbox", "quarantine", "sync_state", jobs.COLLECTION),
    *(
        "rollup_state",
        "rollup_numbers",
        "rollup_words",
        "rollup_clocks",
        "rollup_work",
        "customer_counts",
        "customers",
        "customer_changes",
        "customer_refresh",
        "incident_watch",
        "insights",
    ),
)


def test_a_kill_at_any_point_keeps_the_cursor_behind_what_is_stored(
    database: OwnDatabase, acme: Tenant, doomed_process: DoomedCommands
) -> None:
    with serving(Server, tickets=14) as zendesk:
        connect(acme, zendesk)
        assert run_here(acme).status == "completed"
        began = find_state(acme.slug).end_cursor
        for number in range(1, 13):
            zendesk.change(number, subject="Changed", status="pending")
        before = {name: list(mongo.collection(name).find()) for name in KEPT}
        arguments = ["ingest", "--all", "--quiet"]
        whole = doomed_process.run(database.environment(), arguments)
        assert whole.status == 0
        assert stored(acme, zendesk) == expected(zendesk)
        ended = find_state(acme.slug).end_cursor
        assert ended not in ("", began)
        asked_by_time = 0
        for place in _places(whole.commands):
            for name, documents in before.items():
                mongo.collection(name).delete_many({})
                if documents:
                    mongo.collection(name).insert_many(documents)
            mongo.collection("locks").delete_many({})
            killed = doomed_process.run(database.environment(), arguments, die_at=place)
            assert killed.was_killed
            if find_state(acme.slug).end_cursor == ended:
                assert stored(acme, zendesk) == expected(zendesk), "the cursor is ahead of what is stored"
            database.pass_time()
            asked = len(zendesk.requests)
            assert run_here(acme).status == "completed"
            assert stored(acme, zendesk) == expected(zendesk), f"killed before command {place} of {whole.commands}"
            assert find_state(acme.slug).end_cursor == ended
            asked_by_time += sum("start_time" in each.query for each in zendesk.requests[asked:])
        assert asked_by_time == 0, "every run went on by cursor"


def _places(commands: int) -> list[int]:
    """Before which of a run's database commands it is killed: while it stores pages, and where it stores the cursor."""
    places = range(1, commands + 1)
    return list(places) if IS_LONG else [commands // 3, commands // 2, commands - 3, commands - 1]
