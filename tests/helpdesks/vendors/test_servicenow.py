"""What is special about ServiceNow: queries in the zone of the user, fields with two values, comments in a journal."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.servicenow import Server
from tests.listed import ingest
from tickets.helpdesks import open_source
from tickets.helpdesks.http import Answer
from tickets.helpdesks.model import AuthKind, Source
from tickets.helpdesks.paging import NumberPager, PageResult
from tickets.helpdesks.paging.numbers import MOST_HIDDEN_PAGES
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

JOURNAL = "/api/now/table/sys_journal_field"


@pytest.fixture
def servicenow() -> Iterator[Server]:
    with serving(Server, tickets=25) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, servicenow: Server) -> Source:
    return connect(tenant, servicenow)


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "UTC", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_changes_are_found_in_whatever_zone_the_user_is(servicenow: Server, source: Source, zone: str) -> None:
    servicenow.zone = zone
    changed = servicenow.tickets[25].updated
    with open_source(source) as helpdesk:
        pages = list(helpdesk.pages(since=changed - timedelta(seconds=1)))
    assert "INC0000025" in {str(each.fields["id"]) for page in pages for each in page.records if each.fields}


def test_without_the_right_to_the_journal_tickets_come_without_replies(
    tenant: Tenant, servicenow: Server, source: Source
) -> None:
    servicenow.shows_journal = False
    servicenow.reply(4, "We are looking into it.")
    assert ingest(tenant).status == "completed"
    assert stored(tenant, servicenow) == expected(servicenow)
    assert [each.path for each in servicenow.requests].count(JOURNAL) == 3  # then they are no longer requested
    conversation = TicketStore(tenant).find_conversation("INC0000004")
    assert conversation is None or not conversation.messages


@pytest.mark.parametrize("hidden", [range(1, 13), range(2, 21), range(5, 26)])
def test_incidents_that_the_user_may_not_see_hide_no_others(
    tenant: Tenant, servicenow: Server, source: Source, hidden: range
) -> None:
    """Whole pages of ten may be empty: at the beginning, in the middle and at the end."""
    servicenow.hidden = set(hidden)
    outcome = ingest(tenant)
    assert outcome.error is None, outcome
    seen = {servicenow.external_id(each) for each in servicenow.live if each.id not in servicenow.hidden}
    assert set(stored(tenant, servicenow)) == seen
    servicenow.change(next(each for each in (25, 4) if each not in hidden), subject="Changed")
    assert ingest(tenant).error is None
    assert {name: each for name, each in expected(servicenow).items() if name in seen} == stored(tenant, servicenow)


def test_a_total_without_incidents_is_not_believed_for_ever() -> None:
    pager = NumberPager(
        "/api/now/table/incident", params=dict, name="sysparm_offset", first=0, by_offset=True, step=lambda: 100
    )
    pages = 0
    while pager.address is not None and pages < 2 * MOST_HIDDEN_PAGES:
        pager.advance(PageResult(answer=Answer({"result": []}, {}, ""), records=0, total=10**12))
        pages += 1
    assert pages == MOST_HIDDEN_PAGES + 1
    assert pager.announces_more, "so that nothing is deleted"


def test_a_case_of_customer_service_has_a_contact_and_an_account(tenant: Tenant, source: Source) -> None:
    def both(text: str) -> dict[str, str]:
        return {"display_value": text, "value": text}

    record: dict[str, Any] = {
        "sys_id": both("a" * 32),
        "number": both("CS0000001"),
        "state": {"display_value": "Awaiting Info", "value": "18"},
        "sys_created_on": both("2026-03-10 08:00:00"),
        "contact": {"display_value": "Ada Lane", "value": "b" * 32},
        "contact.email": both("ada@example.com"),
        "account": {"display_value": "Acme Ltd", "value": "c" * 32},
        "caller_id": both(""),
    }
    source.options = {"instance": "acme", "table": "sn_customerservice_case"}
    with open_source(source) as helpdesk:
        fields = helpdesk.record(record).fields
    assert fields is not None
    record |= {"contact.email": both("")}
    with open_source(source) as helpdesk:
        without_address = helpdesk.record(record).fields
    assert without_address is not None
    assert without_address["customer_id"] == "b" * 32, "another Ada Lane is another customer"
    wanted = {
        "id": "CS0000001",
        "customer_id": "ada@example.com",
        "customer_name": "Ada Lane",
        "organisation": "Acme Ltd",
        "status": "pending",
        "url": f"https://acme.service-now.com/sn_customerservice_case.do?sys_id={'a' * 32}",
    }
    assert {name: fields[name] for name in wanted} == wanted


def test_oauth_2_is_possible_instead_of_a_password(tenant: Tenant, servicenow: Server, source: Source) -> None:
    source.auth, source.auth_name = AuthKind.OAUTH2, ""
    source.options = {**source.options, "client_id": "supportsaas"}
    source.full_clean()
    source.save()
    assert ingest(tenant).status == "completed"
    assert stored(tenant, servicenow) == expected(servicenow)
    assert servicenow.tokens.issued == 1


def test_a_wrong_table_is_told(tenant: Tenant, servicenow: Server, source: Source) -> None:
    source.options = {**source.options, "table": "incidents"}
    source.save()
    outcome = ingest(tenant)
    assert outcome.status == "failed"
    assert "Invalid table" in str(outcome.error)
