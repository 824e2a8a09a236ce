"""Background work on a tenant's stored tickets, killed at any of its database commands."""

import threading
from collections.abc import Callable, Sequence

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.faults.comparing import assert_numbers_agree
from tests.faults.conftest import OwnDatabase
from tests.faults.doomed import DoomedCommands
from tests.rolled_up import facet_differences

SIZE = 700
"""More than one page."""
RUN = ("ingest", "--tenant", "acme", "--quiet")
"""A run of one tenant also does what waits of all others: those who have cron have no worker."""
KEPT = (
    *("tickets", "ticket_history", "outbox"),
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


def kill_everywhere(
    database: OwnDatabase,
    doomed: DoomedCommands,
    tenant: Tenant,
    *,
    collections: Sequence[str],
    finish: Callable[[threading.Event], object],
    check: Callable[[], None],
    places: slice,
) -> None:
    """Kill a run at each of `places`, its database commands; then `finish` the work, and `check` the result.

    `collections`: what the work writes besides tickets and numbers. The numbers of `tenant` are right before it is
    finished, too.
    """
    kept = (*KEPT, *collections)
    before = {name: list(mongo.collection(name).find()) for name in kept}

    def start_over() -> None:
        for name in (*kept, "ingestion_logs", "locks", "sync_state"):
            mongo.collection(name).delete_many({})
        for name, documents in before.items():
            if documents:
                mongo.collection(name).insert_many(documents)

    for _ in range(2):  # the first run also gives the connection its name
        start_over()
        whole = doomed.run(database.environment(), RUN)
        assert whole.status in (0, 3)
    check()
    for place in range(1, whole.commands + 1)[places]:
        start_over()
        killed = doomed.run(database.environment(), RUN, die_at=place)
        try:
            assert killed.was_killed
            assert facet_differences(tenant) == {}
            assert_numbers_agree(tenant)
            database.pass_time()
            mongo.collection("ingestion_logs").delete_many({})
            finish(threading.Event())
            check()
        except AssertionError as error:
            raise AssertionError(f"killed before database command {place} of {whole.commands}") from error
