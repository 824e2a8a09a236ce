"""Ingestion from a real Request Tracker: `script/try-rt` installs one and runs this aloud."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tenants.models import Tenant
from tests.real_servers import assert_refused, connect, counts, ingest, marks
from tests.rt.server import RtServer
from tickets.helpdesks.http import Answer, HelpdeskHttp
from tickets.helpdesks.model import Source
from tickets.jobs import Progress
from tickets.store.ticket_store import TicketStore

pytestmark = marks("Request Tracker", "try-rt")

SUBJECTS = ("Cannot log in since this morning", "Refund for order 1042", "Rechnung fehlt – bitte prüfen", "Wo? 📦")
TEXT_FILE = {"FileName": "log.txt", "FileType": "text/plain", "FileContent": base64.b64encode(b"ERROR 7").decode()}


@pytest.fixture(scope="module")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtServer]:
    with RtServer(tmp_path_factory.mktemp("rt")) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, rt: RtServer) -> Source:
    return connect(tenant, "rt", rt.url, secret=f"token {rt.token}", auth="header", auth_name="Authorization")


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The path of every request that is sent to a helpdesk."""
    sent: list[str] = []
    get: Callable[..., Answer] = HelpdeskHttp.get

    def noting(self: HelpdeskHttp, address: str, params: Any = None, **body: Any) -> Answer:
        sent.append(address)
        return get(self, address, params, **body)

    monkeypatch.setattr(HelpdeskHttp, "get", noting)
    return sent


def test_changes_and_deletions_of_a_real_rt_are_read(
    tenant: Tenant, source: Source, rt: RtServer, requests: list[str]
) -> None:
    ids = [rt.create_ticket(f"{SUBJECTS[n % 4]} #{n}", f"Hello,\nmessage {n}\n\n<second> line") for n in range(104)]
    html = rt.create_ticket(
        "Formatted", "<p>Hi &amp; hello,</p><p>my <b>order</b><br>is late</p>", ContentType="text/html"
    )
    silent = rt.create_ticket("Without a text", "", Requestor="")
    with_file = rt.create_ticket("With a file", "See the file", Attachments=[TEXT_FILE])
    ids += [html, silent, with_file]
    store = TicketStore(tenant)

    # RT sends at most 100 a page; all must come, each with its text.
    assert counts(ingest(tenant)) == {"new_ingested": 107}
    assert set(store.iterate_live_ids()) == set(ids)
    # A full page of transactions may have another one behind it.
    asked = [path.rsplit("/", 1)[1] for path in requests]
    assert asked == ["tickets", "transactions", "transactions", "attachments", "tickets", "transactions", "attachments"]
    first = store.find_ticket(ids[3])
    assert first is not None
    assert (first["subject"], first["status"], first["source"], first["customer_id"]) == (
        "Wo? 📦 #3",
        "open",
        "rt",
        "ann@example.com",
    )
    assert first["message"] == "Hello,\nmessage 3\n\n<second> line"
    assert first["team"] == "General"
    assert "assignee" not in first, "nobody owns it"
    assert "due_at" not in first
    found = {id_: store.find_ticket(id_) for id_ in (html, silent, with_file)}
    assert {id_: ticket and ticket["message"] for id_, ticket in found.items()} == {
        html: "Hi & hello,\nmy order\nis late",
        silent: "",
        with_file: "See the file",
    }

    # Nothing happened: an incremental read finds nothing to write.
    assert set(counts(ingest(tenant))) == {"unchanged"}

    for id_, status in zip(ids[1:5], ("open", "stalled", "resolved", "rejected"), strict=True):
        rt.change_ticket(id_, Status=status)
    rt.change_ticket(ids[5], Subject="I call my lawyer")
    rt.reply(ids[6], "An answer is no change of what the customer wrote")
    new = rt.create_ticket("A new one", "Where is my invoice?")
    rt.delete_ticket(ids[7])
    rt.change_ticket(ids[8], MergeInto=ids[9])

    outcome = ingest(tenant, full=True)
    assert counts(outcome) == {"new_ingested": 1, "updated": 5, "unchanged": 100, "deleted": 2}
    assert set(store.iterate_live_ids()) == {*ids, new} - {ids[7], ids[8]}
    statuses = [(store.find_ticket(id_) or {})["status"] for id_ in ids[:5]]
    assert statuses == ["open", "in_progress", "pending", "resolved", "closed"]
    assert store.find_history(ids[2])[0]["changes"] == {"status": {"old": "open", "new": "pending"}}
    assert store.find_history(ids[5])[0]["changes"]["subject"]["new"] == "I call my lawyer"
    assert [each["action"] for each in store.find_history(ids[7])] == ["deleted", "created"]
    for entry in store.find_history(ids[5]):
        print(entry["recorded_at"], entry["action"], {k: v for k, v in entry["changes"].items() if k != "message"})


