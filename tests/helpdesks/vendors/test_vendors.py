"""Every preset against a simulated server of its vendor: what is stored equals what the helpdesk has, field by field."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from tenants.models import Tenant
from tests.helpdesks.vendors import find_vendors
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.vendor import Vendor
from tests.listed import ingest
from tickets.helpdesks.model import Source
from tickets.helpdesks.options import rest_options
from tickets.ingestion.checking import check_source
from tickets.ingestion.run import Outcome
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

VENDORS = find_vendors()
TICKETS = 25
"""More than two pages."""


@pytest.fixture(params=sorted(VENDORS))
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    with serving(VENDORS[request.param], tickets=TICKETS) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, vendor: Vendor) -> Source:
    return connect(tenant, vendor)


@pytest.fixture
def sync(tenant: Tenant, source: Source) -> Callable[..., Outcome]:
    def run(**request: Any) -> Outcome:
        return ingest(tenant, **request)

    return run


def test_check_shows_that_tickets_can_be_read(source: Source) -> None:
    checked = check_source(source)
    assert checked.is_usable, checked
    assert not [each for each in checked.problems if "would be rejected" in each], checked


def test_the_command_connects_it(tenant: Tenant, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_TEST", vendor.secret)
    options = [
        f"--option={name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in vendor.options.items()
    ]
    name = [f"--auth-name={vendor.auth_name}"] if vendor.auth_name else []
    where = ["--url", vendor.url, "--secret-from", "env:SECRET_OF_THE_TEST"]
    call_command("source", "add", tenant.slug, "--kind", vendor.kind, *where, *name, *options)
    call_command("source", "check", tenant.slug)
    assert ingest(tenant).status == "completed"
    assert stored(tenant, vendor) == expected(vendor)


def test_the_first_sync_stores_every_ticket_field_by_field(
    tenant: Tenant, vendor: Vendor, sync: Callable[..., Outcome]
) -> None:
    outcome = sync()
    assert outcome.status == "completed", outcome
    assert stored(tenant, vendor) == expected(vendor)


def test_an_account_without_tickets_is_read_until_there_are_some(
    tenant: Tenant, vendor: Vendor, sync: Callable[..., Outcome]
) -> None:
    vendor.tickets.clear()
    assert sync().status == "completed"
    vendor.add(1)
    outcome = sync()
    assert outcome.status == "completed", outcome
    assert stored(tenant, vendor) == expected(vendor)


def test_changes_and_new_tickets_arrive_with_the_next_sync(
    tenant: Tenant, vendor: Vendor, sync: Callable[..., Outcome]
) -> None:
    sync()
    vendor.change(3, subject="Changed", status=vendor.closed_status, resolved=vendor.now + timedelta(minutes=1))
    vendor.change(17, text="Changed as well")
    vendor.add(TICKETS + 1)
    asked = len(vendor.requests)
    outcome = sync()
    assert outcome.status == "completed", outcome
    assert stored(tenant, vendor) == expected(vendor)
    assert len(vendor.requests) > asked


def test_deleted_tickets_are_deleted(tenant: Tenant, vendor: Vendor, sync: Callable[..., Outcome]) -> None:
    if vendor.deletes_by == "nothing":
        pytest.skip("this helpdesk tells nobody what was deleted")
    sync()
    vendor.delete(5)
    outcome = sync(full=vendor.deletes_by == "absence")
    assert outcome.status == "completed", outcome
    assert stored(tenant, vendor) == expected(vendor)


def test_replies_arrive_and_the_newest_of_the_customer_is_classified(
    tenant: Tenant, vendor: Vendor, source: Source, sync: Callable[..., Outcome]
) -> None:
    if rest_options(vendor.kind, source.options).conversation is None:
        pytest.skip("the messages of this helpdesk are not read")
    sync()
    vendor.reply(4, "We are looking into it.")
    notes = [("Do not tell the customer.", False, True)] if vendor.has_notes else []
    for note, _, is_internal in notes:
        vendor.reply(4, note, is_internal=is_internal)
    angry = "This is unacceptable. I want a refund immediately, or my lawyer will call you."
    vendor.reply(4, angry, is_customer=True)
    assert sync().status == "completed"
    external_id = vendor.external_id(vendor.tickets[4])
    ticket = TicketStore(tenant).find_ticket(external_id)
    conversation = TicketStore(tenant).find_conversation(external_id)
    assert ticket is not None
    assert conversation is not None
    replies = conversation.replies_after(ticket["message"])
    assert [(each.text, each.is_customer, each.is_internal) for each in replies] == [
        ("We are looking into it.", False, False),
        *notes,
        (angry, True, False),
    ]
    assert (ticket["urgency"], ticket["sentiment"]) == ("high", "negative")
    assert stored(tenant, vendor) == expected(vendor)


def test_a_whole_sync_again_changes_nothing(tenant: Tenant, vendor: Vendor, sync: Callable[..., Outcome]) -> None:
    sync()
    before = TicketStore(tenant).count_live()
    outcome = sync(full=True)
    assert outcome.status == "completed", outcome
    assert (outcome.progress.counts.new_ingested, outcome.progress.counts.updated, outcome.progress.counts.deleted) == (
        0,
        0,
        0,
    )
    assert TicketStore(tenant).count_live() == before


def test_the_helpdesks_own_limit_is_waited_for(tenant: Tenant, vendor: Vendor, sync: Callable[..., Outcome]) -> None:
    vendor.throttle = 2
    assert sync().status == "completed"
    assert stored(tenant, vendor) == expected(vendor)


def test_a_wrong_key_is_called_one(vendor: Vendor, source: Source, sync: Callable[..., Outcome]) -> None:
    source.set_secret("another-secret")
    source.save()
    outcome = sync()
    assert outcome.status == "failed"
    assert outcome.error is not None
    assert outcome.error["code"] == "refused_login", outcome.error
    assert "another-secret" not in str(outcome)
