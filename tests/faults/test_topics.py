"""Finding topics and giving them to stored tickets, killed at every step: no number is ever wrong, and the rest follows."""

import threading
from collections.abc import Callable

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.faults.changing_helpdesk import ChangingHelpdesk
from tests.faults.comparing import assert_numbers_agree, assert_sound
from tests.faults.conftest import IS_LONG, OwnDatabase, make_tenant
from tests.faults.doomed import DoomedCommands
from tests.rolled_up import facet_differences
from tests.topics.written import fillings, records
from tickets.helpdesks.model import Source
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore
from tickets.topics import finding, store, tagging
from tickets.topics.finding import find_due_topics
from tickets.topics.store import TopicStore
from tickets.topics.tagging import find_tagging, tag_waiting_tickets

SIZE = 700
"""More than one page."""
ABOUT_WATER = 100
PLACES = slice(None) if IS_LONG else slice(5, None, 32)
KEPT = (
    *("tickets", "ticket_history", finding.COLLECTION, store.COLLECTION, tagging.COLLECTION),
    *("rollup_state", "rollup_numbers", "rollup_words", "customer_counts"),
)


def test_a_kill_between_any_two_database_commands_makes_no_number_wrong(
    database: OwnDatabase,
    acme: Tenant,
    connect: Callable[..., Source],
    changing: Callable[..., ChangingHelpdesk],
    doomed_process: DoomedCommands,
) -> None:
    # A run of one tenant also does what waits of all others: those who have cron have no worker.
    connect(changing(1, size=1).url)
    tenant = make_tenant("globex")
    store_tickets(tenant, records(fillings(SIZE - ABOUT_WATER), prefix="F", tenant_id="globex"))
    store_tickets(tenant, records(["There is no water"] * ABOUT_WATER, prefix="W", tenant_id="globex"))
    before = {name: list(mongo.collection(name).find()) for name in KEPT}
    arguments = ["ingest", "--tenant", "acme", "--quiet"]

    def start_over() -> None:
        for name in (*KEPT, "ingestion_logs", "locks", "sync_state"):
            mongo.collection(name).delete_many({})
        for name, documents in before.items():
            if documents:
                mongo.collection(name).insert_many(documents)

    for _ in range(2):  # the first run also gives the connection its name
        start_over()
        whole = doomed_process.run(database.environment(), arguments)
        assert whole.status in (0, 3)
    _assert_found(tenant)
    for place in range(1, whole.commands + 1)[PLACES]:
        start_over()
        killed = doomed_process.run(database.environment(), arguments, die_at=place)
        try:
            assert killed.was_killed
            assert facet_differences(tenant) == {}
            assert_numbers_agree(tenant)
            database.pass_time()
            mongo.collection("ingestion_logs").delete_many({})
            find_due_topics(threading.Event())
            tag_waiting_tickets(threading.Event())
            _assert_found(tenant)
        except AssertionError as error:
            raise AssertionError(f"killed before database command {place} of {whole.commands}") from error


def _assert_found(tenant: Tenant) -> None:
    assert_sound(tenant)
    (topic,) = TopicStore(tenant).find_all()
    progress = find_tagging(tenant)
    assert (topic.name, topic.is_matched) == ("No water", True)
    assert progress is not None and not progress.is_running
    assert TicketStore(tenant).queries.count(TicketFilter(topic=(topic.id,))) == ABOUT_WATER
    assert mongo.collection("tickets").count_documents({"topic_ids": topic.id}) == ABOUT_WATER
    assert_numbers_agree(tenant)
