"""Run after run in one process: neither memory nor threads nor open files grow."""

import json
from collections.abc import Callable

from supportsaas.db import mongo
from tenants.models import Tenant
from tests import processes
from tests.faults.changing_helpdesk import ChangingHelpdesk
from tests.faults.comparing import assert_exact
from tests.faults.conftest import IS_LONG, OwnDatabase, run_here
from tickets.helpdesks.model import Source

RUNS, WARM_AFTER = (300, 50) if IS_LONG else (40, 15)
MOST_GROWTH_BYTES = 4 * 1024 * 1024


def test_hundreds_of_runs_leave_nothing_behind_in_their_process(
    database: OwnDatabase, acme: Tenant, connect: Callable[..., Source], changing: Callable[..., ChangingHelpdesk]
) -> None:
    helpdesk = changing(3)
    connect(helpdesk.url, page_size=20)
    asked = 0

    def change(_path: str, query: dict[str, str]) -> None:
        nonlocal asked
        asked += query.get("page") == "1"
        if asked % 5 == 0:
            helpdesk.edit()

    helpdesk.script = change
    wish = ("-m", "tests.faults.many_runs", "acme", str(RUNS))
    ended = processes.run(*wish, anew=True, env=database.environment(), timeout=10 * RUNS)
    assert ended.returncode == 0, ended.stderr
    has = [json.loads(line) for line in ended.stdout.splitlines()]
    assert has[-1]["run"] == RUNS
    warm = [each for each in has if each["run"] >= WARM_AFTER]
    growth = warm[-1]["bytes"] - warm[0]["bytes"]
    assert growth < MOST_GROWTH_BYTES, f"{growth / 1024**2:.1f} MB more after run {RUNS} than after run {WARM_AFTER}"
    assert warm[-1]["threads"] <= warm[0]["threads"]
    more_files = warm[-1]["files"] - warm[0]["files"]
    # The pool opens another connection where more threads ask at once than ever before, which is chance.
    assert more_files < (RUNS - WARM_AFTER) / 3, "not one more every few runs"
    helpdesk.script = None
    run_here(acme)
    assert_exact(acme, helpdesk.tickets)
    assert mongo.collection("ingestion_logs").count_documents({"status": "partial"}) == RUNS + 1
