"""Workers and commands at once, in processes of their own, seen from the helpdesk's side."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.faults.comparing import assert_exact
from tests.faults.conftest import IS_LONG, PATIENCE_SECONDS, OwnDatabase, end, make_tenant
from tests.faults.watched_helpdesk import PAGE_SIZE, WatchedHelpdesk
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.jobs import JobActive, JobRequest

LIMIT, WINDOW = 30, 2
PACE = {"RATE_LIMIT_REQUESTS": str(LIMIT), "RATE_LIMIT_WINDOW_SECONDS": str(WINDOW)}
ROUNDS = 5 if IS_LONG else 1
WISH = JobRequest(trigger="web", started_by="test")


def make_tenants(helpdesk: WatchedHelpdesk) -> list[Tenant]:
    tenants = [make_tenant(slug) for slug in helpdesk.tickets]
    for tenant in tenants:
        Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url, page_size=PAGE_SIZE)
    return tenants


@contextmanager
def two_workers(database: OwnDatabase) -> Iterator[None]:
    workers = [database.start("worker", "--concurrency", "4", **PACE) for _ in range(2)]
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while mongo.collection("workers").count_documents({}) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        yield
    finally:
        for each in workers:
            each.send_signal(signal.SIGTERM)
        ends = [(end(each), each.returncode) for each in workers]
    for output, status in ends:
        assert status == 0, output


def two_commands(database: OwnDatabase) -> "list[subprocess.Popen[str]]":
    return [database.start("ingest", "--all", "--quiet", "--workers", "4", **PACE) for _ in range(2)]


def enqueue_where_idle(tenants: list[Tenant]) -> int:
    count = 0
    for tenant in tenants:
        try:
            jobs.enqueue(tenant, WISH)
            count += 1
        except JobActive:
            continue
    return count


def wait_until_idle(seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while mongo.collection(jobs.COLLECTION).count_documents({"active": True}):
        assert time.monotonic() < deadline, "the queue was not worked off"
        time.sleep(0.05)


def assert_one_run_at_a_time(helpdesk: WatchedHelpdesk) -> None:
    for tenant_id, runs in helpdesk.runs().items():
        for before, after in pairwise(runs):
            assert before[-1].ended <= after[0].began, f"two runs of {tenant_id} at once"
        for run in runs:
            pages = [each.page for each in run]
            assert pages == [*range(1, len(pages)), 0], f"a run of {tenant_id} asked for the pages {pages}"


@pytest.mark.parametrize("number", [1, 20])
def test_two_workers_and_two_commands_never_meet_at_a_tenant_and_keep_the_limit_together(
    number: int, database: OwnDatabase
) -> None:
    names = [f"tenant-{n}" for n in range(number)]
    with WatchedHelpdesk(names, tickets=8, seconds=0.01) as helpdesk:
        tenants = make_tenants(helpdesk)
        enqueued = 0
        with two_workers(database):
            for _ in range(ROUNDS):
                commands = two_commands(database)
                while any(each.poll() is None for each in commands):
                    if enqueued < 20:
                        enqueued += enqueue_where_idle(tenants[: (number + 1) // 2])
                    time.sleep(0.2)
                for each in commands:
                    output = end(each)
                    assert each.returncode in (0, 4), output
            wait_until_idle()
        assert_one_run_at_a_time(helpdesk)
        runs = sum(len(each) for each in helpdesk.runs().values())
        assert runs == mongo.collection(jobs.COLLECTION).count_documents({"status": "completed"})
        assert runs == mongo.collection(jobs.COLLECTION).count_documents({})
        assert enqueued, "the workers had something to do"
        assert helpdesk.most_within(WINDOW) <= LIMIT
        if number > 1:
            assert len(helpdesk.asked) > LIMIT, "the limit was felt"
        for tenant in tenants:
            assert_exact(tenant, helpdesk.tickets[tenant.slug])


def test_a_cancel_is_heard_in_another_process_and_what_is_in_stays(database: OwnDatabase) -> None:
    with WatchedHelpdesk(["acme"], tickets=500, seconds=0.02) as helpdesk:
        (tenant,) = make_tenants(helpdesk)
        command = database.start("ingest", "--all")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(helpdesk.asked) < 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        job = jobs.find_active(tenant)
        assert job is not None
        assert jobs.request_cancel(tenant, job["_id"], by="somebody")
        asked_before = len(helpdesk.asked)
        output = end(command)
        assert command.returncode == 1
        assert "cancelled" in output
        assert len(helpdesk.asked) - asked_before <= 4, "it stops with the page it is at"
        ended = jobs.find_job(job["_id"])
        assert ended is not None
        assert (ended["status"], ended["active"]) == ("cancelled", False)
        stored = mongo.collection("tickets").count_documents({"tenant_id": "acme", "is_deleted": False})
        assert stored == ended["counts"]["new_ingested"] >= 3 * PAGE_SIZE
