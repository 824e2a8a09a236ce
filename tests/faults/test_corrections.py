"""A corrected mapping, or a switch to another helpdesk, whose first run is killed at any place."""

from collections.abc import Callable
from typing import Any

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record
from tests.faults.comparing import assert_exact
from tests.faults.conftest import IS_LONG, OwnDatabase, run_here
from tests.faults.doomed import DoomedCommands
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.name_spaces import origin_of

Connect = Callable[..., Source]

PLACES = slice(None) if IS_LONG else slice(2, None, 16)
FIELDS = {name: name for name in ("id", "subject", "message", "status", "customer_id", "source", "created_at")}
WRONG = {"path": "/items", "fields": {**FIELDS, "updated_at": "deadline"}}
RIGHT = {"path": "/items", "fields": {**FIELDS, "updated_at": "updated_at"}}
DUE = "2027-01-01T00:00:00Z"
KEPT = (
    *("tickets", "ticket_history", "sync_state", "name_spaces"),
    *(
        "rollup_state",
        "rollup_numbers",
        "rollup_words",
        "rollup_clocks",
        "rollup_work",
        "customer_counts",
        "incident_watch",
        "insights",
    ),
)


def test_a_correction_that_is_killed_at_any_place_is_whole_in_the_end(
    database: OwnDatabase, acme: Tenant, connect: Connect, helpdesk: ScriptedHelpdesk, doomed_process: DoomedCommands
) -> None:
    items: list[dict[str, Any]] = [{**record(f"T-{n:02}"), "deadline": DUE} for n in range(12)]

    def serve(_path: str, query: dict[str, str]) -> Answer:
        page = int(query["page"])
        return answer(items[(page - 1) * 5 : page * 5])

    helpdesk.script = serve
    source = connect(helpdesk.url, kind="rest", options=WRONG)
    run_here(acme)
    Source.objects.filter(pk=source.pk).update(options=RIGHT)
    items[:] = [{**each, "status": "resolved", "updated_at": "2026-03-10T10:00:00Z"} for each in items]
    before = {name: list(mongo.collection(name).find()) for name in KEPT}

    def start_over() -> None:
        for name in (*KEPT, jobs.COLLECTION, "locks"):
            mongo.collection(name).delete_many({})
        for name, documents in before.items():
            if documents:
                mongo.collection(name).insert_many(documents)

    arguments = ["ingest", "--all", "--quiet"]
    whole = doomed_process.run(database.environment(), arguments)
    assert whole.status == 0
    assert_exact(acme, items)
    mapping = origin_of(Source.objects.get(tenant=acme)).mapping
    for place in range(1, whole.commands + 1)[PLACES]:
        start_over()
        assert doomed_process.run(database.environment(), arguments, die_at=place).was_killed
        database.pass_time()
        for _ in range(2):  # a resumed one, and a whole one
            assert run_here(acme).status == "completed"
        assert_exact(acme, items)
        stored = list(mongo.collection("tickets").find({}, {"mapping": 1, "updated_at": 1}))
        assert {each["mapping"] for each in stored} == {mapping}, f"killed before database command {place}"
        assert {f"{each['updated_at']:%Y-%m-%d %H}" for each in stored} == {"2026-03-10 10"}
