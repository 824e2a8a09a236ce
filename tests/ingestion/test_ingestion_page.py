"""The ingestion page, as people and HTMX ask for it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, finished_job
from tests.reading_pages import body, page_of, text_of
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.jobs import Counts, JobRequest, Progress
from tickets.store import quarantine

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
INGESTION = "/t/acme/ingestion/"


def enqueue(tenant: Tenant, *, now: datetime | None = None, by: str = "manager") -> str:
    return jobs.enqueue(tenant, JobRequest(trigger="web", started_by=by), now=now)


@pytest.fixture
def source(native_source: Callable[..., Source]) -> Source:
    return native_source("http://user:secret@127.0.0.1:9")


def test_without_a_source_an_admin_reads_how_to_connect_one(client_of: ClientOf, owner: User, team_mate: User) -> None:
    assert 'href="/t/acme/settings/source/new/"' in page_of(client_of(owner), INGESTION)
    assert "Ask an admin" in page_of(client_of(team_mate), INGESTION)


def test_the_state_is_one_sentence(client_of: ClientOf, manager: User, tenant: Tenant, source: Source) -> None:
    client = client_of(manager)
    assert "Never synced" in page_of(client, INGESTION)
    job_id = jobs.begin_at_once(tenant, JobRequest(trigger="command", started_by="cron"), owner_id="x")
    progress = Progress(counts=Counts(new_ingested=1200, updated=3))
    jobs.finish(job_id, owner_id="x", status="completed", progress=progress)
    html = page_of(client, INGESTION)
    assert "Synced just now : 1,200 new, 3 changed" in text_of(html)
    assert "secret" not in html


def test_the_page_names_who_started_a_run_only_once(
    client_of: ClientOf, manager: User, tenant: Tenant, source: Source
) -> None:
    request = JobRequest(trigger="schedule", started_by="schedule")
    job_id = jobs.begin_at_once(tenant, request, owner_id="x")
    jobs.finish(job_id, owner_id="x", status="completed", progress=Progress())
    runs = text_of(page_of(client_of(manager), INGESTION)).split("Recent runs")[1]
    assert runs.count("schedule") == 1


def test_a_manager_starts_a_run_and_a_viewer_sees_why_not(
    client_of: ClientOf, manager: User, team_mate: User, tenant: Tenant, source: Source
) -> None:
    viewer = client_of(team_mate)
    assert "Only managers can do this; your role is viewer." in page_of(viewer, INGESTION)
    assert viewer.post(INGESTION + "run/").status_code == 403
    assert client_of(manager).post(INGESTION + "run/").status_code == 302
    job = jobs.find_active(tenant)
    assert job is not None
    assert (job["status"], job["started_by"], job["trigger"]) == ("queued", "manager", "web")


def test_a_second_start_is_declined_in_words(
    client_of: ClientOf, manager: User, tenant: Tenant, source: Source
) -> None:
    enqueue(tenant)
    response = client_of(manager).post(INGESTION + "run/", follow=True)
    assert "A run is already in progress" in body(response)
    assert mongo.collection("ingestion_logs").count_documents({}) == 1


def test_without_an_enabled_source_nothing_starts(
    client_of: ClientOf, manager: User, tenant: Tenant, source: Source
) -> None:
    source.enabled = False
    source.save()
    client = client_of(manager)
    assert "No helpdesk connection is turned on" in body(client.post(INGESTION + "run/", follow=True))
    assert jobs.find_active(tenant) is None
    assert "The helpdesk connection is turned off." in page_of(client, INGESTION)


def test_progress_is_live_while_a_job_is_going(
    client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source
) -> None:
    job_id = jobs.begin_at_once(
        tenant, JobRequest(trigger="web", started_by="max"), owner_id="x", now=clock.now() - timedelta(seconds=10)
    )
    progress = Progress(
        total_pages=40, processed_pages=10, note="Waiting 12 s for the API limit", counts=Counts(new_ingested=1000)
    )
    jobs.save_progress(job_id, progress, owner_id="x")
    client = client_of(team_mate)
    assert 'hx-trigger="every 2s"' in page_of(client, INGESTION)
    part = page_of(client, f"{INGESTION}status/?job={job_id}", **HTMX)
    assert "<html" not in part
    text = text_of(part)
    assert "25% page 10 of 40" in text
    assert "Waiting 12 s for the API limit" in text
    assert re.search(r"9\d\.\d tickets/s|100\.0 tickets/s", text)


def test_a_screen_reader_hears_each_tenth_once(
    client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source
) -> None:
    job_id = jobs.begin_at_once(tenant, JobRequest(trigger="web", started_by="max"), owner_id="x")
    jobs.save_progress(job_id, Progress(total_pages=40, processed_pages=10), owner_id="x")
    client, address = client_of(team_mate), f"{INGESTION}status/?job={job_id}"
    assert 'id="announcement"' in page_of(client, address, **HTMX)
    assert 'id="announcement"' not in page_of(client, address + "&said=20%25+read.", **HTMX)


def test_the_end_of_a_job_refreshes_what_depends_on_it(
    client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source
) -> None:
    job_id = finished_job(tenant)
    response = client_of(team_mate).get(f"{INGESTION}status/?job={job_id}", headers=HTMX)
    html = body(response)
    assert response["HX-Retarget"] == "#state"
    assert "every 2s" not in html
    assert re.search(r'id="runs"[^>]*hx-swap-oob="true"', html)


def test_the_status_opened_as_a_page_leads_to_the_page(
    client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source
) -> None:
    response = client_of(team_mate).get(INGESTION + "status/")
    assert (response.status_code, response["Location"]) == (302, INGESTION)


def test_a_job_nobody_takes_names_the_worker(
    client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source
) -> None:
    enqueue(tenant, now=clock.now() - timedelta(seconds=11))
    assert "No worker has picked it up." in page_of(client_of(team_mate), INGESTION)
    mongo.collection("workers").insert_one({"_id": "w", "seen_at": clock.now()})
    assert "All workers are busy." in page_of(client_of(team_mate), INGESTION)


def test_cancelling_asks_and_then_stops(
    client_of: ClientOf, manager: User, team_mate: User, tenant: Tenant, source: Source
) -> None:
    job_id = enqueue(tenant)
    assert "Stop this run?" in page_of(client_of(manager), INGESTION)
    assert "Stop this run?" not in page_of(client_of(team_mate), INGESTION)
    assert client_of(team_mate).post(INGESTION + "cancel/", {"job": job_id}).status_code == 403
    response = client_of(manager).post(INGESTION + "cancel/", {"job": job_id}, follow=True)
    assert "Tickets imported so far are kept." in body(response)
    assert jobs.find_active(tenant) is None
    again = client_of(manager).post(INGESTION + "cancel/", {"job": job_id}, follow=True)
    assert "had already ended" in body(again)


def test_a_job_of_another_tenant_cannot_be_cancelled(
    client_of: ClientOf, owner: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    job_id = enqueue(other_tenant)
    client_of(owner).post(INGESTION + "cancel/", {"job": job_id})
    assert jobs.find_active(other_tenant) is not None


def test_a_failed_run_says_what_to_do(client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source) -> None:
    error = {"code": "refused_login", "message": "The helpdesk refused the log-in (status 401)."}
    finished_job(tenant, status="failed", error=error)
    text = text_of(page_of(client_of(team_mate), INGESTION))
    assert "refused the log-in" in text
    assert "Enter a new key or password" in text


def test_only_an_admin_confirms_a_stopped_deletion(
    client_of: ClientOf, owner: User, manager: User, tenant: Tenant, source: Source
) -> None:
    finished_job(tenant, status="partial", warning={"code": "deletion_brake", "message": "Half of them are gone."})
    assert 'name="confirm_deletions"' in page_of(client_of(owner), INGESTION)
    assert 'name="confirm_deletions"' not in page_of(client_of(manager), INGESTION)
    assert client_of(manager).post(INGESTION + "run/", {"confirm_deletions": "1"}).status_code == 403
    client_of(owner).post(INGESTION + "run/", {"confirm_deletions": "1"})
    job: Any = jobs.find_active(tenant)
    assert job["options"]["confirm_deletions"] is True


def test_the_page_counts_rejected_records_and_links_to_them(
    client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source
) -> None:
    records = [quarantine.QuarantinedRecord("created_at", "is missing", {"id": each}) for each in (7, 8)]
    quarantine.save_records(tenant, records, job_id="j", now=NOON)
    html = page_of(client_of(team_mate), INGESTION)
    assert "2 records could not be imported as tickets." in text_of(html)
    assert 'href="/t/acme/quarantine/"' in html


def test_a_run_that_rejected_records_links_to_them(
    client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source
) -> None:
    client = client_of(team_mate)
    finished_job(tenant)
    assert "See rejected records" not in page_of(client, INGESTION)
    job_id = jobs.begin_at_once(tenant, JobRequest(trigger="command", started_by="cron"), owner_id="x")
    jobs.finish(job_id, owner_id="x", status="partial", progress=Progress(counts=Counts(quarantined=2)))
    assert "See rejected records" in page_of(client, INGESTION)


def test_a_retry_of_rejected_records_does_not_change_the_sync_status(
    client_of: ClientOf, team_mate: User, tenant: Tenant, source: Source
) -> None:
    wish = JobRequest(trigger="web", started_by="max", kind="retry")
    job_id = jobs.begin_at_once(tenant, wish, owner_id="x")
    jobs.finish(job_id, owner_id="x", status="completed", progress=Progress(counts=Counts(new_ingested=5)))
    text = text_of(page_of(client_of(team_mate), INGESTION))
    assert "Never synced" in text
    assert "rejected records" in text


@pytest.mark.parametrize("address", ["run/", "cancel/"])
def test_starting_and_cancelling_need_a_post(client_of: ClientOf, owner: User, address: str) -> None:
    assert client_of(owner).get(INGESTION + address).status_code == 405
