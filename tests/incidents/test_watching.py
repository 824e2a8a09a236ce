"""Incidents of stored tickets: found once, grown, ended, dismissed, and gone with their tickets."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from supportsaas.db import mongo
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tests.builders import delete_stored, store_tickets, store_words
from tests.commands import run
from tests.incidents.conftest import NOW, fault_records, look, ordinary_records
from tickets import jobs
from tickets.erasure.customers import erase_customer
from tickets.incidents import watching
from tickets.incidents.editing import dismiss_incident, restore_incident
from tickets.incidents.reading import KeptHours
from tickets.incidents.remembering import remember_past
from tickets.incidents.store import Incident, IncidentStore, find_ongoing
from tickets.jobs import JobRequest
from tickets.records.collection_names import INCIDENTS
from tickets.store.filters import TicketFilter
from tickets.store.ticket_queries import TicketQueries

pytestmark = pytest.mark.usefixtures("db")

LATER = NOW + timedelta(minutes=45)


def only(tenant: Tenant) -> Incident:
    (found,) = IncidentStore(tenant).find_page(skip=0, limit=10)
    return found


@pytest.fixture
def incident(weeks: Tenant) -> Incident:
    store_tickets(weeks, fault_records(15))
    assert look(weeks, LATER)
    return only(weeks)


def test_fifteen_customers_are_one_incident_with_the_numbers_that_explain_it(weeks: Tenant, incident: Incident) -> None:
    assert (incident.number, incident.name, incident.tickets, incident.customers) == (1, "checkout", 15, 15)
    assert incident.observed == 15 and incident.usual == 0 and 5 <= incident.limit < 15 and incident.hours == 1
    assert (incident.first_at, incident.last_at) == (NOW, NOW + timedelta(minutes=37, seconds=20))
    assert incident.found_at == LATER and incident.is_ongoing
    assert IncidentStore(weeks).find_ongoing() == [incident] == find_ongoing([weeks.slug, "another"])
    assert IncidentStore(weeks).find_found_since(NOW) == [incident]
    assert IncidentStore(weeks).find_found_since(LATER) == []


def test_looking_again_changes_nothing(weeks: Tenant, incident: Incident) -> None:
    stored = mongo.collection(INCIDENTS).find_one()
    assert look(weeks, LATER + timedelta(minutes=5))
    assert mongo.collection(INCIDENTS).find_one() == stored and only(weeks) == incident


def test_it_grows_ends_and_comes_back(weeks: Tenant, incident: Incident) -> None:
    more = NOW + timedelta(hours=1)
    store_tickets(weeks, fault_records(5, at=more, prefix="G"))
    look(weeks, more + timedelta(minutes=40))
    assert (only(weeks).tickets, only(weeks).last_at) == (20, more + timedelta(minutes=32))
    look(weeks, more + timedelta(hours=3))
    assert only(weeks).ended_at == only(weeks).last_at and not only(weeks).is_ongoing
    assert IncidentStore(weeks).find_ongoing() == []
    back = more + timedelta(hours=5)
    store_tickets(weeks, fault_records(8, at=back, prefix="H"))
    look(weeks, back + timedelta(minutes=41))
    assert only(weeks).is_ongoing and only(weeks).tickets == 28


def test_the_list_of_an_incident_has_exactly_its_tickets(weeks: Tenant, incident: Incident) -> None:
    queries = TicketQueries(weeks)
    page = queries.page_by_cursor(TicketFilter(incident="1"), size=10)
    assert page.total == queries.count(TicketFilter(incident="1")) == incident.tickets
    assert [each["external_id"] for each in page.tickets] == [f"F-{n}" for n in range(14, 4, -1)]
    assert queries.count(TicketFilter(incident="1", customer_id="F_3")) == 1
    assert queries.count(TicketFilter(incident="1", created_from=NOW + timedelta(minutes=20))) == 7
    assert queries.count(TicketFilter(incident="1", urgency=("high", "medium", "low"))) == 15
    store_words(weeks)
    assert queries.count(TicketFilter(incident="1", q="declined")) == 3
    assert queries.count(TicketFilter(incident="2")) == 0


def test_deleted_tickets_leave_the_incident_and_its_list(weeks: Tenant, incident: Incident) -> None:
    delete_stored(weeks, ["F-0", "F-1", "F-2"])
    found = only(weeks)
    assert (found.tickets, found.customers) == (12, 12) == (TicketQueries(weeks).count(TicketFilter(incident="1")), 12)


def test_workers_that_look_at_the_same_time_make_one_incident(weeks: Tenant) -> None:
    store_tickets(weeks, fault_records(15))
    done: list[bool] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        try:
            barrier.wait(30)
            done.append(watching.look(weeks, last=None, version=1, now=LATER, kept=KeptHours()))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(done) == [False, False, False, True]
    assert only(weeks).number == 1


def test_a_worker_that_fell_behind_saves_nothing(weeks: Tenant, incident: Incident) -> None:
    """It knows the last look, but not the one that another worker made since."""
    last = mongo.collection(watching.COLLECTION).find_one({"_id": weeks.slug})
    store_tickets(weeks, fault_records(5, at=LATER, prefix="G"))
    now = LATER + timedelta(minutes=45)
    assert look(weeks, now)
    stored = mongo.collection(INCIDENTS).find_one()
    assert not watching.look(weeks, last=last, version=1, now=now + timedelta(hours=3), kept=KeptHours())
    assert mongo.collection(INCIDENTS).find_one() == stored


def test_the_task_looks_every_five_minutes_and_only_at_tenants_with_other_tickets(
    weeks: Tenant, other_tenant: Tenant, clock_at: pytest.MonkeyPatch
) -> None:
    now = LATER
    clock_at.setattr("supportsaas.clock.now", lambda: now)
    store_tickets(weeks, fault_records(15))
    stop = threading.Event()
    assert watching.watch_incidents(stop) == 2  # both for the first time
    assert only(weeks).tickets == 15
    now += timedelta(minutes=4)
    assert watching.watch_incidents(stop) == 0
    now += timedelta(minutes=2)
    assert watching.watch_incidents(stop) == 1  # the other one has no news
    now += timedelta(hours=3)
    assert watching.watch_incidents(stop) == 1 and not only(weeks).is_ongoing
    now += timedelta(minutes=6)
    assert watching.watch_incidents(stop) == 0


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


def test_a_first_import_of_old_tickets_finds_nothing(tenant: Tenant) -> None:
    store_tickets(tenant, [*ordinary_records(), *fault_records(40, at=NOW - timedelta(days=1))])
    assert look(tenant, NOW)
    assert IncidentStore(tenant).count() == 0


def test_nobody_looks_while_a_large_run_adds_tickets(weeks: Tenant) -> None:
    store_tickets(weeks, fault_records(15))
    job_id = jobs.begin_at_once(weeks, JobRequest(trigger="command", started_by="cron"), owner_id="x", now=NOW)
    runs = mongo.collection(jobs.COLLECTION)
    runs.update_one({"_id": job_id}, {"$set": {"counts.new_ingested": 501}})
    assert not look(weeks, LATER) and IncidentStore(weeks).count() == 0
    runs.update_one({"_id": job_id}, {"$set": {"counts.new_ingested": 20}})
    assert look(weeks, LATER) and IncidentStore(weeks).count() == 1


class TestDismissed:
    def test_its_phrases_raise_no_other_until_that_is_undone(self, weeks: Tenant, incident: Incident) -> None:
        dismiss_incident(weeks, 1, by="ann", now=LATER)
        found = only(weeks)
        assert (found.dismissed_by, found.is_ongoing) == ("ann", False) and IncidentStore(weeks).find_ongoing() == []
        tomorrow = NOW + timedelta(days=1)
        store_tickets(weeks, fault_records(15, at=tomorrow, prefix="G"))
        look(weeks, tomorrow + timedelta(minutes=45))
        assert only(weeks).tickets == 15
        restore_incident(weeks, 1)
        look(weeks, tomorrow + timedelta(minutes=50))
        latest, former = IncidentStore(weeks).find_page(skip=0, limit=10)
        assert (latest.number, former.number, former.dismissed_at) == (2, 1, None)

    def test_a_look_at_the_same_time_does_not_undo_it(self, weeks: Tenant, incident: Incident) -> None:
        store = IncidentStore(weeks)
        known = store.find_followed(now=LATER)
        dismiss_incident(weeks, 1, by="ann", now=LATER)
        mongo.in_transaction(lambda session: store.save(known, session=session))
        assert only(weeks).dismissed_by == "ann" and not only(weeks).is_ongoing

    def test_both_are_in_the_audit_log_once_without_customers_words(self, weeks: Tenant, incident: Incident) -> None:
        for _ in range(2):
            dismiss_incident(weeks, 1, by="ann", now=LATER)
        restore_incident(weeks, 1)
        entries = list(mongo.collection("audit_log").find({"kind": "incident"}))
        assert [each["name"] for each in entries] == ["incident 1"] * 2 and "checkout" not in str(entries)

    def test_one_that_does_not_exist_is_rejected(self, weeks: Tenant) -> None:
        with pytest.raises(Rejected):
            dismiss_incident(weeks, 1, by="ann", now=LATER)


def test_an_erased_customer_leaves_no_id_and_too_few_customers_no_incident(weeks: Tenant, incident: Incident) -> None:
    erase_customer(weeks, "F_0")
    stored = mongo.collection(INCIDENTS).find_one()
    assert stored is not None and "F-0" not in stored["tickets"] and only(weeks).customers == 14
    for n in range(1, 13):
        erase_customer(weeks, f"F_{n}")
    assert IncidentStore(weeks).count() == 0


def test_retention_deletes_incidents_with_their_tickets(weeks: Tenant, clock_at: pytest.MonkeyPatch) -> None:
    store_tickets(weeks, fault_records(15))
    look(weeks, LATER)
    Tenant.objects.filter(pk=weeks.pk).update(retention_days=30)
    for days, left in ((29, 1), (31, 0)):
        clock_at.setattr("supportsaas.clock.now", lambda days=days: NOW + timedelta(days=days))
        watching.watch_incidents(threading.Event())
        assert IncidentStore(weeks).count() == left


def test_customers_words_are_no_operators(weeks: Tenant) -> None:
    store_tickets(
        weeks, fault_records(15, prefix="$F", text='The $tickets $$ROOT page {"$ne": 1} fails, $dismissed_at too')
    )
    look(weeks, LATER)
    assert only(weeks).tickets == 15 and only(weeks).is_ongoing


def test_the_command_replays_the_past_and_stores_nothing(weeks: Tenant) -> None:
    store_tickets(weeks, fault_records(15))
    status, out, _ = run("incidents", "acme", "--from", "2026-03-10", "--to", "2026-03-12")
    assert status == 0 and "2026-03-11 10:00 to 10:37, found at 10:" in out and "“checkout" in out
    assert "15 tickets of 15 customers" in out and "1 incident between 2026-03-10 and 2026-03-" in out
    assert IncidentStore(weeks).count() == 0 and mongo.collection(watching.COLLECTION).count_documents({}) == 0
    assert run("incidents", "nobody", "--from", "2026-03-10")[0] != 0
    assert run("incidents", "acme", "--from", "2026-03-10", "--to", "2026-03-01")[0] != 0


class TestThePast:
    """Incidents in tickets that were imported after they were over."""

    NEXT_DAY = NOW + timedelta(days=1)

    @pytest.fixture
    def imported(self, weeks: Tenant) -> Tenant:
        store_tickets(weeks, [*fault_records(15), *fault_records(8, at=self.NEXT_DAY - timedelta(hours=1), prefix="G")])
        return weeks

    def remember(self, tenant: Tenant) -> int:
        return remember_past(tenant, start=NOW - timedelta(days=2), end=self.NEXT_DAY)

    def test_what_was_over_is_stored_once_and_what_goes_on_is_left_to_workers(self, imported: Tenant) -> None:
        assert (self.remember(imported), self.remember(imported)) == (1, 0)
        assert (only(imported).name, only(imported).tickets) == ("checkout", 15)
        assert not only(imported).is_ongoing
        assert only(imported).ended_at == only(imported).last_at == NOW + timedelta(minutes=37, seconds=20)

    def test_the_next_look_counts_on(self, imported: Tenant) -> None:
        self.remember(imported)
        assert look(imported, self.NEXT_DAY)
        assert [each.number for each in IncidentStore(imported).find_page(skip=0, limit=9)] == [2, 1]

    def test_a_look_under_way_begins_again(self, imported: Tenant) -> None:
        assert look(imported, NOW - timedelta(hours=8))
        last = mongo.collection(watching.COLLECTION).find_one({"_id": imported.slug})
        self.remember(imported)
        assert not watching.look(imported, last=last, version=1, now=self.NEXT_DAY, kept=KeptHours())
        assert look(imported, self.NEXT_DAY)
        assert IncidentStore(imported).count() == 2

    def test_workers_look_at_once_afterwards(self, weeks: Tenant, clock_at: pytest.MonkeyPatch) -> None:
        clock_at.setattr("supportsaas.clock.now", lambda: LATER)
        stop = threading.Event()
        assert watching.watch_incidents(stop) == 1
        store_tickets(weeks, fault_records(15))
        assert watching.watch_incidents(stop) == 0 and remember_past(weeks, start=NOW, end=LATER) == 0
        assert watching.watch_incidents(stop) == 1 and only(weeks).is_ongoing

    def test_an_incident_that_a_worker_found_is_known(self, imported: Tenant) -> None:
        assert look(imported, LATER)
        assert self.remember(imported) == 0
        assert IncidentStore(imported).count() == 1

    def test_the_command_stores_them_if_told_to(self, imported: Tenant) -> None:
        status, out, _ = run("incidents", "acme", "--from", "2026-03-09", "--to", "2026-03-11", "--save")
        assert status == 0 and out.endswith("1 of them was stored.\n")
        assert only(imported).tickets == 15
