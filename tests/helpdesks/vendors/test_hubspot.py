"""What is special about HubSpot: a search with a ceiling, look-ups of owners and stages, a list of archived tickets."""

from collections.abc import Iterator
from typing import Any

import pytest

from tenants.models import Tenant
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.helpdesks.vendors.hubspot import Server
from tests.helpdesks.vendors.vendor import Request
from tests.listed import ingest
from tickets.helpdesks.model import Source

pytestmark = pytest.mark.usefixtures("db")

SEARCH = "/crm/v3/objects/tickets/search"


@pytest.fixture
def hubspot() -> Iterator[Server]:
    with serving(Server, tickets=25) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, hubspot: Server) -> Source:
    return connect(tenant, hubspot)


def filters(request: Request) -> list[dict[str, Any]]:
    return [each for group in request.body.get("filterGroups", []) for each in group["filters"]]


def searches(hubspot: Server) -> list[Request]:
    return [each for each in hubspot.requests if each.path == SEARCH]


def test_more_tickets_are_read_than_a_search_lists(tenant: Tenant, hubspot: Server, source: Source) -> None:
    hubspot.ceiling = 10  # one page
    assert ingest(tenant).status == "completed"
    assert stored(tenant, hubspot) == expected(hubspot)
    assert [filters(each) for each in searches(hubspot)[:3]] == [
        [],
        [{"propertyName": "hs_object_id", "operator": "GT", "value": "10"}],
        [{"propertyName": "hs_object_id", "operator": "GT", "value": "20"}],
    ]


def test_changes_are_asked_for_in_milliseconds(tenant: Tenant, hubspot: Server, source: Source) -> None:
    ingest(tenant)
    asked = len(searches(hubspot))
    hubspot.change(3, subject="Changed")
    ingest(tenant)
    (wanted,) = filters(searches(hubspot)[asked])
    newest = hubspot.tickets[25].updated.timestamp() * 1000
    assert wanted["propertyName"] == "hs_lastmodifieddate"
    assert newest - 20 * 60_000 < wanted["value"] < newest
    assert stored(tenant, hubspot) == expected(hubspot)


def test_tickets_that_change_while_the_list_is_read_hide_no_other(
    tenant: Tenant, hubspot: Server, source: Source
) -> None:
    left = iter(range(1, 10))

    def change_one(request: Request) -> None:
        if request.path == SEARCH and (number := next(left, None)) is not None:
            hubspot.change(number, subject=f"Changed {number}")

    hubspot.after = change_one
    ingest(tenant)
    assert set(stored(tenant, hubspot)) == {str(each.id) for each in hubspot.live}


def test_a_stage_that_is_not_known_counts_as_open_or_closed(tenant: Tenant, hubspot: Server, source: Source) -> None:
    hubspot.change(3, status="77")
    hubspot.change(4, status="2")
    ingest(tenant)
    found = stored(tenant, hubspot)
    assert (found["3"]["status"], found["4"]["status"]) == ("open", "pending")


def test_without_the_right_to_owners_tickets_have_their_numbers(
    tenant: Tenant, hubspot: Server, source: Source
) -> None:
    hubspot.shows_owners = False
    assert ingest(tenant).status == "completed"
    found = stored(tenant, hubspot)
    assert (found["1"]["assignee"], found["1"]["team"], found["3"]["assignee"]) == ("51", None, None)


def test_owners_and_stages_are_asked_for_once_a_sync(tenant: Tenant, hubspot: Server, source: Source) -> None:
    ingest(tenant)
    paths = [each.path for each in hubspot.requests]
    assert paths.count("/crm/v3/pipelines/tickets") == 1
    assert paths.count("/crm/v3/owners") == 2  # of two pages


def test_every_page_of_deleted_tickets_is_read(tenant: Tenant, hubspot: Server, source: Source) -> None:
    ingest(tenant)
    for number in (5, 6, 7):
        hubspot.delete(number)
    assert ingest(tenant).progress.counts.deleted == 3
    assert stored(tenant, hubspot) == expected(hubspot)
