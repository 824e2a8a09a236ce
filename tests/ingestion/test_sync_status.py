"""The sync status: how fresh the data is, which runs decide, and where people see it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, finished_job, store_tickets
from tests.conftest import FakeClock
from tests.profiling import operations_of
from tests.reading_pages import page_of, text_of
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.connecting import save_source
from tickets.ingestion.read_history import find_read_histories
from tickets.ingestion.schedule import follow_sources
from tickets.ingestion.sync_status import (
    State,
    SyncStatus,
    count_helpdesks,
    find_all_sync_statuses,
    find_sync_status,
    find_sync_statuses,
    state_of,
)
from tickets.ingestion.wording import describe_interval
from tickets.jobs import JobRequest, Progress

ClientOf = Callable[[User], Client]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOON)


def schedule_source(tenant: Tenant, every_minutes: int | None = 60, *, next_in: timedelta | None = None) -> None:
    """A source with a schedule as of noon, its next turn so far ahead (or back)."""
    source = Source.objects.create(tenant=tenant, url="http://127.0.0.1:9")
    Source.objects.filter(pk=source.pk).update(every_minutes=every_minutes)
    follow_sources(clock=FakeClock(NOON))
    if next_in is not None:
        mongo.collection("schedules").update_one({"_id": tenant.slug}, {"$set": {"next_at": NOON + next_in}})


def run_of_kind(tenant: Tenant, kind: jobs.Kind, status: jobs.Status, now: datetime) -> None:
    request = JobRequest(trigger="web", started_by="ann", kind=kind)
    job_id = jobs.begin_at_once(tenant, request, owner_id="test", now=now)
    jobs.finish(job_id, owner_id="test", status=status, progress=Progress(), now=now)


class TestStates:
    @pytest.mark.parametrize(
        ("interval", "age", "state"),
        [
            (HOUR, timedelta(0), "fresh"),
            (HOUR, HOUR + 6 * MINUTE, "fresh"),
            (HOUR, HOUR + 6 * MINUTE + timedelta(milliseconds=1), "late"),
            (HOUR, 2 * HOUR + 6 * MINUTE, "late"),
            (HOUR, 2 * HOUR + 6 * MINUTE + timedelta(milliseconds=1), "error"),
            (MINUTE, 2 * MINUTE, "fresh"),
            (MINUTE, 3 * MINUTE, "late"),
            (24 * HOUR, 24 * HOUR + 15 * MINUTE, "fresh"),
            (24 * HOUR, 24 * HOUR + 16 * MINUTE, "late"),
            (None, 900 * HOUR, "none"),
            (HOUR, None, "none"),
        ],
    )
    def test_late_after_one_interval_an_error_after_two(
        self, interval: timedelta | None, age: timedelta | None, state: State
    ) -> None:
        read_at = None if age is None else NOON - age
        assert state_of(interval, read_at, now=NOON) == state

    @pytest.mark.parametrize(
        ("minutes", "words"),
        [
            (1, "every minute"),
            (15, "every 15 minutes"),
            (60, "every hour"),
            (90, "every 90 minutes"),
            (120, "every 2 hours"),
            (1440, "every day"),
            (10_080, "every 7 days"),
        ],
    )
    def test_the_interval_in_words(self, minutes: int, words: str) -> None:
        assert describe_interval(timedelta(minutes=minutes)) == words


class TestFromTheLog:
    def test_good_reads_count_from_their_start_whatever_came_after(self, tenant: Tenant) -> None:
        schedule_source(tenant)
        job_id = jobs.enqueue(tenant, JobRequest(trigger="web", started_by="ann"), now=NOON - 3 * HOUR)
        jobs.claim_next("test", now=NOON - 2 * HOUR)
        jobs.finish(job_id, owner_id="test", status="partial", progress=Progress(), now=NOON - HOUR)
        found = find_sync_status(tenant, now=NOON)
        assert (found.as_of, found.state) == (NOON - 2 * HOUR, "late")
        kinds: tuple[tuple[jobs.Kind, jobs.Status], ...] = (
            ("import", "completed"), ("retry", "partial"), ("sync", "cancelled"),
        )  # fmt: skip
        for minute, (kind, status) in enumerate(kinds, 10):
            run_of_kind(tenant, kind, status, NOON - 30 * MINUTE + minute * MINUTE)
            assert find_sync_status(tenant, now=NOON) == found
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="ann"), now=NOON - MINUTE)
        assert find_sync_status(tenant, now=NOON) == found

    def test_failures_in_a_row_are_those_since_the_last_good_read(self, tenant: Tenant) -> None:
        schedule_source(tenant, 15, next_in=MINUTE)
        for age in (9, 6, 5, 4):
            finished_job(tenant, status="completed" if age == 6 else "failed", now=NOON - age * HOUR)
        run_of_kind(tenant, "import", "failed", NOON - 3 * HOUR)
        found = find_sync_status(tenant, now=NOON)
        assert (found.state, found.as_of, found.failures) == ("error", NOON - 6 * HOUR, 2)

    def test_without_a_good_read_there_is_no_state_but_failures_are_reported(self, tenant: Tenant) -> None:
        schedule_source(tenant, 15, next_in=5 * MINUTE)
        finished_job(tenant, status="failed", now=NOON - HOUR)
        found = find_sync_status(tenant, now=NOON)
        assert (found.state, found.as_of, found.failures) == ("none", None, 1)
        assert found.sentence == "Syncs every 15 minutes; the last sync failed, next try in 5 minutes."

    def test_of_many_tenants_each_has_its_own_with_a_fixed_number_of_queries(self, db: None) -> None:
        tenants = [Tenant.objects.create(slug=f"t{n}", name=f"T{n}") for n in range(12)]
        for n, tenant in enumerate(tenants):
            schedule_source(tenant, 60)
            finished_job(tenant, now=NOON - n * 15 * MINUTE)
            if n % 3 == 0:
                finished_job(tenant, status="failed", now=NOON + timedelta(milliseconds=1))
        found: dict[str, SyncStatus] = {}
        done = operations_of(
            lambda: found.update(find_sync_statuses(tenants, now=NOON)), on=["schedules", "ingestion_logs"]
        )
        assert [each["ns"].partition(".")[2] for each in done] == ["schedules", "ingestion_logs", "ingestion_logs"]
        assert [found[f"t{n}"].state for n in range(12)] == ["fresh"] * 5 + ["late"] * 4 + ["error"] * 3
        assert [found[f"t{n}"].failures for n in range(12)] == [1, 0, 0] * 4
        assert found == {each.slug: find_sync_status(each, now=NOON) for each in tenants}

    def test_each_tenants_newest_run_is_found_by_one_key_of_an_index(self, db: None) -> None:
        for n in range(3):
            tenant = Tenant.objects.create(slug=f"t{n}", name=f"T{n}")
            for age in range(20):
                finished_job(tenant, now=NOON - age * HOUR)
        (done,) = operations_of(find_read_histories, on=["ingestion_logs"])
        assert done["docsExamined"] <= 4

    def test_over_all_tenants_they_are_counted(self, tenant: Tenant, other_tenant: Tenant) -> None:
        third = Tenant.objects.create(slug="third", name="Third")
        Tenant.objects.create(slug="untouched", name="Untouched")
        schedule_source(tenant)
        schedule_source(other_tenant)
        finished_job(tenant, now=NOON - 90 * MINUTE)
        finished_job(other_tenant, now=NOON - 5 * HOUR)
        finished_job(third, status="failed", now=NOON - 50 * HOUR)
        found = count_helpdesks(find_all_sync_statuses(now=NOON).values())
        assert (found.known, found.failing, found.late, found.error, found.overdue) == (3, 1, 1, 1, 0)


class TestSentence:
    @pytest.mark.parametrize(
        ("age", "failed", "next_in", "sentence"),
        [
            (10 * MINUTE, 0, 50 * MINUTE, "Syncs every hour; next sync in 50 minutes."),
            (10 * MINUTE, 0, timedelta(seconds=20), "Syncs every hour; next sync now."),
            (10 * MINUTE, 0, -timedelta(seconds=50), "Syncs every hour; next sync now."),
            (
                90 * MINUTE, 0, 30 * MINUTE,
                "Syncs every hour, but last synced 1 hour ago; next sync in 30 minutes.",
            ),
            (
                10 * HOUR, 0, -5 * HOUR,
                "Syncs every hour, but last synced 10 hours ago; "
                "the next sync was due 5 hours ago, but no worker has started it.",
            ),
        ],
    )  # fmt: skip
    def test_says_schedule_lateness_and_next_run(
        self, tenant: Tenant, age: timedelta, failed: int, next_in: timedelta, sentence: str
    ) -> None:
        schedule_source(tenant, 60, next_in=next_in)
        finished_job(tenant, now=NOON - age)
        assert find_sync_status(tenant, now=NOON).sentence == sentence

    def test_says_how_often_it_failed_and_when_it_is_tried_again(self, tenant: Tenant) -> None:
        schedule_source(tenant, 60, next_in=30 * MINUTE)
        finished_job(tenant, now=NOON - 9 * HOUR)
        for age in (8, 7, 5, 1):
            finished_job(tenant, status="failed", now=NOON - age * HOUR)
        found = find_sync_status(tenant, now=NOON)
        assert found.next_try_at is not None and found.next_try_at > NOON + 6 * HOUR
        assert found.sentence == (
            "Syncs every hour, but last synced 9 hours ago; failed 4 times in a row, next try in 6 hours."
        )

    def test_without_a_schedule_it_says_so(self, tenant: Tenant) -> None:
        schedule_source(tenant, None)
        finished_job(tenant, now=NOON - 900 * HOUR)
        found = find_sync_status(tenant, now=NOON)
        assert (found.state, found.next_try_at) == ("none", None)
        assert found.sentence == "No schedule: syncs only when someone starts it."


@pytest.mark.usefixtures("_noon")
class TestPages:
    @pytest.mark.parametrize("path", ["", "tickets/", "tickets/T-1/", "customers/", "customers/cust_1/", "ingestion/"])
    @pytest.mark.parametrize(
        ("age", "words"),
        [
            (5 * MINUTE, "Data as of 5 minutes ago"),
            (90 * MINUTE, "Data as of 1 hour ago · late"),
            (5 * HOUR, "Data as of 5 hours ago · out of date"),
        ],
    )
    def test_every_page_with_numbers_says_how_old_they_are(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf, path: str, age: timedelta, words: str
    ) -> None:
        schedule_source(tenant)
        store_tickets(tenant, [{"id": "T-1"}])
        finished_job(tenant, now=NOON - age)
        html = page_of(client_of(team_mate), f"/t/acme/{path}")
        block = html.split('id="as-of">')[1].split("</div>")[0]
        assert " ".join(text_of(block).split()) == words

    def test_before_the_first_read_nothing_is_claimed(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        schedule_source(tenant)
        assert '<div class="as-of" id="as-of"></div>' in page_of(client_of(team_mate), "/t/acme/")

    def test_the_ingestion_page_has_the_schedule_in_a_sentence(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        schedule_source(tenant, 60, next_in=10 * MINUTE)
        finished_job(tenant, now=NOON - 90 * MINUTE)
        text = text_of(page_of(client_of(team_mate), "/t/acme/ingestion/"))
        assert "Late Syncs every hour, but last synced 1 hour ago; next sync in 10 minutes." in text
        assert "Next sync 10 Mar 2026, 12:10" in text
        assert "Change the schedule" not in text

    def test_staff_finds_the_way_to_change_it(self, tenant: Tenant, superuser: User, client_of: ClientOf) -> None:
        schedule_source(tenant)
        html = page_of(client_of(superuser), "/t/acme/ingestion/")
        assert '<a href="/t/acme/settings/source/">Change the schedule</a>' in html

    def test_a_switched_off_source_promises_no_run(self, tenant: Tenant, team_mate: User, client_of: ClientOf) -> None:
        schedule_source(tenant)
        source = Source.objects.get()
        source.enabled = False
        save_source(source)
        html = page_of(client_of(team_mate), "/t/acme/ingestion/")
        assert "Next sync" not in html and "Syncs every" not in html


class TestTheLineThatPagesAskFor:
    """“Data as of” by itself, once a minute."""

    def test_the_freshness_line_says_how_old_the_numbers_are_and_offers_newer_ones(
        self, tenant: Tenant, team_mate: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = client_of(team_mate)
        monkeypatch.setattr(time_source, "now", lambda: NOON)
        assert client.get("/t/acme/freshness/?since=").content.strip() == b""
        finished_job(tenant, now=NOON - timedelta(minutes=4))
        page = client.get("/t/acme/").content.decode()
        address = re.search(r'hx-get="(/t/acme/freshness/[^"]*)" hx-trigger="every 60s"', page)
        assert address is not None
        answer = client.get(address[1])
        said = answer.content.decode()
        assert "4 minutes ago" in said and "New numbers" not in said
        assert "no-store" in answer["Cache-Control"]
        finished_job(tenant, now=NOON)
        said = client.get(address[1]).content.decode()
        assert "just now" in said and "New numbers" not in said  # the sync has found nothing new
        store_tickets(tenant, [{}])
        assert '>New numbers. <a href="" data-reload>Show</a>' in client.get(address[1]).content.decode()

    def test_the_overview_offers_newer_numbers_of_any_tenant_of_mine(
        self, tenant: Tenant, other_tenant: Tenant, team_mate: User, client_of: ClientOf
    ) -> None:
        client = client_of(team_mate)
        store_tickets(tenant, [{}])
        page = client.get("/").content.decode()
        address = re.search(r'hx-get="(/freshness/[^"]*)" hx-trigger="every 60s"', page)
        assert address is not None
        store_tickets(other_tenant, [{}])  # not theirs
        assert "New numbers" not in client.get(address[1]).content.decode()
        store_tickets(tenant, [{"id": "NEW"}])
        assert "New numbers" in client.get(address[1]).content.decode()
