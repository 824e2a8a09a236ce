"""Tickets that a helpdesk reports as deleted in its list."""

from typing import Any

import pytest

from tenants.models import Tenant
from tests.helpdesk import ScriptedHelpdesk
from tests.listed import ListedHelpdesk, ingest
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def listed(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> ListedHelpdesk:
    found = ListedHelpdesk(helpdesk, paging="page", tickets=40)
    found.connect(tenant, deleted_when={"status": "gone"})
    return found


def live(tenant: Tenant) -> set[str]:
    return {each["external_id"] for each in TicketStore(tenant).iterate_live({}, limit=1_000)}


def gone(ticket: dict[str, Any]) -> dict[str, Any]:
    return {**ticket, "status": "gone", "updated_at": "2026-03-11T10:00:00Z"}


def test_they_are_deleted_and_come_back_if_a_later_page_has_them(tenant: Tenant, listed: ListedHelpdesk) -> None:
    ingest(tenant)
    first, second = listed.tickets[0], listed.tickets[1]
    listed.tickets[:2] = [gone(first), gone(second)]
    listed.tickets[10] = first
    ingest(tenant, full=True)
    assert first["id"] in live(tenant)
    assert second["id"] not in live(tenant)


def test_the_brake_holds_for_the_rest_of_the_run_and_says_so_once(tenant: Tenant, listed: ListedHelpdesk) -> None:
    ingest(tenant)
    listed.tickets = [gone(each) for each in listed.tickets[:35]] + listed.tickets[35:]
    outcome = ingest(tenant, full=True)
    assert outcome.warning is not None
    assert outcome.warning["code"] == "deletion_brake"
    assert outcome.warning["message"].count("so no more were deleted") == 1
    assert len(live(tenant)) > 20
    ingest(tenant, confirm_deletions=True)
    assert live(tenant) == {each["id"] for each in listed.tickets[35:]}
