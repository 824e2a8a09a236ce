"""What is special about Intercom: POST, a cursor in the body, numbers as times, conversations that teammates begin."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tenants.models import Tenant
from tests.helpdesk import answer
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.intercom import Server
from tests.helpdesks.vendors.vendor import Request
from tests.listed import ingest
from tickets.helpdesks import presets
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

SEARCH = "/conversations/search"


@pytest.fixture
def intercom() -> Iterator[Server]:
    with serving(Server, tickets=25) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, intercom: Server) -> Source:
    return connect(tenant, intercom)


def searches(intercom: Server) -> list[dict[str, Any]]:
    return [each.body for each in intercom.requests if each.path == SEARCH]


def test_each_page_repeats_the_search_with_the_cursor_of_the_one_before(
    tenant: Tenant, intercom: Server, source: Source
) -> None:
    ingest(tenant)
    first, *others = searches(intercom)
    assert first["pagination"] == {"per_page": 10}
    assert [sorted(each["pagination"]) for each in others] == [["per_page", "starting_after"]] * 2
    assert all(each["query"] == first["query"] for each in others)
    assert all(each.headers["intercom-version"] == "2.11" for each in intercom.requests)


def test_changes_are_asked_for_as_a_number_of_seconds(tenant: Tenant, intercom: Server, source: Source) -> None:
    ingest(tenant)
    intercom.change(3, subject="Changed")
    ingest(tenant)
    (condition,) = searches(intercom)[-1]["query"]["value"]
    assert condition["value"] < intercom.tickets[25].updated.timestamp() <= condition["value"] + 600
    assert stored(tenant, intercom) == expected(intercom)


def test_a_conversation_that_changes_during_the_sync_comes_again(
    tenant: Tenant, intercom: Server, source: Source
) -> None:
    def move_the_first(request: Request) -> None:
        if request.path == SEARCH and "starting_after" not in request.body["pagination"]:
            intercom.change(1, subject="Moved to the end")

    intercom.after = move_the_first
    assert ingest(tenant).status == "completed"
    assert stored(tenant, intercom) == expected(intercom)


def test_the_customer_of_an_outbound_conversation_is_not_the_teammate(
    tenant: Tenant, intercom: Server, source: Source
) -> None:
    intercom.outbound.add(2)
    ingest(tenant)
    assert stored(tenant, intercom)["2"]["customer_id"] == "25"
    assert stored(tenant, intercom) == expected(intercom)


def test_a_snoozed_conversation_is_pending(tenant: Tenant, intercom: Server, source: Source) -> None:
    intercom.tickets[1].status = "snoozed"
    intercom.tickets[1].first_reply = intercom.tickets[1].created + timedelta(minutes=3)
    assert ingest(tenant).notice is None
    assert stored(tenant, intercom) == expected(intercom)


def test_names_that_the_token_may_not_read_are_unknown(tenant: Tenant, intercom: Server, source: Source) -> None:
    served = intercom.serve

    def serve(request: Request) -> Any:
        denied = {"type": "error.list", "errors": [{"code": "api_plan_restricted", "message": "Access denied"}]}
        return answer(denied, 403) if request.path in ("/admins", "/teams") else served(request)

    intercom.serve = serve  # type: ignore[method-assign]
    assert ingest(tenant).status == "completed"
    assert stored(tenant, intercom)["1"]["assignee"] is None
    assert stored(tenant, intercom)["1"]["team"] is None


def test_a_list_of_names_that_is_down_stops_the_sync_and_stores_no_half_tickets(
    tenant: Tenant, intercom: Server, source: Source
) -> None:
    served = intercom.serve
    intercom.serve = lambda request: (  # type: ignore[method-assign]
        answer({"type": "error.list", "errors": []}, 400) if request.path == "/teams" else served(request)
    )
    assert ingest(tenant).status == "failed"
    assert TicketStore(tenant).count_live() == 0


def test_a_deleted_conversation_is_deleted_by_a_whole_sync(tenant: Tenant, intercom: Server, source: Source) -> None:
    ingest(tenant)
    del intercom.tickets[7]
    assert ingest(tenant).progress.counts.deleted == 0
    assert ingest(tenant, full=True).progress.counts.deleted == 1


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("", "https://api.intercom.io"),
        ("eu.intercom", "https://api.eu.intercom.io"),
        ("au.intercom", "https://api.au.intercom.io"),
    ],
)
def test_each_region_has_its_host(region: str, url: str) -> None:
    assert presets.defaults_of("intercom", {"region": region}).url == url


def test_no_other_region_is_accepted() -> None:
    with pytest.raises(ValueError, match="region: choose one of"):
        presets.defaults_of("intercom", {"region": "evil.example.com/"})
