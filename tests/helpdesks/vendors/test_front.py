"""What is special about Front: next pages at another host, newest first without a filter, times with fractions."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.front import Server
from tests.listed import ingest
from tickets.helpdesks.addresses import OtherHost, resolve
from tickets.helpdesks.model import Source
from tickets.helpdesks.options import rest_options
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

BASE = "https://api2.frontapp.com"


@pytest.fixture
def front() -> Iterator[Server]:
    with serving(Server, tickets=45) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, front: Server) -> Source:
    return connect(tenant, front)


def test_next_pages_may_be_at_the_companys_own_host() -> None:
    link = "https://acme.api.frontapp.com/conversations?limit=100&page_token=92f32bcd"
    hosts = rest_options("front", {}).next_hosts
    assert resolve(link, against=f"{BASE}/conversations", base_url=BASE, further=hosts) == link


@pytest.mark.parametrize(
    "link",
    [
        "https://acme.api.frontapp.com.evil.example/conversations",
        "https://api-frontapp.com/conversations",
        "https://evilapi.frontapp.com/conversations",
        "http://acme.api.frontapp.com/conversations",
        "https://acme.api.frontapp.com:8443/conversations",
        "https://evil.example@acme.api.frontapp.com/conversations",
        "https://evil.example/acme.api.frontapp.com",
    ],
)
def test_no_other_host_gets_the_token(link: str) -> None:
    hosts = rest_options("front", {}).next_hosts
    with pytest.raises(OtherHost):
        resolve(link, against=f"{BASE}/conversations", base_url=BASE, further=hosts)


def test_a_sync_stops_at_the_last_one(tenant: Tenant, front: Server, source: Source) -> None:
    ingest(tenant)
    ingest(tenant)  # the first sync is checked by a second one
    front.change(3, subject="Changed", status="archived")
    asked = len(front.requests)
    ingest(tenant)
    pages = [each for each in front.requests[asked:] if each.path == "/conversations"]
    assert {each.query.get("page_token", "0") for each in pages} <= {"0", "10"}
    assert stored(tenant, front) == expected(front)


def test_times_have_fractions_of_seconds(tenant: Tenant, front: Server, source: Source) -> None:
    front.tickets[7].created += timedelta(milliseconds=453)
    ingest(tenant)
    assert stored(tenant, front)[front.external_id(front.tickets[7])]["created_at"] == front.tickets[7].created


def test_a_conversation_that_is_restored_comes_back(tenant: Tenant, front: Server, source: Source) -> None:
    ingest(tenant)
    front.delete(7)
    assert ingest(tenant).progress.counts.deleted == 1
    front.change(7, is_deleted=False)
    ingest(tenant)
    assert stored(tenant, front) == expected(front)


def test_ticket_statuses_of_a_company_count_more_than_the_status(tenant: Tenant, front: Server, source: Source) -> None:
    front.categories = {1: "waiting", 2: "resolved", 3: "open"}
    front.change(4, status="assigned")
    ingest(tenant)
    statuses = {name: each["status"] for name, each in stored(tenant, front).items()}
    assert [statuses[f"cnv_{number}"] for number in (1, 2, 3, 4)] == ["pending", "resolved", "open", "open"]


def test_the_text_is_the_first_message_of_the_customer(tenant: Tenant, front: Server, source: Source) -> None:
    front.begun_by_us = {4}
    front.reply(4, "It is broken again.", is_customer=True)
    ingest(tenant)
    ticket = TicketStore(tenant).find_ticket("cnv_4")
    assert ticket is not None
    assert ticket["message"] == "It is broken again."
