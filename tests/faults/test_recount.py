"""Working out the clocks of stored tickets again, killed at its steps: no number is wrong, and none is missing."""

from collections.abc import Callable

from supportsaas.db import mongo
from supportsaas.db.model_transaction import in_transaction
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.faults.changing_helpdesk import ChangingHelpdesk
from tests.faults.comparing import assert_numbers_agree, assert_sound
from tests.faults.conftest import IS_LONG, OwnDatabase, make_tenant
from tests.faults.doomed import DoomedCommands
from tests.faults.walking import SIZE, kill_everywhere
from tickets.helpdesks.model import Source
from tickets.recount.walk import RECOUNT, recount_waiting_tickets, request_recount

PLACES = slice(None) if IS_LONG else slice(7, None, 32)


def test_a_kill_between_any_two_database_commands_makes_no_clock_wrong(
    database: OwnDatabase,
    acme: Tenant,
    connect: Callable[..., Source],
    changing: Callable[..., ChangingHelpdesk],
    doomed_process: DoomedCommands,
) -> None:
    connect(changing(1, size=1).url)
    tenant = make_tenant("globex")
    mine = [{"id": f"T-{n:03}", "tenant_id": "globex"} for n in range(SIZE)]
    store_tickets(tenant, mine)
    store_tickets(tenant, [{**each, "status": "closed", "updated_at": "2026-03-10T10:00:00Z"} for each in mine])
    as_before_there_were_clocks()
    in_transaction(lambda: request_recount(tenant))
    kill_everywhere(
        database,
        doomed_process,
        tenant,
        collections=[RECOUNT.collection],
        finish=recount_waiting_tickets,
        check=lambda: _assert_recounted(tenant),
        places=PLACES,
    )


def as_before_there_were_clocks() -> None:
    mongo.collection("tickets").update_many({}, {"$unset": {"clocks": "", "status_moments": ""}})
    mongo.collection("rollup_clocks").delete_many({})


def _assert_recounted(tenant: Tenant) -> None:
    assert_sound(tenant)
    progress = RECOUNT.find_progress(tenant)
    assert progress is not None and not progress.is_running
    assert mongo.collection("tickets").count_documents({"tenant_id": "globex", "clocks.clock": "resolution"}) == SIZE
    stored = mongo.collection("rollup_clocks").find({"tenant_id": "globex", "_id": {"$regex": r"\|\|01 "}})
    assert sum(each["sums"]["resolution calendar 208"] for each in stored) == SIZE
    assert_numbers_agree(tenant)
