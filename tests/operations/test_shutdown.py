"""Shutdown: requests are answered, runs stop after a page, and nothing keeps running."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from supportsaas.db import mongo
from tenants.models import ApiToken, Role, Tenant, User
from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk
from tests.loopback_server import Answer
from tests.operations.conftest import PATIENCE_SECONDS, RunningProcess, Web
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.jobs import JobRequest


@pytest.fixture
def headers(acme: Tenant, root: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {ApiToken.issue(name='x', user=root, tenant=acme, role=Role.MANAGER)[1]}"}


def slow_pages(helpdesk: ScriptedHelpdesk, *, count: int) -> threading.Event:
    """Many slow pages. The event is set once the third is requested."""
    helpdesk.tickets = [record(f"T-{n}") for n in range(count)]
    third = threading.Event()

    def script(path: str, query: dict[str, str]) -> Answer | None:
        if path.endswith("support-tickets"):
            time.sleep(0.05)
            if query["page"] == "3":
                third.set()
        return None

    helpdesk.script = script
    return third


def test_a_stopped_web_server_answers_what_it_has_taken(
    acme: Tenant, helpdesk: ScriptedHelpdesk, headers: dict[str, str],
    start_web: Callable[..., Web], start_worker: Callable[..., RunningProcess],
) -> None:  # fmt: skip
    Source.objects.create(tenant=acme, kind="house", url=helpdesk.url, page_size=2)
    asked = slow_pages(helpdesk, count=40)
    start_worker()
    web = start_web()

    def wait_for_the_run() -> httpx.Response:
        return httpx.post(f"{web.url}/ingest/run?tenant_id=acme&wait=60", headers=headers, timeout=90)

    def keep_asking() -> list[int]:
        """Statuses until the server accepts no more requests. A truncated response raises."""
        statuses: list[int] = []
        taken = False
        while True:
            try:
                with httpx.stream("GET", f"{web.url}/tickets?tenant_id=acme", headers=headers, timeout=60) as answer:
                    statuses.append(answer.status_code)
                    taken = True
                    answer.read()
            except httpx.TransportError:
                assert not taken, "an answer broke off"
                return statuses
            taken = False

    with ThreadPoolExecutor(6) as pool:
        waiting = pool.submit(wait_for_the_run)
        busy = [pool.submit(keep_asking) for _ in range(4)]
        assert asked.wait(PATIENCE_SECONDS), "the request that waits is under way"
        assert web.terminate() == 0
        answer = waiting.result()
        assert (answer.status_code, answer.json()["status"], answer.json()["new_ingested"]) == (200, "completed", 40)
        statuses = [status for each in busy for status in each.result()]
    assert statuses and set(statuses) == {200}


def test_a_stopped_worker_leaves_no_run_going_and_keeps_what_is_in(
    acme: Tenant, helpdesk: ScriptedHelpdesk, start_worker: Callable[..., RunningProcess]
) -> None:
    tenants = [acme, *(Tenant.objects.create(slug=f"t{n}", name=f"T{n}") for n in range(2))]
    asked = slow_pages(helpdesk, count=400)
    for tenant in tenants:
        Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url, page_size=2, every_minutes=60)
    helpdesk.tickets = [{key: value for key, value in each.items() if key != "tenant_id"} for each in helpdesk.tickets]
    worker = start_worker()
    ids = [jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test")) for tenant in tenants]
    assert asked.wait(PATIENCE_SECONDS)
    assert worker.terminate() == 0, worker.said()
    ended = [jobs.find_job(id_) or {} for id_ in ids]
    assert {each["status"] for each in ended} <= {"cancelled", "queued"}
    assert "cancelled" in {each["status"] for each in ended}
    for each in ended:
        stored = mongo.collection("tickets").count_documents({"tenant_id": each["tenant_id"]})
        assert stored == each["counts"]["new_ingested"], "the log tells exactly what is in"
    assert mongo.collection("locks").count_documents({"owner_id": {"$ne": None}}) == 0
    assert mongo.collection("workers").count_documents({}) == 0
    assert "Traceback" not in worker.said()
