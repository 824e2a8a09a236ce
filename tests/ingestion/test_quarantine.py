"""Rejected records: the list, retrying them through the same run, discarding them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from supportsaas.reliability.lock import Lock
from tenants.models import Tenant, User
from tests.builders import NOON, finished_job, record
from tests.helpdesk import ScriptedHelpdesk
from tests.reading_pages import body, page_of, text_of
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.quarantined_source import QuarantineSource
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest, Progress
from tickets.store import quarantine
from tickets.store.quarantine import QuarantinedRecord
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
HERE = "/t/acme/quarantine/"
REST = {
    "path": "/tickets",
    "fields": {"id": "nr", "created_at": "born", "subject": "title"},
    "status_map": {"1": "open"},
}


def refuse(tenant: Tenant, *payloads: Any, reason: str = "is missing", field: str = "created_at") -> list[str]:
    """Put payloads into quarantine, each a second later than the one before; their keys in that order."""
    keys = []
    for number, payload in enumerate(payloads):
        now = NOON + timedelta(seconds=number)
        quarantine.save_records(tenant, [QuarantinedRecord(field, reason, payload)], job_id="before", now=now)
        keys.append(quarantine.find_page(tenant).records[0]["_id"])
    return keys


def kept(tenant: Tenant) -> dict[str | None, str]:
    """What is in quarantine: external id to reason."""
    return {each["external_id"]: each["reason"] for each in quarantine.find_page(tenant, page_size=1000).records}


def live(tenant: Tenant) -> set[str]:
    return set(TicketStore(tenant).iterate_live_ids())


def retry(tenant: Tenant, *keys: str) -> dict[str, Any]:
    """Ask for a retry and have a worker run it; the job as it ended."""
    job_id = jobs.enqueue(tenant, JobRequest(trigger="web", started_by="max", kind="retry", records=keys))
    assert Worker().run_pending() == 1
    job = jobs.find_job(job_id)
    assert job is not None
    return job


def numbers(job: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in job["counts"].items() if number}


@pytest.fixture
def rest_source(tenant: Tenant) -> Source:
    """A helpdesk that nobody answers for, so that a request to it would fail the run."""
    return Source.objects.create(tenant=tenant, kind="rest", url="http://127.0.0.1:9", options=REST)


class TestTryingAgain:
    def test_what_a_corrected_mapping_lets_in_leaves_quarantine_and_the_rest_stays(
        self, tenant: Tenant, rest_source: Source
    ) -> None:
        refuse(tenant, {"nr": 1, "born": "2026-03-10"}, {"nr": 2, "born": "soon"}, {"nr": 3, "born": "2026-03-09"})
        job = retry(tenant)
        assert (job["status"], numbers(job)) == ("partial", {"new_ingested": 2, "quarantined": 1})
        assert live(tenant) == {"1", "3"}
        assert kept(tenant) == {"2": "is not a date: 'soon'"}

    def test_a_record_that_had_no_id_before_leaves_too(self, tenant: Tenant, rest_source: Source) -> None:
        quarantine.save_records(
            tenant, [QuarantinedRecord("id", "is missing", {"nr": 7, "born": "2026-03-10"})], job_id="x", now=NOON
        )
        assert kept(tenant) == {None: "is missing"}
        assert retry(tenant)["status"] == "completed"
        assert kept(tenant) == {}

    def test_one_record_is_tried_and_no_other(self, tenant: Tenant, rest_source: Source) -> None:
        _, second, _ = refuse(tenant, *({"nr": n, "born": "2026-03-10"} for n in (1, 2, 3)))
        assert numbers(retry(tenant, second)) == {"new_ingested": 1}
        assert live(tenant) == {"2"}
        assert set(kept(tenant)) == {None}
        assert quarantine.count_records(tenant) == 2

    def test_no_request_goes_to_the_helpdesk_and_no_cursor_moves(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source]
    ) -> None:
        native_source(helpdesk.url)
        refuse(tenant, record("T-1"))
        assert retry(tenant)["status"] == "completed"
        assert helpdesk.requests == []
        assert mongo.collection("sync_state").count_documents({}) == 0

    def test_a_credential_that_cannot_be_read_is_not_needed(
        self, tenant: Tenant, native_source: Callable[..., Source]
    ) -> None:
        native_source("http://127.0.0.1:9", auth="bearer", encrypted_secret="nonsense")
        refuse(tenant, record("T-1"))
        assert retry(tenant)["status"] == "completed"

    def test_without_a_source_the_house_mapping_holds(self, tenant: Tenant) -> None:
        refuse(tenant, record("T-1"))
        assert (retry(tenant)["error"], live(tenant), kept(tenant)) == (None, {"T-1"}, {})

    def test_tickets_that_are_not_in_quarantine_are_not_deleted(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source]
    ) -> None:
        native_source(helpdesk.url)
        helpdesk.tickets = [record("T-1"), record("T-2", created_at="soon")]
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="max"))
        Worker().run_pending()
        retry(tenant)
        assert live(tenant) == {"T-1"}

    def test_many_records_come_once_each(
        self, tenant: Tenant, rest_source: Source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tickets.ingestion.quarantined_source.PAGE_SIZE", 3)
        payloads = [{"nr": n, "born": "2026-03-10" if n % 2 else "soon"} for n in range(20)]
        records = [QuarantinedRecord("created_at", "is missing", each) for each in payloads]
        quarantine.save_records(tenant, records, job_id="before", now=NOON)
        job = retry(tenant)
        assert numbers(job) == {"new_ingested": 10, "quarantined": 10}
        assert (job["processed_pages"], job["total_pages"]) == (7, 7)
        assert {each["times_seen"] for each in quarantine.find_page(tenant).records} == {2}
        assert numbers(retry(tenant)) == {"quarantined": 10}

    def test_a_record_that_names_another_tenant_is_no_longer_shown(
        self, tenant: Tenant, native_source: Callable[..., Source]
    ) -> None:
        native_source("http://127.0.0.1:9")
        refuse(tenant, record("X-1", tenant_id="globex"))
        assert numbers(retry(tenant)) == {"foreign": 1}
        assert (live(tenant), kept(tenant)) == (set(), {})

    def test_a_record_leaves_only_once_its_page_is_stored(self, tenant: Tenant, rest_source: Source) -> None:
        refuse(tenant, {"nr": 1, "born": "2026-03-10"})
        source = QuarantineSource(tenant, job_id="now")
        assert len(list(source.pages())) == 1
        source.settle(Progress(processed_pages=0))
        assert quarantine.count_records(tenant) == 1
        source.settle(Progress(processed_pages=1))
        assert quarantine.count_records(tenant) == 0

    def test_a_run_that_lost_its_lock_neither_keeps_nor_drops(self, tenant: Tenant, rest_source: Source) -> None:
        keys = refuse(tenant, {"nr": 1, "born": "2026-03-10"}, {"nr": 2, "born": "soon"})
        wish = JobRequest(trigger="web", started_by="max", kind="retry")
        job_id = jobs.begin_at_once(tenant, wish, owner_id="test")
        source = QuarantineSource(tenant, job_id=job_id)

        def steal(*_: Any) -> QuarantineSource:
            from supportsaas import clock

            late = Lock(tenant.slug, clock=lambda: clock.now() + timedelta(minutes=5))
            assert late.take("thief") is not None
            return source

        outcome: Outcome = ingest_tenant(
            tenant, wish, job_id=job_id, owner_id="test", listener=source.settle, open_source=steal
        )
        assert outcome.error is not None and outcome.error["code"] == "lock_lost"
        assert live(tenant) == set()
        assert {each["_id"] for each in quarantine.find_page(tenant).records} == set(keys)
        assert {each["job_id"] for each in quarantine.find_page(tenant).records} == {"before"}

    def test_retrying_touches_no_record_of_another_tenant(
        self, tenant: Tenant, other_tenant: Tenant, rest_source: Source
    ) -> None:
        theirs = refuse(other_tenant, {"nr": 1, "born": "2026-03-10"})
        assert retry(tenant, *theirs)["status"] == "completed"
        assert (live(tenant), live(other_tenant), quarantine.count_records(other_tenant)) == (set(), set(), 1)

    def test_a_record_too_large_to_keep_whole_is_not_tried(self, tenant: Tenant, rest_source: Source) -> None:
        refuse(tenant, {"nr": 1, "born": "2026-03-10", "title": "x" * 300_000})
        assert numbers(retry(tenant)) == {}
        (record_,) = quarantine.find_page(tenant).records
        assert record_["is_cut"] is True
        assert len(record_["payload"]) == quarantine.LONGEST_PAYLOAD

    def test_two_large_records_that_begin_alike_are_two(self, tenant: Tenant) -> None:
        refuse(tenant, *({"a": "x" * 300_000, "b": n} for n in (1, 2)))
        assert quarantine.count_records(tenant) == 2


class TestMappedIds:
    def test_a_rejected_record_has_the_id_that_its_source_maps(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        """Otherwise a stored ticket whose record became invalid would look deleted in the helpdesk."""
        options = {**REST, "records": "tickets", "paging": "next", "next": "following"}
        Source.objects.create(tenant=tenant, kind="rest", url=helpdesk.url, options=options)
        answers = [
            [{"nr": 1, "born": "2026-03-10"}, {"nr": 2, "born": "2026-03-10"}],
            [{"nr": 1, "born": "soon"}, {"nr": 2, "born": "2026-03-10"}],
            [{"nr": 1, "born": "2026-03-10"}, {"nr": 2, "born": "2026-03-10"}],
        ]
        found = []
        for answer in answers:
            body_ = json.dumps({"tickets": answer}).encode()
            helpdesk.fail_everything((200, {"Content-Type": "application/json"}, body_))
            jobs.enqueue(tenant, JobRequest(trigger="web", started_by="max", full=True))
            Worker().run_pending()
            found.append((live(tenant), kept(tenant)))
        assert found == [
            ({"1", "2"}, {}),
            ({"1", "2"}, {"1": "is not a date: 'soon'"}),
            ({"1", "2"}, {}),
        ]


class TestPage:
    def test_the_page_shows_everything_about_a_rejected_record_escaped(
        self, client_of: ClientOf, team_mate: User, tenant: Tenant
    ) -> None:
        payload = {"id": 7, "subject": "<script>x</script>", "half": "\ud83d"}
        refuse(tenant, payload, payload)
        html = page_of(client_of(team_mate), HERE)
        text = text_of(html)
        assert "created_at is missing" in text
        assert "rejected 2 times" in text
        assert "<script>x" not in html
        assert "&lt;script&gt;x" in html

    def test_a_viewer_reads_and_sees_why_no_more(self, client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
        refuse(tenant, {"id": 7})
        html = page_of(client_of(team_mate), HERE)
        assert "Only managers can retry or discard records" in html
        assert "<button" not in html.split('id="quarantine"')[1].split("</main>")[0]

    def test_without_any_the_page_says_so(self, client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
        assert "No rejected records" in page_of(client_of(team_mate), HERE)

    def test_many_are_shown_page_by_page_in_both_directions(
        self, client_of: ClientOf, team_mate: User, tenant: Tenant
    ) -> None:
        import re

        ids = [f"R-{n:03}" for n in range(60)]
        # All at the same time: only the key distinguishes them.
        quarantine.save_records(
            tenant, [QuarantinedRecord("created_at", "is missing", {"id": id_}) for id_ in ids], job_id="x", now=NOON
        )
        client = client_of(team_mate)

        def shown(html: str) -> list[str]:
            return re.findall(r"<h3>(R-\d+)</h3>", html)

        def link(html: str, rel: str) -> str | None:
            found = re.search(rf'rel="{rel}"[^>]*href="([^"]+)"', html)
            return found.group(1).replace("&amp;", "&") if found else None

        pages = [page_of(client, HERE)]
        while address := link(pages[-1], "next"):
            pages.append(page_of(client, address))
        assert [len(shown(each)) for each in pages] == [25, 25, 10]
        assert sorted(id_ for each in pages for id_ in shown(each)) == ids
        back = link(pages[2], "prev")
        assert back is not None
        assert shown(page_of(client, back)) == shown(pages[1])
        assert shown(page_of(client, HERE + "?cursor=nonsense")) == shown(pages[0])

    def test_the_list_is_narrowed_by_reason_whatever_value_it_quotes(
        self, client_of: ClientOf, team_mate: User, tenant: Tenant
    ) -> None:
        refuse(tenant, {"id": "A"}, reason="is not a date: 'soon'")
        refuse(tenant, {"id": "B"}, reason="is not a date: 'later: much'")
        refuse(tenant, {"id": "C"}, reason="is not a dateline")
        refuse(tenant, {"id": "D"}, reason="is not a date: 'x'", field="updated_at")
        client = client_of(team_mate)
        html = page_of(client, HERE)
        assert "created_at is not a date 2" in text_of(html).replace("  ", " ")
        narrowed = text_of(page_of(client, HERE + "?field=created_at&reason=is+not+a+date"))
        assert "2 records of 4" in narrowed
        assert " A " in narrowed and " B " in narrowed
        assert " C " not in narrowed and " D " not in narrowed
        assert "No record was rejected for this reason" in page_of(client, HERE + "?field=.*&reason=(")

    def test_a_cut_record_says_so_and_offers_no_retry(self, client_of: ClientOf, manager: User, tenant: Tenant) -> None:
        refuse(tenant, {"id": 7, "message": "x" * 300_000})
        html = page_of(client_of(manager), HERE)
        assert "too large to keep in full" in html
        assert "Try again" not in html
        assert len(html) < 100_000


class TestButtons:
    def test_trying_one_again_queues_a_run_of_that_one(
        self, client_of: ClientOf, manager: User, tenant: Tenant, rest_source: Source
    ) -> None:
        first, _ = refuse(tenant, {"nr": 1, "born": "2026-03-10"}, {"nr": 2, "born": "2026-03-10"})
        html = body(client_of(manager).post(HERE + "retry/", {"record": first}, follow=True))
        assert "Retrying rejected records" in html
        job = jobs.find_active(tenant)
        assert job is not None
        assert (job["trigger"], job["started_by"], job["options"]["kind"]) == ("web", "manager", "retry")
        Worker().run_pending()
        assert live(tenant) == {"1"}

    def test_trying_all_again_takes_all(
        self, client_of: ClientOf, manager: User, tenant: Tenant, rest_source: Source
    ) -> None:
        refuse(tenant, {"nr": 1, "born": "2026-03-10"}, {"nr": 2, "born": "2026-03-10"})
        client = client_of(manager)
        client.post(HERE + "retry/")
        Worker().run_pending()
        assert live(tenant) == {"1", "2"}
        assert "No rejected records" in page_of(client, HERE)

    def test_while_a_run_is_going_no_second_one_starts(
        self, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        refuse(tenant, record("T-1"))
        job_id = jobs.enqueue(tenant, JobRequest(trigger="web", started_by="max"))
        html = body(client_of(manager).post(HERE + "retry/", follow=True))
        assert "nothing was started" in html
        assert "Syncing from the helpdesk" in html
        active = jobs.find_active(tenant)
        assert active is not None and active["_id"] == job_id

    @pytest.mark.parametrize(
        ("payload", "key", "sentence"),
        [
            (None, "", "no record that can be retried"),
            (None, "gone", "had already left this list"),
            ({"id": "x" * 300_000}, "", "no record that can be retried"),
            ({"id": "x" * 300_000}, "its own", "too large to keep in full"),
        ],
    )
    def test_what_cannot_be_tried_again_starts_nothing_and_says_why(
        self, payload: Any, key: str, sentence: str, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        (own,) = refuse(tenant, payload) if payload else ("",)
        html = body(client_of(manager).post(HERE + "retry/", {"record": own if key == "its own" else key}, follow=True))
        assert sentence in html
        assert jobs.find_active(tenant) is None

    def test_dropping_one_asks_and_takes_that_one_alone(
        self, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        first, second = refuse(tenant, {"id": 1}, {"id": 2})
        client = client_of(manager)
        assert "Discard this record?" in page_of(client, HERE)
        assert "1 record was discarded." in body(client.post(HERE + "drop/", {"record": first}, follow=True))
        assert [each["_id"] for each in quarantine.find_page(tenant).records] == [second]
        assert "had already left this list" in body(client.post(HERE + "drop/", {"record": first}, follow=True))

    def test_dropping_all_spares_what_came_after_the_list_was_shown(
        self, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        refuse(tenant, {"id": 1}, {"id": 2}, {"id": 3})
        until = (NOON + timedelta(seconds=1)).isoformat()
        client_of(manager).post(HERE + "drop/", {"all": "1", "until": until})
        assert set(kept(tenant)) == {"3"}

    def test_dropping_a_narrowed_list_spares_the_others(
        self, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        refuse(tenant, {"id": 1}, reason="is not a date: 'x'")
        refuse(tenant, {"id": 2})
        client = client_of(manager)
        query = {"field": "created_at", "reason": "is not a date"}
        assert "Discard these 1" in page_of(client, HERE + "?field=created_at&reason=is+not+a+date")
        client.post(HERE + "drop/", {"all": "1", "until": "2099-01-01T00:00:00Z", **query})
        assert set(kept(tenant)) == {"2"}

    @pytest.mark.parametrize("wish", [{}, {"all": "1"}, {"all": "1", "until": "soon"}, {"record": ""}])
    def test_a_wish_that_names_nothing_drops_nothing(
        self, wish: dict[str, str], client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        refuse(tenant, {"id": 1})
        assert "Nothing was discarded." in body(client_of(manager).post(HERE + "drop/", wish, follow=True))
        assert quarantine.count_records(tenant) == 1

    def test_a_record_of_another_tenant_can_be_neither_retried_nor_dropped(
        self, client_of: ClientOf, owner: User, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        (theirs,) = refuse(other_tenant, {"id": 1})
        client = client_of(owner)
        client.post(HERE + "drop/", {"record": theirs})
        client.post(HERE + "drop/", {"all": "1", "until": "2099-01-01T00:00:00Z"})
        client.post(HERE + "retry/", {"record": theirs})
        assert quarantine.count_records(other_tenant) == 1
        assert jobs.find_active(tenant) is None

    @pytest.mark.parametrize("address", ["retry/", "drop/"])
    def test_retrying_and_dropping_a_record_need_a_post(self, client_of: ClientOf, owner: User, address: str) -> None:
        assert client_of(owner).get(HERE + address).status_code == 405


class TestProgress:
    def test_while_the_run_is_going_only_its_progress_comes_and_then_the_list(
        self, client_of: ClientOf, team_mate: User, tenant: Tenant
    ) -> None:
        refuse(tenant, {"id": "R-1"})
        wish = JobRequest(trigger="web", started_by="max", kind="retry")
        job_id = jobs.begin_at_once(tenant, wish, owner_id="x")
        client = client_of(team_mate)
        assert 'hx-trigger="every 2s"' in page_of(client, HERE)
        part = client.get(f"{HERE}?job={job_id}", headers=HTMX)
        assert 'id="run-in-progress"' in body(part) and "R-1" not in body(part)
        jobs.finish(job_id, owner_id="x", status="completed", progress=Progress())
        whole = client.get(f"{HERE}?job={job_id}", headers=HTMX)
        assert whole["HX-Retarget"] == "#quarantine"
        assert "R-1" in body(whole) and "every 2s" not in body(whole) and "<html" not in body(whole)

    def test_a_run_that_ended_leaves_no_progress(self, client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
        finished_job(tenant)
        assert 'id="run-in-progress"' not in page_of(client_of(team_mate), HERE)


class TestTwoVersions:
    def test_a_version_that_is_still_rejected_stays_when_another_of_the_same_ticket_is_stored(
        self, tenant: Tenant, rest_source: Source
    ) -> None:
        records = [{"nr": 1, "born": "2026-03-10"}, {"nr": 1, "born": "soon"}]
        for each in records:
            refused = QuarantinedRecord("created_at", "is missing", each, fields={"id": "1"})
            quarantine.save_records(tenant, [refused], job_id="before", now=NOON)
        assert numbers(retry(tenant)) == {"new_ingested": 1, "quarantined": 1}
        assert kept(tenant) == {"1": "is not a date: 'soon'"}
