"""A changed mapping takes effect at once: stamps stored with the former one no longer decide."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record, store_tickets
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.ingestion.sync_state import find_state
from tickets.jobs import JobRequest
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

FIELDS = {name: name for name in ("id", "subject", "message", "status", "customer_id", "created_at")}
WRONG = {"path": "/items", "fields": {**FIELDS, "updated_at": "due_at"}}
RIGHT = {"path": "/items", "fields": {**FIELDS, "updated_at": "updated_at"}}
DUE = "2027-01-01T00:00:00Z"
Ingest = Callable[..., Outcome]


def item(number: int, **values: Any) -> dict[str, Any]:
    return {**record(f"T-{number}"), "due_at": DUE, **values}


class Items:
    """The helpdesk's tickets, and how often a page of ten of them was read."""

    def __init__(self) -> None:
        self.listed: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.fails_from: int | None = None

    def __call__(self, _path: str, query: dict[str, str]) -> Answer:
        self.asked.append(query)
        page = int(query["page"])
        if self.fails_from is not None and page >= self.fails_from:
            return answer({"error": "down"}, 403)
        return answer(self.listed[(page - 1) * 10 : page * 10])


@pytest.fixture
def items(helpdesk: ScriptedHelpdesk) -> Items:
    helpdesk.script = made = Items()
    return made