def test_the_history_begins_with_what_rt_recorded_before_connecting(
    tenant: Tenant, source: Source, rt: RtServer
) -> None:
    rt.call("POST", "/REST/2.0/queue", {"Name": "Billing"})
    moved, quiet = (rt.create_ticket(subject, "Text") for subject in ("Told", "Quiet"))
    changes: list[dict[str, str]] = [
        {"Owner": "root"}, {"Status": "open"}, {"Queue": "Billing"}, {"Priority": "50"}, {"Subject": "Told, too"},
        {"Status": "resolved"}, {"Status": "open"}, {"Owner": "Nobody"}, {"Status": "rejected"},
    ]  # fmt: skip
    for each in changes:
        rt.change_ticket(moved, **each)
    ingest(tenant, full=True)
    store = TicketStore(tenant)
    told = [each for each in store.find_history(moved)[::-1] if "told_by" in each]
    assert [each["changes"] for each in told] == [
        {"assignee": {"old": None, "new": "root"}},
        {"status": {"old": "open", "new": "in_progress"}},
        {"team": {"old": "General", "new": "Billing"}},
        {"priority": {"old": "0", "new": "50"}},
        {"status": {"old": "in_progress", "new": "resolved"}},
        {"status": {"old": "resolved", "new": "in_progress"}},
        {"assignee": {"old": "root", "new": None}},
        {"status": {"old": "in_progress", "new": "closed"}},
    ]
    assert {each["author"] for each in told} == {"root"}
    ticket = store.find_ticket(moved)
    assert ticket is not None
    assert ticket["turns"] == [told[place]["recorded_at"] for place in (4, 5, 7)]
    assert ticket["is_closing_known"]
    assert (ticket["team"], ticket["priority"], ticket.get("assignee")) == ("Billing", "50", None)
    assert [each["action"] for each in store.find_history(quiet)] == ["created"]

    rt.change_ticket(quiet, Owner="root", Status="resolved")
    before = {each["_id"] for each in store.find_history(moved)}
    assert counts(ingest(tenant, full=True))["updated"] == 1
    assert {each["_id"] for each in store.find_history(moved)} == before
    news = [each["changes"] for each in store.find_history(quiet) if "told_by" in each]
    assert {"status": {"old": "open", "new": "resolved"}} in news
    assert {"assignee": {"old": None, "new": "root"}} in news


def test_only_what_changed_is_asked_for_whatever_time_the_user_lives_in(
    tenant: Tenant, source: Source, rt: RtServer
) -> None:
    some = [rt.create_ticket(f"Old {n}", "Text") for n in range(3)]
    rt.make_older(hours=10)
    ingest(tenant)
    rt.change_ticket(some[0], Subject="Old 0, changed")  # in RT's words of the user: five hours ago
    ingest(tenant)
    rt.change_ticket(some[1], Status="resolved")
    outcome = ingest(tenant)
    assert counts(outcome) == {"updated": 1, "unchanged": 1}
    ticket = TicketStore(tenant).find_ticket(some[0])
    assert ticket is not None and ticket["subject"] == "Old 0, changed"


