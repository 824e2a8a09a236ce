"""Oversized responses: tickets are stored in parts, invalid records within limits."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets import jobs
from tickets.helpdesks import SourceError, json_text, open_source
from tickets.helpdesks.base import PART_RECORDS
from tickets.helpdesks.model import Source
from tickets.ingestion import rejected
from tickets.ingestion.preview import preview_connection
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobRequest
from tickets.store import quarantine
from tickets.store.ticket_store import TicketStore

REST = {"path": "/items", "fields": {"id": "id", "created_at": "at", "customer_id": "who"}}


@pytest.fixture
def connect(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Callable[..., Source]:
    def make(**values: Any) -> Source:
        return Source.objects.create(tenant=tenant, **{"kind": "house", "url": helpdesk.url, "page_size": 10, **values})

    return make


@pytest.fixture
def ingest(tenant: Tenant, clock: FakeClock) -> Callable[[], Outcome]:
    def run() -> Outcome:
        clock.advance(minutes=10)
        wish = JobRequest(trigger="command", started_by="test")
        job_id = jobs.begin_at_once(tenant, wish, owner_id="test", now=clock())
        return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test", now=clock, sleep=clock.sleep)

    return run


def packed(payload: Any) -> Answer:
    body = gzip.compress(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return answer(body, Content_Encoding="gzip")


def zeros(count: int) -> bytes:
    return b'{"next_page": null, "deleted_ids": [], "tickets": [' + b",".join([b"0"] * count) + b"]}"


def test_a_response_with_millions_of_values_ends_the_run_with_a_sentence(
    connect: Callable[..., Source], ingest: Callable[[], Outcome], helpdesk: ScriptedHelpdesk
) -> None:
    source = connect()
    helpdesk.fail_everything(packed(zeros(4_000_000)))
    assert len(helpdesk.script("", {})[2]) < 40_000  # type: ignore[misc, index]
    outcome = ingest()
    assert outcome.error is not None
    assert outcome.error["code"] == "too_large"
    assert "more than 300 MB of memory" in outcome.error["message"]
    assert helpdesk.pages_read == 1
    with pytest.raises(SourceError, match="more than 300 MB of memory"):
        next(open_source(source).pages())


def test_a_server_without_pages_may_send_all_its_tickets_at_once(
    tenant: Tenant, connect: Callable[..., Source], ingest: Callable[[], Outcome], helpdesk: ScriptedHelpdesk
) -> None:
    connect(kind="rest", options={**REST, "paging": "next", "next": "header:Link"})
    items = [{"id": n, "at": "2026-03-10T09:00:00Z", "who": f"c_{n % 9}"} for n in range(3 * PART_RECORDS + 7)]
    helpdesk.fail_everything(packed(items))
    preview = preview_connection(Source.objects.get(tenant=tenant), wait=lambda *_: None)
    assert preview.counts.new_ingested == len(items)
    outcome = ingest()
    assert (outcome.status, outcome.progress.counts.new_ingested) == ("completed", len(items))
    assert TicketStore(tenant).count_live() == len(items)
    del items[0]
    helpdesk.fail_everything(packed(items))
    outcome = ingest()
    assert (outcome.progress.counts.unchanged, outcome.progress.counts.deleted) == (len(items), 1)


def test_a_bounded_sample_of_invalid_records_is_stored_and_the_rest_counted(
    tenant: Tenant,
    connect: Callable[..., Source],
    ingest: Callable[[], Outcome],
    helpdesk: ScriptedHelpdesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rejected, "MOST_OF_A_RUN", 50)
    monkeypatch.setattr(rejected, "MOST_OF_A_TENANT", 80)
    connect()
    junk = [{"id": f"J-{n}", "created_at": 0} for n in range(1_200)]
    helpdesk.fail_everything(answer({"tickets": [*junk, record("T-1")], "next_page": None, "deleted_ids": []}))
    outcome = ingest()
    assert (outcome.status, outcome.progress.counts.quarantined) == ("partial", 1_200)
    assert quarantine.count_records(tenant) == 50
    assert TicketStore(tenant).count_live() == 1
    assert outcome.warning is not None
    assert outcome.warning["code"] == "rejected_not_kept"
    assert outcome.warning["message"].startswith("1,200 records were rejected, and 1,150 of them were only counted:")
    helpdesk.fail_everything(
        answer({"tickets": [{**each, "more": 1} for each in junk], "next_page": None, "deleted_ids": []})
    )
    ingest()
    assert quarantine.count_records(tenant) == 80


def test_identical_invalid_records_are_stored_once_with_a_count(
    tenant: Tenant, connect: Callable[..., Source], ingest: Callable[[], Outcome], helpdesk: ScriptedHelpdesk
) -> None:
    connect()
    helpdesk.fail_everything(packed(zeros(900)))
    outcome = ingest()
    assert outcome.progress.counts.quarantined == 900
    (kept,) = mongo.collection("quarantine").find()
    assert (kept["payload"], kept["times_seen"]) == ("0", 900)


def test_a_record_nested_very_deeply_is_rejected_and_the_others_come_in(
    tenant: Tenant, connect: Callable[..., Source], ingest: Callable[[], Outcome], helpdesk: ScriptedHelpdesk
) -> None:
    connect()
    deep = b"[" * 900 + b"]" * 900
    ticket = json.dumps(record("T-1")).encode()
    helpdesk.fail_everything(
        answer(b'{"next_page": null, "deleted_ids": [], "tickets": [' + deep + b"," + ticket + b"]}")
    )
    outcome = ingest()
    assert (outcome.status, outcome.progress.counts.quarantined) == ("partial", 1)
    assert TicketStore(tenant).count_live() == 1


def test_text_in_a_declared_charset_is_decoded(
    tenant: Tenant, connect: Callable[..., Source], ingest: Callable[[], Outcome], helpdesk: ScriptedHelpdesk
) -> None:
    connect()
    page = {
        "tickets": [record("T-1", customer_id="Jörg"), record("T-2", customer_id="Jürg")],
        "next_page": None,
        "deleted_ids": [],
    }
    for charset in ("ISO-8859-1", "UTF-16", "utf-8"):
        body = json.dumps(page, ensure_ascii=False).encode(charset)
        helpdesk.fail_everything(answer(body, Content_Type=f"application/json; charset={charset}"))
        outcome = ingest()
        assert (outcome.status, outcome.progress.counts.updated) == ("completed", 0)
        assert sorted(mongo.collection("tickets").distinct("customer_id")) == ["Jörg", "Jürg"]


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ("", "is not encoded in UTF-8 (byte 84), and its Content-Type declares no other charset"),
        ("; charset=utf-8", "is not encoded in UTF-8 (byte 84), as its Content-Type says"),
        ("; charset=latin-99", "declares the unknown charset “latin-99”"),
    ],
)
def test_undecodable_text_ends_the_run_with_a_sentence_and_changes_nothing(
    tenant: Tenant,
    connect: Callable[..., Source],
    ingest: Callable[[], Outcome],
    helpdesk: ScriptedHelpdesk,
    declared: str,
    sentence: str,
) -> None:
    connect()
    page = {"tickets": [record("T-1", source="mail", customer_id="Jörg")], "next_page": None, "deleted_ids": []}
    body = json.dumps(page, ensure_ascii=False).encode("latin-1")
    helpdesk.fail_everything(answer(body, Content_Type=f"application/json{declared}"))
    outcome = ingest()
    assert outcome.error is not None
    assert outcome.error["code"] == "unexpected_answer"
    assert sentence in outcome.error["message"]
    assert TicketStore(tenant).count_live() == 0
    assert helpdesk.pages_read == 1


def test_a_line_of_a_file_that_would_take_too_much_memory_is_rejected(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tickets.helpdesks.files.file import FileFormat, FileSource

    monkeypatch.setattr(json_text, "MOST_MEMORY", 1_000_000)
    path = tmp_path / "old.jsonl"
    path.write_text("[" + "[]," * 20_000 + "0]\n" + json.dumps(record("T-1")) + "\n")
    (page,) = FileSource(path, FileFormat()).pages()
    junk, ticket = page.records
    assert junk.problem == ("record", "would take more than 0 MB of memory")
    assert ticket.fields is not None


@pytest.mark.parametrize("odd", ["\ud800x", "a\0b", "x" * 100_000, 10**400])
def test_an_id_that_mongodb_cannot_store_stops_no_run(
    odd: Any, helpdesk: ScriptedHelpdesk, connect: Callable[..., Source], ingest: Callable[[], Outcome]
) -> None:
    helpdesk.tickets, helpdesk.deleted = [record("T-1"), record(odd, created_at=None)], [odd]
    connect()
    outcome = ingest()
    assert (outcome.status, outcome.progress.counts.new_ingested) == ("partial", 1)


def test_a_rejected_record_shows_that_its_ticket_is_there_also_where_its_id_has_a_sign_too_many(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, connect: Callable[..., Source], ingest: Callable[[], Outcome]
) -> None:
    helpdesk.tickets = [record("T-1\0"), record("T-2")]
    connect()
    ingest()
    helpdesk.tickets[0] |= {"created_at": None}
    assert ingest().progress.counts.deleted == 0
    assert set(TicketStore(tenant).iterate_live_ids()) == {"T-1", "T-2"}


@pytest.mark.parametrize("following", ["?page=\ud800", "http://\ud800/", "?page=2\0", "http://[bad"])
def test_an_invalid_next_url_ends_the_run_with_a_sentence(
    following: str, helpdesk: ScriptedHelpdesk, connect: Callable[..., Source], ingest: Callable[[], Outcome]
) -> None:
    helpdesk.script = lambda _path, _query: answer({"items": [{"id": "1", "at": "2026-03-10"}], "next": following})
    connect(kind="rest", options={**REST, "records": "items", "paging": "next", "next": "next"})
    error = ingest().error
    assert error is not None and error["code"] == "unexpected_answer"


def test_an_error_message_that_mongodb_cannot_store_still_ends_the_run_with_its_text(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, connect: Callable[..., Source], ingest: Callable[[], Outcome]
) -> None:
    helpdesk.fail_everything(answer({"error": "bad \ud800 thing", "tickets": []}))
    connect()
    error = ingest().error
    assert error is not None and "(“bad thing”)." in error["message"]
    assert jobs.find_active(tenant) is None


def test_a_number_of_thousands_of_digits_from_rt_ends_in_words(
    helpdesk: ScriptedHelpdesk, connect: Callable[..., Source], ingest: Callable[[], Outcome]
) -> None:
    item = {"id": "9" * 5000, "Subject": "a", "Created": "2026-03-10T00:00:00Z"}
    helpdesk.script = lambda path, _query: answer({"total": 1, "items": [item] if path.endswith("tickets") else []})
    connect(kind="rt")
    outcome = ingest()
    assert (outcome.status, outcome.progress.counts.quarantined) == ("partial", 1)


@pytest.mark.parametrize("odd", [{}, [], {"id": 1}, None, 1.5, True])
def test_a_transaction_of_rt_with_an_odd_id_costs_only_the_text(
    odd: Any, tenant: Tenant, helpdesk: ScriptedHelpdesk, connect: Callable[..., Source], ingest: Callable[[], Outcome]
) -> None:
    ticket = {"id": 1, "Subject": "a", "Created": "2026-03-10T00:00:00Z"}
    rows = {
        "tickets": [ticket],
        "transactions": [
            {"Type": "Create", "ObjectId": 1, **each} for each in ({"id": odd}, {"id": 5, "ObjectId": odd}, {"id": 6})
        ],
        "attachments": [
            {"id": 7, "TransactionId": odd, "Content": "wrong", "ContentType": "text/plain"},
            {"id": 8, "TransactionId": 6, "Content": "right", "ContentType": "text/plain"},
        ],
    }
    helpdesk.script = lambda path, _query: answer({"total": 1, "items": rows[path.rpartition("/")[2]]})
    connect(kind="rt")
    assert ingest().status == "completed"
    stored = TicketStore(tenant).find_ticket("1")
    assert stored is not None and stored["message"] in ("right", "")


@pytest.mark.parametrize("place", ["id", "cursor"])
def test_a_lone_surrogate_in_what_a_url_repeats_ends_no_run_in_a_traceback(
    place: str, helpdesk: ScriptedHelpdesk, connect: Callable[..., Source], ingest: Callable[[], Outcome]
) -> None:
    odd = "\ud800x"
    ticket = {"id": odd if place == "id" else "1", "at": "2026-03-10", "who": "ada"}

    def serve(path: str, query: dict[str, str]) -> Answer:
        if path.endswith("/messages"):
            return answer({"messages": [{"id": 1, "body": "Hello", "created_at": "2026-03-10T10:00:00Z"}]})
        return answer({"items": [] if "after" in query else [ticket], "cursor": odd if place == "cursor" else None})

    helpdesk.script = serve
    messages = {"path": "/items/{id}/messages", "records": "messages", "body": "body", "days": 0}
    paging = {"paging": "cursor", "cursor": "cursor", "cursor_param": "after"}
    connect(kind="rest", options={**REST, **paging, "records": "items", "conversation": messages})
    outcome = ingest()
    assert (outcome.status, outcome.progress.counts.new_ingested) == ("completed", 1)