@pytest.fixture
def source(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Source:
    return Source.objects.create(tenant=tenant, kind="rest", url=helpdesk.url, options=WRONG, page_size=10)


@pytest.fixture
def ingest(tenant: Tenant, source: Source, clock: FakeClock) -> Iterator[Ingest]:
    def run(stop: threading.Event | None = None, **request: Any) -> Outcome:
        clock.advance(minutes=10)
        wish = JobRequest(trigger="command", started_by="test", **request)
        job_id = jobs.begin_at_once(tenant, wish, owner_id="test", now=clock())
        return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test", stop=stop, now=clock, sleep=clock.sleep)

    yield run


def statuses(tenant: Tenant) -> dict[str, str]:
    return {
        each["external_id"]: each["status"] for each in mongo.collection("tickets").find({"tenant_id": tenant.slug})
    }


def correct(source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(options=RIGHT)


def test_stamps_of_a_corrected_mapping_hold_no_change_back(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    items.listed = [item(n) for n in range(35)]
    ingest()
    items.listed[:30] = [item(n, status="resolved", updated_at="2026-03-10T10:00:00Z") for n in range(30)]
    correct(source)
    assert ingest().progress.counts.updated == 30
    assert sorted(statuses(tenant).values()) == ["open"] * 5 + ["resolved"] * 30
    stored = TicketStore(tenant).find_ticket("T-34")
    assert stored is not None and f"{stored['updated_at']:%Y-%m-%d}" == "2026-03-10"


def test_a_change_after_the_correction_is_seen_too(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    """The ticket's words stay the same in the read that corrects it: only its stamp was wrong."""
    items.listed = [item(1)]
    ingest()
    correct(source)
    assert ingest().progress.counts.unchanged == 1
    items.listed = [item(1, status="closed", updated_at="2026-03-10T10:00:00Z")]
    assert ingest().progress.counts.updated == 1
    assert statuses(tenant) == {"T-1": "closed"}


def test_each_ticket_is_overwritten_once_and_then_its_stamps_count(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    """Pages that come twice and copies that lag behind show older versions in the very same read."""
    items.listed = [item(n) for n in range(3)]
    ingest()
    newer = [item(n, status="closed", updated_at="2026-03-10T11:00:00Z") for n in range(3)]
    older = [item(n, status="pending", updated_at="2026-03-10T10:00:00Z") for n in range(3)]
    items.listed = [*newer, *(item(n) for n in range(10, 17)), *older]
    correct(source)
    ingest()
    assert {statuses(tenant)[f"T-{n}"] for n in range(3)} == {"closed"}
    assert ingest().progress.counts.updated == 0


def test_an_unchanged_ticket_counts_as_read_under_the_new_mapping(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    items.listed = [item(1, due_at="2026-03-10T11:00:00Z", updated_at="2026-03-10T11:00:00Z")]
    ingest()
    correct(source)
    ingest()
    items.listed = [item(1, status="closed", updated_at="2026-03-10T10:00:00Z")]
    assert ingest().progress.counts.unchanged == 1, "an older version, by a stamp that counts"


def test_a_correction_survives_a_read_that_breaks_off(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest, clock: FakeClock
) -> None:
    items.listed = [item(n) for n in range(30)]
    ingest()
    items.listed = [item(n, status="resolved", updated_at="2026-03-10T10:00:00Z") for n in range(30)]
    correct(source)
    items.fails_from = 2
    assert ingest().status == "failed"
    assert sorted(statuses(tenant).values()) == ["open"] * 20 + ["resolved"] * 10
    items.fails_from = None
    # Meanwhile one of the first page changes; a copy that lags behind must not undo it.
    items.listed[0] = item(0, status="closed", updated_at="2026-03-10T11:00:00Z")
    clock.advance(hours=2)
    ingest()
    items.listed[0] = item(0, status="resolved", updated_at="2026-03-10T10:00:00Z")
    ingest()
    assert statuses(tenant)["T-0"] == "closed"
    assert set(statuses(tenant).values()) == {"closed", "resolved"}


def test_a_run_does_not_resume_at_a_position_of_the_former_mapping(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    items.listed = [item(n) for n in range(30)]
    items.fails_from = 2
    ingest()
    items.fails_from = None
    correct(source)
    items.listed[0] = item(0, status="closed", updated_at="2026-03-10T10:00:00Z")
    ingest()
    assert statuses(tenant)["T-0"] == "closed"


def test_a_source_removed_and_connected_again_overwrites_too(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest, helpdesk: ScriptedHelpdesk
) -> None:
    items.listed = [item(1)]
    ingest()
    source.delete()
    Source.objects.create(tenant=tenant, kind="rest", url=helpdesk.url, options=RIGHT, page_size=10)
    items.listed = [item(1, status="closed", updated_at="2026-03-10T10:00:00Z")]
    assert ingest().progress.counts.updated == 1
    assert statuses(tenant) == {"T-1": "closed"}


def test_a_corrected_mapping_reads_everything_where_changes_would_have_been_asked_for(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    Source.objects.filter(pk=source.pk).update(options={**WRONG, "since_param": "since"})
    items.listed = [item(1)]
    for _ in range(3):  # the second makes sure of the first
        ingest()
    assert "since" in items.asked[-1]
    Source.objects.filter(pk=source.pk).update(options={**RIGHT, "since_param": "since"})
    ingest()
    assert "since" not in items.asked[-1]
    cursor = find_state(tenant.slug).cursor
    assert cursor is not None and f"{cursor:%Y}" == "2026", "the former mapping's cursor lay in the year 2027"
    for _ in range(2):
        ingest()
    assert "since" in items.asked[-1]


def test_what_an_older_version_stored_is_overwritten_once(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    store_tickets(tenant, [{"id": "T-1", "updated_at": DUE}])
    mongo.collection("tickets").update_many({}, {"$unset": {"mapping": "", "connection": ""}})
    correct(source)
    items.listed = [item(1, status="closed", updated_at="2026-03-10T10:00:00Z")]
    assert ingest().progress.counts.updated == 1
    assert statuses(tenant) == {"T-1": "closed"}


def test_a_ticket_of_an_older_version_that_closes_has_a_known_closing_time(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    correct(source)
    items.listed = [item(1)]
    ingest()
    mongo.collection("tickets").update_many({}, {"$unset": {"mapping": "", "connection": ""}})
    mongo.collection("sync_state").update_many({}, {"$unset": {"mapping": ""}})
    items.listed = [item(1, status="closed", updated_at="2026-03-10T10:30:00Z")]
    ingest()
    ticket = TicketStore(tenant).find_ticket("T-1")
    assert ticket is not None
    assert (ticket["turns"], ticket["is_closing_known"]) == ([ticket["updated_at"]], True)


def test_a_ticket_first_seen_closed_or_closed_by_a_corrected_mapping_has_no_known_closing_time(
    tenant: Tenant, source: Source, items: Items, ingest: Ingest
) -> None:
    items.listed = [item(1, status="closed", updated_at="2026-03-10T10:00:00Z"), item(2, status="Ready")]
    ingest()
    Source.objects.filter(pk=source.pk).update(options={**RIGHT, "status_map": {"Ready": "resolved", "open": "open"}})
    items.listed[1] |= {"updated_at": "2026-03-10T10:30:00Z"}
    ingest()
    store = TicketStore(tenant)
    for id_ in ("T-1", "T-2"):
        ticket = store.find_ticket(id_)
        assert ticket is not None
        assert (ticket["turns"], ticket["is_closing_known"]) == ([ticket["created_at"]], False)
