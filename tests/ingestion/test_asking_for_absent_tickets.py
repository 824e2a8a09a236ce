"""An absent ticket is asked for by its id where the helpdesk can be asked, instead of reading everything again."""

from typing import Any

import pytest

from tenants.models import Tenant
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.listed import ListedHelpdesk, ingest, live, warned
from tests.loopback_server import Answer
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


class AskedHelpdesk(ListedHelpdesk):
    """Also answers for one ticket. `hidden` are missing from the list and nowhere else; `instead_of` answers otherwise."""

    def __init__(self, helpdesk: ScriptedHelpdesk) -> None:
        super().__init__(helpdesk, paging="page")
        self.hidden: list[dict[str, Any]] = []
        self.instead_of: dict[str, Answer] = {}
        self.asked_for: list[str] = []

    def hide(self, id_: str) -> None:
        self.hidden += [each for each in self.tickets if each["id"] == id_]
        self.tickets = [each for each in self.tickets if each["id"] != id_]

    def delete(self, id_: str) -> None:
        self.tickets = [each for each in self.tickets if each["id"] != id_]

    def _serve(self, path: str, query: dict[str, str]) -> Answer:
        if not path.startswith("/items/"):
            return super()._serve(path, query)
        id_ = path.removeprefix("/items/")
        self.asked_for.append(id_)
        if id_ in self.instead_of:
            return self.instead_of[id_]
        found = next((each for each in (*self.tickets, *self.hidden) if each["id"] == id_), None)
        return answer({"item": found}) if found else answer({"error": "no such ticket"}, 404)


@pytest.fixture
def listed(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> AskedHelpdesk:
    server = AskedHelpdesk(helpdesk)
    server.connect(tenant, ticket_path="/items/{id}", ticket_record="item", deleted_when={"status": "trash"})
    ingest(tenant)
    return server


def test_one_that_is_gone_is_deleted_and_one_that_the_list_missed_is_kept(
    tenant: Tenant, listed: AskedHelpdesk
) -> None:
    listed.delete("T-003")
    listed.hide("T-007")
    outcome = ingest(tenant, full=True)
    assert (outcome.status, outcome.progress.counts.deleted) == ("completed", 1)
    assert sorted(listed.asked_for) == ["T-003", "T-007"]
    assert live(tenant) == {*listed.ids, "T-007"}


@pytest.mark.parametrize(
    ("told", "is_kept"),
    [
        (answer({}, 410), False),
        (answer({}, 301, Location="/items/T-009"), False),
        (answer({"item": {"id": "T-009", "created_at": "2026-03-10T09:00:00Z"}}), False),  # merged into another
        (answer({"item": {"id": "T-003", "status": "trash", "created_at": "2026-03-10T09:00:00Z"}}), False),
        (answer({}, 302, Location="/login"), True),
        (answer({"error": "odd"}, 422), True),
        (answer({"item": None}), True),
    ],
)
def test_what_the_helpdesk_says_of_it_decides(
    tenant: Tenant, listed: AskedHelpdesk, told: Answer, is_kept: bool
) -> None:
    listed.delete("T-003")
    listed.instead_of["T-003"] = told
    assert ingest(tenant, full=True).status == "completed"
    assert ("T-003" in live(tenant)) is is_kept


def test_many_absent_ones_still_stop_at_the_brake(tenant: Tenant, listed: AskedHelpdesk) -> None:
    for number in range(1, 21):
        listed.delete(f"T-{number:03d}")
    outcome = ingest(tenant, full=True)
    assert warned(outcome) == "deletion_brake"
    assert listed.asked_for == []
    assert TicketStore(tenant).count_live() == 35
