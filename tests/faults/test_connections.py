"""A run over two helpdesks that is killed at any place: the next one goes on, and each ticket is right in the end."""

from collections.abc import Callable

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record
from tests.faults.comparing import assert_numbers_agree, assert_sound
from tests.faults.conftest import IS_LONG, OwnDatabase, run_here
from tests.faults.doomed import DoomedCommands
from tests.helpdesk import ScriptedHelpdesk
from tickets import jobs
from tickets.helpdesks.model import Source

PLACES = slice(None, None, 1 if IS_LONG else 17)
KEPT = ("tickets", "ticket_history", "outbox", "name_spaces", "sync_state", "quarantine", "rollup_state", "rollup_numbers",
        "rollup_words", "rollup_clocks", "rollup_work", "customer_counts", "incident_watch", "insights",
        "customers", "customer_changes", "customer_refresh")  # fmt: skip


def test_a_run_over_two_helpdesks_can_be_killed_anywhere(
    acme: Tenant,
    database: OwnDatabase,
    connect: Callable[..., Source],
    doomed_process: DoomedCommands,
) -> None:
    with ScriptedHelpdesk() as first, ScriptedHelpdesk() as second:
        for helpdesk, text in ((first, "First"), (second, "Second")):
            helpdesk.tickets = [record(f"T-{n}", subject=text) for n in range(12)]
            connect(helpdesk.url)
        run_here(acme)
        for helpdesk in (first, second):
            helpdesk.tickets[0] |= {"subject": "Later", "updated_at": "2026-03-10T11:00:00Z"}
        second.tickets.pop()
        second.deleted = ["T-11"]
        before = {name: list(mongo.collection(name).find()) for name in KEPT}
        expected = {f"T-{n}": "First" for n in range(12)} | {f"native-2:T-{n}": "Second" for n in range(11)}
        expected |= {"T-0": "Later", "native-2:T-0": "Later"}

        def start_over() -> None:
            for name in (*KEPT, jobs.COLLECTION, "locks"):
                mongo.collection(name).delete_many({})
            for name, documents in before.items():
                if documents:
                    mongo.collection(name).insert_many(documents)

        arguments = ["ingest", "--all", "--quiet"]
        start_over()
        whole = doomed_process.run(database.environment(), arguments)
        assert whole.status == 0
        for place in range(1, whole.commands + 1)[PLACES]:
            start_over()
            try:
                assert doomed_process.run(database.environment(), arguments, die_at=place).was_killed
                assert_sound(acme)
                database.pass_time()
                for _ in range(2):
                    assert run_here(acme).status == "completed"
                assert _subjects() == expected
                assert_numbers_agree(acme)
            except AssertionError as error:
                raise AssertionError(f"killed before database command {place} of {whole.commands}") from error


def _subjects() -> dict[str, str]:
    return {each["external_id"]: each["subject"] for each in mongo.collection("tickets").find({"is_deleted": False})}
