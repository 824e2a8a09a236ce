"""Retention: tickets leave with their history, from every list and number at the same moment, and nothing else does."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from supportsaas import clock as clock_of_server
from supportsaas.db import indexes, mongo
from supportsaas.reliability.lock import Lock
from tenants.models import Tenant, User
from tests import processes
from tests.analytics.test_rollups import assert_exact, days_around
from tests.builders import NOON, delete_stored, record, store_tickets
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk
from tickets import jobs
from tickets.erasure import retention
from tickets.erasure.retention import erase_all, erase_some
from tickets.helpdesks.model import Source
from tickets.ingestion.preview import preview_connection
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobRequest, Progress
from tickets.notes.store import NoteStore, Subject
from tickets.store.customers import find_customers
from tickets.store.index_scans import DATE_INDEX
from tickets.store.ticket_store import TicketStore

GOING_ON = threading.Event()
"""A stop that nobody requests."""


def made(days_old: Iterable[int], **values: Any) -> list[dict[str, Any]]:
    """A ticket of each age, named after it."""
    return [{"id": f"D-{each}", "created_at": (NOON - timedelta(days=each)).isoformat(), **values} for each in days_old]


def keep_for(tenant: Tenant, days: int | None) -> None:
    """As the tenant's page in the admin sets it; other processes have the tenant as it was."""
    Tenant.objects.filter(pk=tenant.pk).update(retention_days=days)


def stored(name: str = "tickets", tenant: str = "acme") -> set[str]:
    return set(mongo.collection(name).distinct("external_id", {"tenant_id": tenant}))


def erase(tenant: Tenant, *, now: datetime = NOON) -> int:
    return erase_all(tenant, stop=GOING_ON, now=lambda: now)


def assert_whole(tenant: Tenant) -> None:
    """Every number is that of the tickets, and no history is left without its ticket."""
    assert_exact(tenant, days_around(tenant.zone, days=90), now=NOON)
    assert stored("ticket_history") == stored()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)