def test_what_changes_and_goes_while_it_is_read_costs_no_ticket(tenant: Tenant, source: Source, rt: RtServer) -> None:
    source.page_size = 10
    source.save()
    ids = [rt.create_ticket(f"Moving {n}", "Text") for n in range(50)]
    gone: list[str] = []

    def change(progress: Progress) -> None:
        page = progress.processed_pages
        if progress.note != "Reading tickets" or page > 4 or len(gone) >= 8:
            return
        for id_ in (ids[10 + page], ids[-page]):
            rt.change_ticket(id_, Subject=f"Moved at page {page}")
        rt.create_ticket(f"Born at page {page}", "Text")
        for id_ in ids[len(gone) : len(gone) + 2]:  # each would pull every later ticket one place forward
            rt.delete_ticket(id_)
            gone.append(id_)

    ingest(tenant, full=True, listener=change)
    assert len(gone) == 8
    assert set(ids[8:]) <= set(TicketStore(tenant).iterate_live_ids()), "none is lost, not for a single run"
    ingest(tenant, full=True)
    assert_equal(tenant, rt)


def test_what_changes_while_changes_are_read_is_in_with_the_next_read(
    tenant: Tenant, source: Source, rt: RtServer
) -> None:
    source.page_size = 10
    source.save()
    ids = [rt.create_ticket(f"Changing {n}", "Text") for n in range(30)]
    ingest(tenant)

    def change(progress: Progress) -> None:
        if progress.note == "Reading tickets" and progress.processed_pages in (1, 2):
            for n in (0, 15, 29):
                rt.change_ticket(ids[n], Subject=f"Changed at page {progress.processed_pages}")

    for id_ in ids:
        rt.change_ticket(id_, Status="open")
    ingest(tenant, listener=change)
    ingest(tenant)
    assert_equal(tenant, rt)


def assert_equal(tenant: Tenant, rt: RtServer) -> None:
    """Every ticket is stored as RT has it at this moment, and no other one lives."""
    store = TicketStore(tenant)
    stored = {id_: store.find_ticket(id_) for id_ in store.iterate_live_ids()}
    assert {id_: ticket["subject"] for id_, ticket in stored.items() if ticket} == rt.subjects()


def test_a_wrong_token_is_said_and_nothing_is_deleted(tenant: Tenant, source: Source, rt: RtServer) -> None:
    rt.create_ticket("Kept", "Text")
    ingest(tenant)
    assert_refused(tenant, source, secret="token 1-27-wrong")


def test_a_user_who_may_see_nothing_does_not_empty_the_tenant(tenant: Tenant, source: Source, rt: RtServer) -> None:
    rt.create_ticket("Kept", "Text")
    ingest(tenant)
    before = set(TicketStore(tenant).iterate_live_ids())
    assert before
    source.set_secret(f"token {rt.make_user('blind')}")
    source.save()
    outcome = ingest(tenant, full=True)
    assert outcome.warning is not None and outcome.warning["code"] == "deletion_brake"
    assert set(TicketStore(tenant).iterate_live_ids()) == before


def test_a_restart_of_the_server_in_the_middle_loses_nothing(tenant: Tenant, source: Source, rt: RtServer) -> None:
    source.page_size = 15
    source.save()
    for n in range(45):
        rt.create_ticket(f"Restart {n}", "Text")
    wanted = rt.call("GET", "/REST/2.0/tickets?query=id%3E0&per_page=1")["total"]

    def stop_after_page_two(progress: Progress) -> None:
        if progress.processed_pages == 2:
            rt.stop()

    broken = ingest(tenant, listener=stop_after_page_two)
    assert broken.status == "failed"
    assert broken.error is not None and broken.error["code"] == "unreachable"
    rt.start()
    ingest(tenant)
    assert TicketStore(tenant).count_live() == wanted
