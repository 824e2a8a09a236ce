"""A tenant with two helpdesks: each is read, scheduled and reported on its own."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from analytics.run_badges import run_badge
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, connect_source, finished_job, record
from tests.commands import run
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.passing import pass_time
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion import name_spaces
from tickets.ingestion.connecting import remove_source, save_source
from tickets.ingestion.name_spaces import NameTaken, choose_name
from tickets.ingestion.outages import find_outages, watch
from tickets.ingestion.read_history import find_read_history
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.ingestion.schedule import find_schedules, start_due_runs
from tickets.ingestion.sync_state import find_state
from tickets.ingestion.sync_status import find_sync_status
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest
from tickets.store import quarantine
from tickets.views.ingestion.runs import past_run

pytestmark = pytest.mark.usefixtures("db")

MINUTE = timedelta(minutes=1)


@pytest.fixture
def first(helpdesk: ScriptedHelpdesk) -> ScriptedHelpdesk:
    helpdesk.tickets = [record(f"T-{n}", subject="First") for n in range(1, 6)]
    return helpdesk


@pytest.fixture
def second() -> Iterator[ScriptedHelpdesk]:
    """Another helpdesk, which numbers its tickets as the first one does."""
    with ScriptedHelpdesk() as scripted:
        scripted.tickets = [record(f"T-{n}", subject="Second") for n in range(1, 4)]
        yield scripted


@pytest.fixture
def both(tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk) -> tuple[Source, Source]:
    """Both connected, the second one under the name `second`."""
    return connect_source(tenant, url=first.url), connect_source(tenant, url=second.url, name="second")


def ingest(tenant: Tenant, *keys: str, **options: Any) -> Outcome:
    request = JobRequest(trigger="command", started_by="test", connections=keys, **options)
    job_id = jobs.begin_at_once(tenant, request, owner_id="test")
    return ingest_tenant(tenant, request, job_id=job_id, owner_id="test", sleep=pass_time)


def subjects(**match: Any) -> dict[str, str]:
    found = mongo.collection("tickets").find({"is_deleted": False, **match})
    return {each["external_id"]: each["subject"] for each in found}


def fail(_path: str, _query: dict[str, str]) -> Any:
    return answer({"detail": "no"}, 404)


FIRST = {f"T-{n}": "First" for n in range(1, 6)}
SECOND = {f"second:T-{n}": "Second" for n in range(1, 4)}


class TestReading:
    def test_the_same_ids_of_two_helpdesks_are_different_tickets(
        self, tenant: Tenant, both: tuple[Source, Source]
    ) -> None:
        outcome = ingest(tenant)
        assert (outcome.status, outcome.progress.counts.new_ingested) == ("completed", 8)
        assert subjects() == {**FIRST, **SECOND}
        assert subjects(connection="second") == SECOND
        job = jobs.find_job(outcome.job_id)
        assert job is not None
        parts = [(each["name"], each["status"], each["counts"]["new_ingested"]) for each in job["connections"]]
        assert parts == [("native", "completed", 5), ("second", "completed", 3)]
        assert ingest(tenant).progress.counts.unchanged == 8

    def test_changes_and_deletions_in_one_touch_nothing_of_the_other(
        self, tenant: Tenant, both: tuple[Source, Source], second: ScriptedHelpdesk
    ) -> None:
        ingest(tenant)
        second.tickets = [record("T-1", subject="Changed", updated_at="2026-03-10T10:00:00Z"), second.tickets[1]]
        second.deleted = ["T-3", "T-5"]
        outcome = ingest(tenant)
        counts = outcome.progress.counts
        assert (counts.updated, counts.unchanged, counts.deleted) == (1, 6, 1)
        assert subjects() == {**FIRST, "second:T-1": "Changed", "second:T-2": "Second"}

    def test_the_brake_counts_the_tickets_of_one_connection(
        self,
        tenant: Tenant,
        both: tuple[Source, Source],
        first: ScriptedHelpdesk,
        second: ScriptedHelpdesk,
        settings: Any,
    ) -> None:
        settings.DELETION_BRAKE_TICKETS, settings.DELETION_BRAKE_PERCENT = 1, 50
        first.tickets = [record(f"T-{n}") for n in range(1, 41)]
        ingest(tenant)
        second.tickets = second.tickets[:1]
        outcome = ingest(tenant)
        assert outcome.status == "partial" and outcome.warning is not None
        assert outcome.warning["code"] == "deletion_brake" and "“second”" in outcome.warning["message"]
        assert len(subjects()) == 43
        ingest(tenant, both[1].key, confirm_deletions=True)
        assert len(subjects()) == 41

    def test_one_that_fails_does_not_stop_the_others(
        self, tenant: Tenant, both: tuple[Source, Source], first: ScriptedHelpdesk
    ) -> None:
        first.script = fail
        outcome = ingest(tenant)
        assert (outcome.status, outcome.progress.counts.errors) == ("partial", 1)
        assert outcome.warning is not None and outcome.warning["message"].startswith("“native” could not be read.")
        assert subjects() == SECOND
        job = jobs.find_recent(tenant)[0]
        assert (past_run(job).is_in_part, past_run(job).imported) == (True, "1 of 2 connections failed, 3 new")
        badge = run_badge(job, find_sync_status(tenant), both[0], now=NOON)
        assert (badge.text, badge.detail) == ("Partly synced", "1 of 2 connections failed, 3 new")
        assert [find_read_history(each.key).failures for each in both] == [1, 0]
        assert find_read_history(both[1].key).read_at is not None

    def test_a_run_that_can_read_none_of_them_fails(
        self, tenant: Tenant, both: tuple[Source, Source], first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        first.script = second.script = fail
        outcome = ingest(tenant)
        assert (outcome.status, outcome.progress.counts.errors) == ("failed", 2)
        assert outcome.error is not None
        assert outcome.error["code"] == "not_found"
        assert all(f"“{name}” could not be read." in outcome.error["message"] for name in ("native", "second"))

    def test_only_the_one_that_was_asked_for_is_read(
        self, tenant: Tenant, both: tuple[Source, Source], first: ScriptedHelpdesk
    ) -> None:
        ingest(tenant, both[1].key)
        assert (subjects(), first.requests) == (SECOND, [])
        assert run("ingest", "--tenant", "acme", "--connection", "native")[0] == 0
        assert subjects() == {**FIRST, **SECOND}

    def test_one_that_is_switched_off_is_not_read(
        self, tenant: Tenant, both: tuple[Source, Source], second: ScriptedHelpdesk
    ) -> None:
        both[1].enabled = False
        save_source(both[1])
        assert ingest(tenant).status == "completed"
        assert (subjects(), second.requests) == (FIRST, [])
        outcome = ingest(tenant, both[1].key)
        assert outcome.error == {
            "code": "misconfigured",
            "message": "The connection was removed or turned off, so nothing was read.",
        }

    def test_rejected_records_are_retried_with_the_settings_of_their_own_connection(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        connect_source(tenant, url=first.url)
        fields = {"id": "id", "created_at": "opened", "subject": "title"}
        options = {
            "path": "/external/support-tickets",
            "records": "tickets",
            "size_param": "page_size",
            "fields": fields,
        }
        second.tickets = [{"id": "7", "opened": "nonsense", "title": "Odd", "created": "2026-03-10T09:00:00Z"}]
        other = connect_source(tenant, kind="rest", url=second.url, name="second", options=options)
        assert ingest(tenant).progress.counts.quarantined == 1
        other.options = {**options, "fields": {**fields, "created_at": "created"}}
        save_source(other)
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test", kind="retry"))
        Worker().run_pending()
        assert quarantine.count_records(tenant) == 0
        assert subjects() == {**FIRST, "second:7": "Odd"}


class TestResuming:
    def test_a_run_goes_on_in_the_connection_where_the_one_before_stopped(
        self, tenant: Tenant, both: tuple[Source, Source], first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        first.page_size = second.page_size = 1
        second.script = lambda path, query: answer({}, 403) if query.get("page") == "3" else None
        stopped = ingest(tenant)
        assert stopped.status == "partial"
        second.script = None
        first.requests.clear()
        second.requests.clear()
        assert ingest(tenant).status == "completed"
        pages = [[query["page"] for _, query, _ in each.requests if "page" in query] for each in (first, second)]
        assert (pages[0][0], pages[1][0]) == ("1", "2")
        assert subjects() == {**FIRST, **SECOND}

    def test_those_that_a_run_did_not_get_to_come_first_in_the_next(
        self, tenant: Tenant, both: tuple[Source, Source]
    ) -> None:
        stop = threading.Event()
        request = JobRequest(trigger="command", started_by="test")
        job_id = jobs.begin_at_once(tenant, request, owner_id="test")
        outcome = ingest_tenant(
            tenant, request, job_id=job_id, owner_id="test", stop=stop, listener=lambda _progress: stop.set()
        )
        assert outcome.status == "cancelled"
        assert [each.status for each in outcome.progress.parts] == ["cancelled", "waiting"]
        assert [each.name for each in ingest(tenant).progress.parts] == ["second", "native"]

    def test_each_has_a_cursor_of_its_own(self, tenant: Tenant, both: tuple[Source, Source]) -> None:
        ingest(tenant)
        assert [find_state(each.key).last_full_at is not None for each in both] == [True, True]
        assert [each.key for each in both] == ["acme", "acme:second"]
        save_source(both[1], is_read_differently=True)
        assert [find_state(each.key).last_full_at is not None for each in both] == [True, False]

    def test_progress_counts_each_connection_the_same(self) -> None:
        job = {"status": "running", "total_pages": 14, "processed_pages": 12, "earlier_pages": 10,
               "connections": [{"status": "failed"}, {"status": "running"}, {"status": "waiting"}]}  # fmt: skip
        assert jobs.percentage(job) == 50


class TestSchedules:
    def test_each_has_its_own_and_those_that_are_due_share_a_run(
        self, tenant: Tenant, both: tuple[Source, Source], clock: FakeClock
    ) -> None:
        for source, every in zip(both, (15, 60), strict=True):
            source.every_minutes = every
            save_source(source)
        assert {key: each.interval for key, each in find_schedules().items()} == {
            "acme": 15 * MINUTE, "acme:second": 60 * MINUTE,
        }  # fmt: skip
        mongo.collection("schedules").update_one({"_id": "acme:second"}, {"$set": {"next_at": NOON - MINUTE}})
        mongo.collection("schedules").update_one({"_id": "acme"}, {"$set": {"next_at": NOON + MINUTE}})
        assert start_due_runs(clock=lambda: NOON) == 1
        (job,) = jobs.find_recent(tenant)
        assert job["options"]["connections"] == ["acme:second"]
        Worker().run_pending()
        assert subjects() == SECOND
        mongo.collection("schedules").update_many({}, {"$set": {"next_at": NOON}})
        assert start_due_runs(clock=lambda: NOON + MINUTE) == 1
        assert sorted(jobs.find_recent(tenant)[0]["options"]["connections"]) == ["acme", "acme:second"]

    def test_a_run_of_another_connection_is_not_as_good(self, tenant: Tenant, both: tuple[Source, Source]) -> None:
        both[1].every_minutes = 60
        save_source(both[1])
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test", connections=[both[0].key]))
        mongo.collection("schedules").update_one({}, {"$set": {"next_at": NOON - MINUTE}})
        assert start_due_runs(clock=lambda: NOON) == 0
        assert find_schedules()["acme:second"].next_at == NOON + MINUTE

    def test_the_tenant_is_as_fresh_as_its_worst_connection(self, tenant: Tenant, both: tuple[Source, Source]) -> None:
        for source in both:
            source.every_minutes = 60
            save_source(source)
        mongo.collection("schedules").update_many({}, {"$set": {"next_at": NOON + MINUTE}})
        _ran(tenant, NOON - 5 * 60 * MINUTE, completed=["acme", "acme:second"])
        _ran(tenant, NOON - 10 * MINUTE, completed=["acme"])
        found = find_sync_status(tenant, now=NOON)
        assert (found.state, found.as_of) == ("error", NOON - 5 * 60 * MINUTE)
        assert found.sentence.startswith("“second” syncs every hour, but last synced 5 hours ago")

    def test_an_outage_names_the_connection(self, tenant: Tenant, both: tuple[Source, Source]) -> None:
        for minutes in (30, 20):
            _ran(tenant, NOON - minutes * MINUTE, completed=["acme"], failed=["acme:second"])
        watch(clock=lambda: NOON)
        (outage,) = find_outages(tenant)
        assert outage.sentence.startswith("The helpdesk “second” cannot be read: 2 syncs in a row failed.")

    def test_a_run_that_failed_before_it_read_anything_failed_for_those_it_was_for(
        self, tenant: Tenant, both: tuple[Source, Source]
    ) -> None:
        request = JobRequest(trigger="schedule", started_by="schedule", connections=["acme:second"])
        job_id = jobs.begin_at_once(tenant, request, owner_id="test", now=NOON)
        jobs.finish(job_id, owner_id="test", status="failed", progress=jobs.Progress(), now=NOON)
        assert [find_read_history(each.key).failures for each in both] == [0, 1]
        finished_job(tenant, status="failed", now=NOON)
        assert [find_read_history(each.key).failures for each in both] == [1, 2]


class TestUpgrade:
    """From the version that knew one connection a tenant."""

    def test_what_is_stored_for_the_only_connection_stays_its_own(
        self, tenant: Tenant, first: ScriptedHelpdesk
    ) -> None:
        source = connect_source(tenant, url=first.url, every_minutes=15)
        ingest(tenant)
        _as_before()
        state, schedule = find_state("acme"), find_schedules()
        migrate()
        assert (find_state(source.key), find_schedules()) == (state, schedule)
        assert find_read_history(source.key).read_at is not None
        assert ingest(tenant).progress.counts.unchanged == 5

    def test_state_of_one_whose_ids_have_a_prefix_moves_to_its_own_key(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        former = connect_source(tenant, url=first.url)
        ingest(tenant)
        remove_source(former)
        connect_source(tenant, url=second.url, every_minutes=15)
        ingest(tenant)
        state, history = find_state("acme:native-2"), find_read_history("acme:native-2")
        _as_before()
        found = mongo.collection("sync_state").find_one_and_delete({"_id": "acme:native-2"})
        mongo.collection("sync_state").insert_one({**(found or {}), "_id": "acme"})
        Source.objects.update(prefix="")
        for _ in range(2):
            migrate()
            assert Source.objects.get().prefix == "native-2:"
            assert (find_state("acme:native-2"), find_read_history("acme:native-2")) == (state, history)
            assert find_state("acme").cursor is None and find_state("acme").last_full_at is None
        assert ingest(tenant).progress.counts.unchanged == 3

    def test_a_run_that_stopped_before_the_upgrade_goes_on_after_it(
        self, tenant: Tenant, first: ScriptedHelpdesk
    ) -> None:
        connect_source(tenant, url=first.url)
        first.page_size = 1
        first.script = lambda path, query: answer({}, 403) if query.get("page") == "3" else None
        assert ingest(tenant).status == "failed"
        _as_before()
        migrate()
        first.script = None
        first.requests.clear()
        assert ingest(tenant).status == "completed"
        assert first.requests[0][1]["page"] == "2"

    def test_the_old_unique_index_gives_way_to_that_of_the_names(self, tenant: Tenant) -> None:
        sources = mongo.collection("tenants_source")
        indexes = sources.index_information()
        unique = {name: each["key"] for name, each in indexes.items() if each.get("unique")}
        assert list(unique.values()) == [[("tenant_id", 1), ("name", 1)]]
        with connection.schema_editor() as editor:  # back to the stored form of before, and forward again
            migration, state = _before_and_after()
            migration.unapply(state.clone(), editor)
            mongo.collection("tenants_source").insert_one({"tenant_id": tenant.pk, "name": "", "kind": "house",
                                                           "url": "http://127.0.0.1:9"})  # fmt: skip
            old = [each["key"] for each in sources.index_information().values() if each.get("unique")]
            assert old == [[("tenant_id", 1)]]
            migration.apply(state.clone(), editor)
        assert {name for name, each in sources.index_information().items() if each.get("unique")} == set(unique)
        kept = Source.objects.get()
        assert (kept.tenant_id, kept.prefix, kept.checked_at, kept.check_problem) == (tenant.pk, "", None, "")
        connect_source(tenant, url="http://127.0.0.1:10", name="second")


def migrate() -> None:
    import_module(f"tenants.migrations.{MIGRATION}").key_by_connection(None, None)


def _as_before() -> None:
    """The log of runs as the earlier version stored it."""
    mongo.collection("ingestion_logs").update_many({}, {"$unset": {"connections": "", "earlier_pages": ""}})


def _before_and_after() -> tuple[Any, Any]:
    """The migration, and the state of the models before it."""
    loader = MigrationLoader(connection)
    migration = loader.get_migration("tenants", MIGRATION)
    return migration, loader.project_state(("tenants", migration.dependencies[0][1]), at_end=True)


MIGRATION = "0014_several_connections"


class TestAddingAndRemoving:
    def test_a_removed_one_keeps_its_tickets_and_finds_them_when_it_is_added_again(
        self, tenant: Tenant, both: tuple[Source, Source], second: ScriptedHelpdesk
    ) -> None:
        ingest(tenant)
        remove_source(both[1])
        second.tickets[0] |= {"subject": "Later", "updated_at": "2026-03-10T11:00:00Z"}
        ingest(tenant)
        assert subjects() == {**FIRST, **SECOND}
        again = Source(tenant=tenant, url=second.url)
        choose_name(again, is_same=False)
        assert save_source(again).name == "second"
        ingest(tenant)
        assert subjects() == {**FIRST, **SECOND, "second:T-1": "Later"}

    def test_a_first_one_without_tickets_stays_the_first(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk
    ) -> None:
        connected = connect_source(tenant, url=first.url)
        other = connect_source(tenant, url=second.url)
        ingest(tenant)
        assert (connected.prefix, other.prefix) == ("", "native-2:")
        assert subjects() == {**FIRST, **{f"native-2:T-{n}": "Second" for n in range(1, 4)}}

    def test_the_same_helpdesk_is_not_added_twice_by_mistake(self, tenant: Tenant, both: tuple[Source, Source]) -> None:
        source = Source(tenant=tenant, url=both[0].url)
        with pytest.raises(NameTaken, match="“native” already reads this helpdesk"):
            choose_name(source, is_same=False)
        choose_name(source, is_same=False, name="third")
        assert save_source(source).prefix == "third:"

    def test_no_two_have_the_same_name(self, tenant: Tenant, both: tuple[Source, Source]) -> None:
        source = Source(tenant=tenant, url="http://127.0.0.1:9")
        with pytest.raises(NameTaken, match="Another connection is called “second”"):
            choose_name(source, is_same=False, name="second")
        source.name = "second"  # as if the other one had been stored a moment later
        with pytest.raises(NameTaken, match="Another connection is called “second”"):
            save_source(source)

    def test_of_two_people_who_add_the_same_name_at_once_one_gets_a_sentence(self, tenant: Tenant) -> None:
        ends = at_once([lambda n=n: add(tenant, f"http://127.0.0.1:{n}", name="desk") for n in range(1, 5)])
        assert sorted(ends)[:3] == ["Another connection is called “desk”. Choose another name."] * 3
        assert [each.name for each in Source.objects.filter(tenant=tenant)] == ["desk"]

    def test_of_several_that_are_added_at_once_only_one_keeps_plain_ids(self, tenant: Tenant) -> None:
        at_once([lambda n=n: add(tenant, f"http://127.0.0.1:{n}") for n in range(1, 5)])
        sources = name_spaces.find_sources(tenant)
        assert sorted(each.prefix for each in sources) == ["", *sorted(f"native-{n}:" for n in (2, 3, 4))]
        assert len({each.key for each in sources}) == 4

    def test_while_one_run_is_in_progress_no_other_starts(self, tenant: Tenant, both: tuple[Source, Source]) -> None:
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test", connections=[both[0].key]))
        with pytest.raises(jobs.JobActive):
            jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test", connections=[both[1].key]))


class TestPages:
    def test_the_ingestion_page_shows_each_connection_and_can_run_it_alone(
        self, tenant: Tenant, both: tuple[Source, Source], first: ScriptedHelpdesk, manager: User,
        client_of: Callable[[User], Client],
    ) -> None:  # fmt: skip
        first.script = fail
        ingest(tenant)
        client = client_of(manager)
        html = " ".join(client.get("/t/acme/ingestion/").content.decode().split())
        assert "2 helpdesk connections" in html and html.count('name="connection"') == 2
        assert "“native” could not be read." in html and "native: failed, nothing new" in html
        assert "second: completed, 3 new" in html
        client.post("/t/acme/ingestion/run/", {"connection": str(both[1].pk)})
        job = jobs.find_active(tenant)
        assert job is not None and job["options"]["connections"] == ["acme:second"]

    def test_a_deletion_is_confirmed_for_one_connection_at_a_time(
        self, tenant: Tenant, both: tuple[Source, Source], owner: User, client_of: Callable[[User], Client]
    ) -> None:
        client = client_of(owner)
        answered = client.post("/t/acme/ingestion/run/", {"confirm_deletions": "1"}, follow=True)
        assert "Confirm the deletion for one connection at a time." in answered.content.decode()
        assert jobs.find_active(tenant) is None
        client.post("/t/acme/ingestion/run/", {"confirm_deletions": "1", "connection": str(both[1].pk)})
        assert jobs.find_active(tenant) is not None

    def test_the_connection_of_another_tenant_is_not_found(
        self, both: tuple[Source, Source], other_tenant: Tenant, manager: User, client_of: Callable[[User], Client]
    ) -> None:
        theirs = connect_source(other_tenant)
        answered = client_of(manager).post("/t/acme/ingestion/run/", {"connection": str(theirs.pk)})
        assert answered.status_code == 404 and jobs.find_active(other_tenant) is None

    def test_lists_and_tickets_say_which_connection_a_ticket_is_from_if_there_are_several(
        self, tenant: Tenant, first: ScriptedHelpdesk, second: ScriptedHelpdesk, team_mate: User,
        client_of: Callable[[User], Client],
    ) -> None:  # fmt: skip
        connect_source(tenant, url=first.url, name="emea")
        ingest(tenant)
        client = client_of(team_mate)
        pages = ("/t/acme/tickets/", "/t/acme/tickets/T-1/", "/t/acme/customers/cust_1/")
        assert not any("emea" in client.get(page).content.decode() for page in pages)
        connect_source(tenant, url=second.url, name="apac")
        ingest(tenant)
        assert "<dt>Connection</dt><dd><bdi>emea</bdi></dd>" in client.get("/t/acme/tickets/T-1/").content.decode()
        assert "<bdi>apac</bdi>" in client.get("/t/acme/tickets/apac:T-1/").content.decode()
        html = client.get("/t/acme/tickets/").content.decode()
        assert (html.count('of-connection">emea<'), html.count('of-connection">apac<')) == (5, 3)

    def test_the_admin_lists_connections_and_adds_another_one(
        self, tenant: Tenant, both: tuple[Source, Source], superuser: User, client_of: Callable[[User], Client]
    ) -> None:
        client = client_of(superuser)
        assert "second" in client.get("/admin/tenants/source/").content.decode()
        assert "second" in client.get(f"/admin/tenants/tenant/{tenant.pk}/change/").content.decode()
        form = {"tenant": str(tenant.pk), "name": "third", "kind": "house", "url": "http://127.0.0.1:9", "auth": "none",
                "auth_name": "", "secret": "", "options": "{}", "page_size": "100", "every_minutes": "", "enabled": "on",
                "helpdesk": "another"}  # fmt: skip
        assert client.post("/admin/tenants/source/add/", form).status_code == 302
        assert [each.name for each in name_spaces.find_sources(tenant)] == ["native", "second", "third"]
        again = client.post("/admin/tenants/source/add/", {**form, "name": ""}, follow=True)
        assert "Nothing was saved. “third” already reads this helpdesk" in again.content.decode()
        assert tenant.sources.count() == 3


class TestCommandsAndApi:
    def test_with_several_connections_the_commands_ask_which_one(
        self, tenant: Tenant, both: tuple[Source, Source]
    ) -> None:
        for arguments in (["schedule", "acme", "--every", "15"], ["remove", "acme"], ["switch", "acme", "off"]):
            status, _, err = run("source", *arguments)
            assert (status, err) == (1, "acme has 2 connections: native, second. Choose one with --name.")
        status, _, err = run("source", "add", "acme", "--kind", "house", "--url", "http://127.0.0.1:9", "--replace")
        assert (status, err) == (1, "acme has 2 connections: native, second. Choose one with --replace CONNECTION.")
        status, _, err = run("source", "remove", "acme", "--name", "third")
        assert (status, err) == (1, "acme has no connection “third”. Its connections: native, second.")
        status, _, err = run("ingest", "--tenant", "acme", "--confirm-deletions")
        assert status == 2 and "choose one of acme’s connections with --connection: native, second." in err
        assert run("ingest", "--all", "--connection", "second")[0] == 2

    def test_each_command_works_on_the_connection_that_is_named(
        self, tenant: Tenant, both: tuple[Source, Source], first: ScriptedHelpdesk
    ) -> None:
        assert run("source", "schedule", "acme", "--every", "15", "--name", "second")[0] == 0
        assert set(find_schedules()) == {"acme:second"}
        assert "acme, second is off." in run("source", "switch", "acme", "off", "--name", "second")[1]
        assert find_schedules() == {}
        assert run("source", "switch", "acme", "on", "--name", "second")[0] == 0
        listed = run("source", "list", "acme")[1].splitlines()
        assert [line.split(":")[0] for line in listed] == ["acme  native", "acme  second"]
        first.script = fail
        status, out, err = run("source", "check", "acme")
        assert (status, err) == (1, "1 of 2 connections failed.") and out.startswith("second: ")
        assert run("source", "check", "acme", "--name", "second")[0] == 0
        moved = run("source", "add", "acme", "--kind", "house", "--url", "http://127.0.0.1:9", "--replace", "second",
                    "--same-helpdesk")  # fmt: skip
        assert moved[0] == 0
        assert [each.url for each in name_spaces.find_sources(tenant)] == [first.url, "http://127.0.0.1:9"]
        assert "Disconnected" in run("source", "remove", "acme", "--name", "second")[1]
        assert [each.name for each in name_spaces.find_sources(tenant)] == ["native"]

    def test_dry_runs_and_checks_of_ingest_report_each_connection(
        self, tenant: Tenant, both: tuple[Source, Source], first: ScriptedHelpdesk
    ) -> None:
        out = run("ingest", "--all", "--dry-run")[1]
        assert "acme, native: dry run: 5 new" in out and "acme, second: dry run: 3 new" in out
        first.script = fail
        status, out, err = run("ingest", "--all", "--check")
        assert status == 1 and err.startswith("acme, native: failed:") and out.startswith("acme, second: ")

    def test_the_api_reads_all_or_the_one_that_is_named(
        self, tenant: Tenant, both: tuple[Source, Source], manager: User, client_of: Callable[[User], Client]
    ) -> None:
        client = client_of(manager)
        unknown = client.post("/ingest/run?tenant_id=acme&wait=0&connection=third")
        assert unknown.status_code == 404 and "Its connections: native, second." in unknown.json()["detail"]
        assert client.post("/ingest/run?tenant_id=acme&wait=0&connection=second").status_code == 202
        Worker().run_pending()
        assert subjects() == SECOND
        job_id = client.post("/ingest/run?tenant_id=acme&wait=0").json()["job_id"]
        Worker().run_pending()
        body = client.get(f"/ingest/progress/{job_id}").json()
        assert (body["status"], body["progress"], body["new_ingested"], body["unchanged"]) == ("completed", 100, 5, 3)


def add(tenant: Tenant, url: str, name: str = "") -> str:
    source = Source(tenant=tenant, url=url)
    try:
        choose_name(source, is_same=False, name=name)
        return f"saved as {save_source(source).name}"
    except NameTaken as error:
        return str(error)


def at_once(steps: list[Any]) -> list[str]:
    """Do all steps at the same time; what they return."""
    ends: list[str] = []
    barrier = threading.Barrier(len(steps))

    def work(step: Any) -> None:
        barrier.wait()
        try:
            ends.append(step())
        except Exception as error:
            ends.append(f"! {error!r}")
        finally:
            connections[DEFAULT_DB_ALIAS].close()

    threads = [threading.Thread(target=work, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def _ran(tenant: Tenant, at: Any, *, completed: list[str], failed: list[str] | None = None) -> None:
    """A run that has ended, with the parts of these connections."""
    job_id = jobs.begin_at_once(tenant, JobRequest(trigger="schedule", started_by="x"), owner_id="test", now=at)
    parts = [
        *(jobs.Part(key=key, name=key, status="completed", read_began=at, ended_at=at) for key in completed),
        *(jobs.Part(key=key, name=key, status="failed", ended_at=at) for key in failed or []),
    ]
    progress = jobs.Progress(parts=parts)
    jobs.finish(job_id, owner_id="test", status="partial" if failed else "completed", progress=progress, now=at)