class TestErasing:
    def test_only_tickets_as_old_as_the_period_are_erased_with_their_history(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        for each in (tenant, other_tenant):
            store_tickets(each, made([29, 30, 31, 50], message="We will file a lawsuit"))
        store_tickets(tenant, made([50], status="closed", updated_at=NOON.isoformat()))
        keep_for(tenant, 30)
        assert erase(tenant, now=NOON - timedelta(milliseconds=1)) == 2
        assert erase(tenant) == 1
        assert stored() == {"D-29"}
        assert len(stored(tenant="globex")) == len(stored("ticket_history", "globex")) == 4
        assert_whole(tenant)
        assert_exact(other_tenant, days_around(tenant.zone, days=90), now=NOON)
        assert erase(tenant) == 0

    def test_nothing_is_erased_without_a_period(self, tenant: Tenant) -> None:
        store_tickets(tenant, made([9_000]))
        assert erase(tenant) == 0
        assert stored() == {"D-9000"}

    def test_deleted_tickets_are_erased_and_were_in_no_number_before(self, tenant: Tenant) -> None:
        store_tickets(tenant, made(range(28, 36)))
        delete_stored(tenant, ["D-29", "D-31", "D-33"])
        keep_for(tenant, 30)
        assert erase(tenant) == 6
        assert stored() == {"D-28", "D-29"}
        assert_whole(tenant)

    @pytest.mark.usefixtures("small_batches")
    def test_the_oldest_go_first_and_numbers_are_exact_after_each_batch(self, tenant: Tenant) -> None:
        store_tickets(tenant, made(range(25, 41)))
        delete_stored(tenant, ["D-40", "D-36"])
        keep_for(tenant, 30)
        lock = Lock(tenant.slug)
        for left in (range(25, 38), range(25, 35), range(25, 32), range(25, 30), range(25, 30)):
            with lock.kept("test") as held:
                assert held is not None
                erase_some(tenant, lock=lock, held=held, now=NOON)
            assert stored() == {f"D-{each}" for each in left}
            assert_whole(tenant)

    def test_a_customer_goes_with_the_last_ticket(self, tenant: Tenant) -> None:
        store_tickets(tenant, made([60, 61], customer_id="ann", message="This is terrible"))
        store_tickets(tenant, made([10, 62], customer_id="bob"))
        keep_for(tenant, 30)
        assert erase(tenant) == 3
        assert [(each.customer_id, each.total) for each in find_customers(tenant)] == [("bob", 1)]
        assert_whole(tenant)

    def test_a_longer_period_or_none_keeps_what_a_shorter_one_would_erase(self, tenant: Tenant) -> None:
        store_tickets(tenant, made([35, 45, 55, 65]))
        for days, left in ((60, {35, 45, 55}), (40, {35}), (90, {35}), (None, {35})):
            keep_for(tenant, days)
            erase(tenant)
            assert stored() == {f"D-{each}" for each in left}
            assert_whole(tenant)

    @pytest.mark.usefixtures("small_batches")
    def test_a_period_that_is_removed_meanwhile_keeps_the_rest(self, tenant: Tenant) -> None:
        store_tickets(tenant, made(range(40, 50)))
        keep_for(tenant, 30)
        tenant.refresh_from_db()

        def now() -> datetime:
            if len(stored()) == 7:
                keep_for(tenant, None)
            return NOON

        assert erase_all(tenant, stop=GOING_ON, now=now) == 3
        assert len(stored()) == 7
        assert_whole(tenant)

    def test_a_long_history_is_erased_in_parts(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "MOST_ENTRIES", 4)
        store_tickets(tenant, made([10, 40, 41]))
        for minute in range(1, 11):
            moment = NOON + timedelta(minutes=minute)
            status = ("open", "closed")[minute % 2]
            store_tickets(tenant, made([40], status=status, updated_at=moment.isoformat()), now=moment)
        assert mongo.collection("ticket_history").count_documents({"external_id": "D-40"}) > 8
        keep_for(tenant, 30)
        assert erase(tenant) == 2
        assert stored() == {"D-10"}
        assert_whole(tenant)

    def test_the_oldest_are_found_by_an_index(self, tenant: Tenant) -> None:
        store_tickets(tenant, made(range(10, 20)))
        keep_for(tenant, 30)
        with profiled() as commands:
            assert not retention.is_any_past_retention(tenant, now=NOON)
        (found,) = commands
        assert found["planSummary"].count("IXSCAN") == found["planSummary"].count("created_at") == 2
        assert (found["docsExamined"], found.get("hasSortStage", False)) == (0, False)
        assert found["command"]["hint"] == DATE_INDEX


@contextmanager
def profiled() -> Iterator[list[mongo.Document]]:
    """What is then asked of the tickets, as MongoDB's profiler describes it."""
    database, found = mongo.database(), list[mongo.Document]()
    database.command("profile", 2)
    try:
        yield found
    finally:
        database.command("profile", 0)
        found += database["system.profile"].find({"ns": f"{database.name}.tickets", "op": "query"})
        database["system.profile"].drop()


class TestInterruptions:
    @pytest.mark.usefixtures("small_batches")
    def test_after_an_end_between_two_transactions_the_next_round_continues(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "MOST_ENTRIES", 2)
        store_tickets(tenant, made(range(28, 40)))
        keep_for(tenant, 30)
        original = mongo.in_transaction
        rounds = 0
        while True:
            rounds += 1
            left = iter(range(rounds % 4 + 1))

            def in_transaction(work: Any, left: Iterator[int] = left) -> Any:
                if next(left, None) is None:
                    raise KeyboardInterrupt
                return original(work)

            monkeypatch.setattr(mongo, "in_transaction", in_transaction)
            try:
                erase(tenant)
                break
            except KeyboardInterrupt:
                monkeypatch.setattr(mongo, "in_transaction", original)
                assert_exact(tenant, days_around(tenant.zone, days=90), now=NOON)
                assert stored("ticket_history") <= stored()
                assert rounds < 100
        monkeypatch.setattr(mongo, "in_transaction", original)
        assert rounds > 3
        assert stored() == {"D-28", "D-29"}
        assert_whole(tenant)

    def test_who_has_lost_the_lock_erases_nothing(self, tenant: Tenant) -> None:
        store_tickets(tenant, made([40]))
        keep_for(tenant, 30)

        def now() -> datetime:
            assert Lock(tenant.slug, clock=lambda: NOON + timedelta(days=20_000)).take("another") is not None
            return NOON

        assert erase_all(tenant, stop=GOING_ON, now=now) == 0
        assert stored() == {"D-40"}
        assert_whole(tenant)

    def test_two_workers_at_once_erase_each_ticket_once(self, tenant: Tenant) -> None:
        for customer in "abc":
            store_tickets(
                tenant,
                [{**each, "id": customer + each["id"], "customer_id": customer} for each in made(range(400, 440))],
            )
        keep_for(tenant, 30)
        program = ("-m", "tests.erasure.retention_process")
        with processes.together(2, *program, env=processes.environment()) as go:
            erased = [int(each) for each in go()]
        assert sum(erased) == 120
        assert stored() == stored("ticket_history") == set()
        assert_exact(tenant, days_around(tenant.zone), now=NOON)


class TestRuns:
    @pytest.fixture
    def ingest(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source], clock: FakeClock
    ) -> Callable[..., Outcome]:
        native_source(helpdesk.url, page_size=10)

        def run(listener: Callable[[Progress], None] | None = None) -> Outcome:
            clock.advance(minutes=10)
            tenant.refresh_from_db()
            request = JobRequest(trigger="command", started_by="test")
            job_id = jobs.begin_at_once(tenant, request, owner_id="test", now=clock())
            return ingest_tenant(
                tenant, request, job_id=job_id, owner_id="test", listener=listener, now=clock, sleep=clock.sleep
            )

        return run

    def test_a_ticket_past_retention_is_not_stored_again(
        self,
        tenant: Tenant,
        helpdesk: ScriptedHelpdesk,
        ingest: Callable[..., Outcome],
        clock: FakeClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(clock_of_server, "now", clock)
        helpdesk.tickets = [record(**{"id_": each.pop("id"), **each}) for each in made([10, 20, 40])]
        assert ingest().progress.counts.new_ingested == 3
        keep_for(tenant, 30)
        assert erase(tenant) == 1
        for each in helpdesk.tickets:
            each |= {"status": "closed", "updated_at": NOON.isoformat()}
        tenant.refresh_from_db()
        preview = preview_connection(Source.objects.get(tenant=tenant), wait=lambda *_: None)
        outcome = ingest()
        for counts in (preview.counts, outcome.progress.counts):
            assert (counts.new_ingested, counts.updated, counts.deleted, counts.quarantined) == (0, 2, 0, 0)
        assert outcome.status == "completed"
        assert stored() == {"D-10", "D-20"}
        assert_whole(tenant)

    @pytest.mark.usefixtures("small_batches")
    def test_a_run_erases_between_its_pages(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[..., Outcome]
    ) -> None:
        store_tickets(tenant, made(range(31, 51)))
        keep_for(tenant, 30)
        helpdesk.tickets = [record(f"T-{n}") for n in range(30)]
        left: list[int] = []

        def look(progress: Progress) -> None:
            assert erase(tenant) == 0, "the run has the lock"
            left.append(len({each for each in stored() if each.startswith("D-")}))

        assert ingest(look).status == "completed"
        assert left[0] == 17 and left[-1] <= 11
        assert left == sorted(left, reverse=True)
        erase(tenant)
        assert stored() == {f"T-{n}" for n in range(30)}
        assert_whole(tenant)

    @pytest.mark.usefixtures("small_batches")
    def test_a_ticket_that_the_next_page_changes_can_be_erased_before(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[..., Outcome]
    ) -> None:
        """Its later version was created recently, so it counts as a new ticket."""
        store_tickets(tenant, made(range(31, 51)))
        keep_for(tenant, 30)
        helpdesk.tickets = [
            *(record(f"T-{n}") for n in range(10)),
            *(record(f"D-{n}", status="closed", updated_at=NOON.isoformat()) for n in range(31, 51)),
        ]
        assert ingest().status == "completed"
        erase(tenant)
        assert len(stored()) == 30
        assert_whole(tenant)

    def test_a_run_that_fails_before_its_first_page_erases_too(
        self, tenant: Tenant, ingest: Callable[..., Outcome]
    ) -> None:
        store_tickets(tenant, made([40]))
        keep_for(tenant, 30)
        Source.objects.update(url="http://127.0.0.1:9")
        assert ingest().status == "failed"
        assert stored() == set()
        assert_whole(tenant)

    @pytest.mark.usefixtures("small_batches")
    def test_a_queued_run_leaves_time_for_one_batch(self, tenant: Tenant) -> None:
        store_tickets(tenant, made(range(31, 41)))
        keep_for(tenant, 30)
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test"))
        assert erase(tenant) == 3
        assert_whole(tenant)


def test_notes_about_old_tickets_and_old_notes_about_customers_are_erased(tenant: Tenant, team_mate: User) -> None:
    store_tickets(tenant, made([10, 40]))
    keep_for(tenant, 30)
    notes = NoteStore(tenant)
    for days in (10, 40):
        notes.add(Subject("ticket", f"D-{days}"), f"ticket of {days} days", by=team_mate, now=NOON)
        written = NOON - timedelta(days=days)
        notes.add(Subject("customer", "cust_1"), f"note of {days} days", by=team_mate, now=written)
    erase(tenant)
    left = {each["text"] for each in mongo.collection("notes").find()}
    assert left == {"ticket of 10 days", "note of 10 days"}


class TestEarlierVersions:
    def test_no_ticket_expires_by_an_old_date_and_no_history_is_left_behind(self, tenant: Tenant) -> None:
        store_tickets(tenant, made([40, 41, 42]))
        past, coming = NOON - timedelta(days=1), NOON + timedelta(days=40_000)
        for name in ("tickets", "ticket_history"):
            mongo.collection(name).create_index(
                [("expires_at", 1)], name="expires_at", expireAfterSeconds=0, sparse=True
            )
            mongo.collection(name).update_many({}, {"$set": {"expires_at": past}})
        mongo.collection("tickets").delete_one({"external_id": "D-41"})  # MongoDB has not come to its history yet
        mongo.collection("ticket_history").update_many({"external_id": "D-42"}, {"$set": {"expires_at": coming}})
        migrate = import_module("tickets.migrations.0011_tickets_expire_by_retention").drop_indexes
        migrate(None, None)
        migrate(None, None)
        indexes.ensure_indexes()
        for name in ("tickets", "ticket_history"):
            found = mongo.collection(name).index_information().values()
            assert not [each for each in found if "expireAfterSeconds" in each]
        assert stored() == stored("ticket_history") == {"D-40", "D-42"}

    def test_nothing_that_is_stored_says_when_it_expires(self, tenant: Tenant) -> None:
        tenant.retention_days = 100
        store_tickets(tenant, made([10]))
        store_tickets(tenant, made([10], status="closed", updated_at=NOON.isoformat()))
        delete_stored(tenant, ["D-10"])
        assert TicketStore(tenant).count_live() == 0
        for name in ("tickets", "ticket_history"):
            assert mongo.collection(name).count_documents({"expires_at": {"$exists": True}}) == 0
