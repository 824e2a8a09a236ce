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
from tests.faults.walking import SIZE, kill_everywhere
from tests.topics.written import fillings, records
from tickets.helpdesks.model import Source
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore
from tickets.topics import finding, store
from tickets.topics.finding import find_due_topics
from tickets.topics.store import TopicStore
from tickets.topics.tagging import TAGGING, tag_waiting_tickets

ABOUT_WATER = 100
PLACES = slice(None) if IS_LONG else slice(5, None, 32)


def test_a_kill_between_any_two_database_commands_makes_no_number_wrong(
    database: OwnDatabase,
    acme: Tenant,
    connect: Callable[..., Source],
    changing: Callable[..., ChangingHelpdesk],
    doomed_process: DoomedCommands,
) -> None:
    connect(changing(1, size=1).url)
    tenant = make_tenant("globex")
    store_tickets(tenant, records(fillings(SIZE - ABOUT_WATER), prefix="F", tenant_id="globex"))
    store_tickets(tenant, records(["There is no water"] * ABOUT_WATER, prefix="W", tenant_id="globex"))

    def finish(stop: threading.Event) -> None:
        find_due_topics(stop)
        tag_waiting_tickets(stop)

    kill_everywhere(
        database,
        doomed_process,
        tenant,
        collections=(finding.COLLECTION, store.COLLECTION, TAGGING.collection),
        finish=finish,
        check=lambda: _assert_found(tenant),
        places=PLACES,
    )


def _assert_found(tenant: Tenant) -> None:
    assert_sound(tenant)
    (topic,) = TopicStore(tenant).find_all()
    progress = TAGGING.find_progress(tenant)
    assert (topic.name, topic.is_matched) == ("No water", True)
    assert progress is not None and not progress.is_running
    assert TicketStore(tenant).queries.count(TicketFilter(topic=(topic.id,))) == ABOUT_WATER
    assert mongo.collection("tickets").count_documents({"topic_ids": topic.id}) == ABOUT_WATER
    assert_numbers_agree(tenant)
