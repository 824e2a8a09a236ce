"""What is special about Znuny: a search that gives ids, tickets by the batch, errors with status 200, its own time zone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.znuny import SERVICE, Server
from tests.listed import ingest
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def znuny() -> Iterator[Server]:
    with serving(Server, tickets=12) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, znuny: Server) -> Source:
    return connect(tenant, znuny)


def test_tickets_are_requested_for_many_ids_at_once(tenant: Tenant, znuny: Server, source: Source) -> None:
    ingest(tenant)
    asked = [each.query["TicketID"] for each in znuny.requests if each.path == f"{SERVICE}/TicketList"]
    # Each page begins at the second of the last ticket before it.
    assert asked == ["1,2,3,4,5,6,7,8,9,10", "10,11,12", "12"]
    assert sum(1 for each in znuny.requests if each.path == f"{SERVICE}/Ticket") == len(asked)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata"])
def test_times_are_in_the_zone_of_the_installation(tenant: Tenant, znuny: Server, zone: str) -> None:
    znuny.zone = zone
    connect(tenant, znuny, timezone=zone)
    ingest(tenant)
    assert stored(tenant, znuny) == expected(znuny)
    znuny.change(3, subject="Changed")
    ingest(tenant)
    assert stored(tenant, znuny) == expected(znuny)


def test_a_ticket_that_the_agent_may_not_read_takes_no_other_with_it(
    tenant: Tenant, znuny: Server, source: Source
) -> None:
    znuny.hidden = {4}
    assert ingest(tenant).status == "completed"
    assert set(TicketStore(tenant).iterate_live_ids()) == {str(n) for n in range(1, 13) if n != 4}
    znuny.hidden = set(znuny.tickets)
    outcome = ingest(tenant, full=True)
    assert outcome.status == "failed"
    assert "TicketGet.AccessDenied" in str(outcome.error)
    assert TicketStore(tenant).count_live() == 11


def test_a_state_of_ones_own_counts_by_its_type_and_a_removed_ticket_is_deleted(
    tenant: Tenant, znuny: Server, source: Source
) -> None:
    ingest(tenant)
    znuny.change(2, status="Waiting for parts")
    znuny.change(3, status="removed")
    ingest(tenant)
    store = TicketStore(tenant)
    second, third = store.find_ticket("2"), store.find_ticket("3")
    assert second is not None
    assert second["status"] == "open"
    assert third is not None
    assert third["is_deleted"]


def test_a_reopened_ticket_is_not_resolved(tenant: Tenant, znuny: Server, source: Source) -> None:
    znuny.change(2, status="closed successful", resolved=znuny.now + timedelta(minutes=1))
    ingest(tenant)
    znuny.change(2, status="open")
    ingest(tenant)
    assert stored(tenant, znuny) == expected(znuny)


def test_a_page_of_tickets_that_were_created_in_one_second_does_not_pass_for_the_end(
    tenant: Tenant, znuny: Server, source: Source
) -> None:
    for ticket in znuny.tickets.values():
        ticket.created = znuny.now
    outcome = ingest(tenant)
    assert outcome.status == "failed"
    assert "have the same “Created”" in str(outcome.error)
    source.page_size = 20
    source.save()
    assert ingest(tenant).status == "completed"
    assert stored(tenant, znuny) == expected(znuny)


def test_the_password_is_in_no_error_and_no_stored_position(tenant: Tenant, znuny: Server, source: Source) -> None:
    znuny.fail_from = 3
    outcome = ingest(tenant)
    assert outcome.status == "failed"
    assert znuny.secret not in str(outcome)
