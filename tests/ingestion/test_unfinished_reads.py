"""Reads that do not reach the end: the next one continues, and later one from the first page follows."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.listed import ListedHelpdesk, ingest, live
from tests.loopback_server import Answer
from tickets import jobs
from tickets.ingestion import run_lease
from tickets.ingestion.run import ingest_tenant
from tickets.jobs import JobRequest
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> None:
    settings.RATE_LIMIT_REQUESTS = 0


def subject(tenant: Tenant, id_: str = "T-001") -> str:
    ticket = TicketStore(tenant).find_ticket(id_)
    assert ticket is not None
    return str(ticket["subject"])


@pytest.mark.parametrize("paging", ["offset", "page", "next"])
def test_a_change_on_the_first_page_is_seen_though_the_end_is_never_reached(
    paging: str, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    listed = ListedHelpdesk(helpdesk, paging=paging)
    listed.total = lambda all_, _page: len(all_)
    listed.connect(tenant)
    listed.instead = lambda number, _page: answer({}, 404) if number == 4 else None
    for turn in range(4):
        listed.tickets[0] = {**listed.tickets[0], "subject": f"Changed {turn}", "updated_at": "2026-03-10T10:00:00Z"}
        assert {ingest(tenant).status, ingest(tenant).status} == {"failed"}
        assert subject(tenant) == f"Changed {turn}"


def test_a_failed_read_is_resumed_once_and_a_whole_one_follows(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.total = lambda all_, _page: len(all_)
    listed.connect(tenant)
    ingest(tenant)
    pages: list[list[str]] = []

    def fail(number: int, _page: list[Any]) -> Answer | None:
        return answer({}, 400) if number == 3 else None

    listed.instead = fail
    for _ in range(4):
        before = listed.asked
        ingest(tenant)
        pages.append([query.get("page", "") for _, query, _ in helpdesk.requests[before:]])
    assert pages == [["1", "2", "3"], ["2", "3"], ["1", "2", "3"], ["2", "3"]]


def test_a_first_read_that_fails_now_and_then_comes_to_its_end(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page", tickets=95)
    listed.connect(tenant)
    asked = 0

    def fail(_number: int, _page: list[Any]) -> Answer | None:
        nonlocal asked
        asked += 1
        return answer({}, 401) if asked % 4 == 0 else None

    listed.instead = fail
    for _ in range(8):
        ingest(tenant)
    assert live(tenant) == listed.ids


def test_a_read_that_is_stopped_again_and_again_comes_to_its_end(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page", tickets=95)
    listed.connect(tenant)
    for _ in range(7):
        stop = threading.Event()
        request = JobRequest(trigger="command", started_by="test")
        job_id = jobs.begin_at_once(tenant, request, owner_id="test")
        stored: list[int] = []

        def listen(progress: jobs.Progress, stored: list[int] = stored, stop: threading.Event = stop) -> None:
            stored += [progress.processed_pages] * (progress.note == "Reading tickets")
            if len(stored) == 3:
                stop.set()

        ingest_tenant(tenant, request, job_id=job_id, owner_id="test", stop=stop, listener=listen)
    assert live(tenant) == listed.ids


def test_a_reading_that_an_older_version_stored_is_resumed(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.total = lambda all_, _page: len(all_)
    listed.connect(tenant)
    listed.instead = lambda number, _page: answer({}, 400) if number == 4 else None
    ingest(tenant)
    mongo.collection(jobs.COLLECTION).update_many(
        {}, {"$unset": {"reading.resumed_from": "", "reading.newest_id": ""}, "$set": {"reading.not_known_any_more": 1}}
    )
    listed.instead = lambda _number, _page: None
    before = listed.asked
    assert ingest(tenant).status == "completed"
    assert helpdesk.requests[before][1]["page"] == "3"
    assert live(tenant) == listed.ids


def test_a_read_since_a_chosen_time_is_not_resumed(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> None:
    now = clock.now()
    listed = ListedHelpdesk(helpdesk, paging="page")
    listed.tickets = [dated(n, now - timedelta(hours=20)) for n in range(1, 21)]
    listed.connect(tenant, since_param="since")
    ingest(tenant)
    listed.tickets[0] |= {"subject": "Changed", "updated_at": _text(now - timedelta(hours=10))}
    listed.tickets += [dated(n, now - timedelta(hours=1)) for n in range(21, 50)]
    listed.instead = lambda number, _page: answer({}, 403) if number == 2 else None
    assert ingest(tenant, since=now - timedelta(hours=2)).status == "failed"
    listed.instead = lambda _number, _page: None
    assert ingest(tenant).status == "completed"
    assert subject(tenant) == "Changed"
    assert live(tenant) == listed.ids


class TestBounds:
    @pytest.fixture
    def grown(self, tenant: Tenant, helpdesk: ScriptedHelpdesk, settings: Any) -> ListedHelpdesk:
        """A list that was read to its end once, and is too long for two runs by now."""
        listed = ListedHelpdesk(helpdesk, paging="page", tickets=10)
        listed.connect(tenant)
        assert ingest(tenant).status == "completed"
        settings.RUN_MOST_PAGES = 4
        listed.swap([], created=85)
        return listed

    def test_a_list_that_is_too_long_for_a_run_comes_to_its_end_in_several(
        self, tenant: Tenant, grown: ListedHelpdesk
    ) -> None:
        ends = [ingest(tenant).status for _ in range(3)]
        assert ends == ["failed", "failed", "completed"]
        assert live(tenant) == grown.ids

    def test_a_growing_list_is_finished_when_it_is_read_a_few_times_a_day(
        self, tenant: Tenant, grown: ListedHelpdesk
    ) -> None:
        for _ in range(4):
            ingest(tenant)
            _move_back(timedelta(hours=6))
        assert live(tenant) == grown.ids

    def test_an_endless_read_starts_over_after_some_days(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, grown: ListedHelpdesk
    ) -> None:
        grown.swap([], created=1000)
        begun = []
        for _ in range(12):
            before = grown.asked
            ingest(tenant)
            begun.append(helpdesk.requests[before][1]["page"])
            _move_back(timedelta(hours=9))
        assert begun.count("1") == 2


class TestStopping:
    """Whoever wants a run to stop is heard, also where nothing is waited for and nothing is stored."""

    @pytest.fixture
    def endless(self, tenant: Tenant, helpdesk: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch) -> ListedHelpdesk:
        """Page after page with tickets of others alone: nothing is stored, and the list does not end."""
        monkeypatch.setattr("tickets.helpdesks.paging.links.MOST_EMPTY_PAGES", 100_000)
        listed = ListedHelpdesk(helpdesk, paging="next", tickets=10)
        listed.connect(tenant)
        return listed

    @pytest.mark.parametrize("pages", ["empty", "of another tenant"])
    def test_a_stop_from_outside_is_heard_within_the_next_request(
        self, pages: str, tenant: Tenant, endless: ListedHelpdesk
    ) -> None:
        stop = threading.Event()

        def serve(number: int, _page: list[Any]) -> Answer:
            if number == 20:
                stop.set()
            foreign = [record(f"X-{number}", tenant_id="globex")] if pages != "empty" else []
            return answer({"items": foreign, "next": f"?page={number + 1}"})

        endless.instead = serve
        request = JobRequest(trigger="command", started_by="test")
        job_id = jobs.begin_at_once(tenant, request, owner_id="test")
        outcome = ingest_tenant(tenant, request, job_id=job_id, owner_id="test", stop=stop)
        assert outcome.status == "cancelled"
        assert endless.asked <= 22

    def test_a_cancel_is_heard_with_the_next_sign_of_life(
        self, tenant: Tenant, endless: ListedHelpdesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(run_lease, "HEARTBEAT_SECONDS", 0.05)

        def serve(number: int, _page: list[Any]) -> Answer:
            if number == 20:
                going = jobs.find_active(tenant)
                assert going is not None and jobs.request_cancel(tenant, going["_id"], by="owner")
            return answer({"items": [], "next": f"?page={number + 1}"})

        endless.instead = serve
        assert ingest(tenant).status == "cancelled"


def dated(number: int, moment: datetime) -> dict[str, Any]:
    return record(f"T-{number:03d}", created_at=_text(moment), updated_at=_text(moment))


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _move_back(passed: timedelta) -> None:
    """As if so much time had passed since the runs that have ended."""
    log = mongo.collection(jobs.COLLECTION)
    for job in log.find({"active": False}):
        moved: dict[str, Any] = {"queued_at": job["queued_at"] - passed, "ended_at": job["ended_at"] - passed}
        if job["reading"]:
            moved["reading.began"] = job["reading"]["began"] - passed
        for number, part in enumerate(job["connections"]):
            moved[f"connections.{number}.ended_at"] = part["ended_at"] - passed
            if part["reading"]:
                moved[f"connections.{number}.reading.began"] = part["reading"]["began"] - passed
        log.update_one({"_id": job["_id"]}, {"$set": moved})
