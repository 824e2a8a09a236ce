"""Ingestion from a real Redmine: `script/try-redmine` installs one and runs this aloud."""

from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.real_servers import assert_refused, connect, counts, ingest, marks
from tests.redmine.server import RedmineServer
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

pytestmark = marks("Redmine", "try-redmine")

SUBJECTS = ("Cannot log in since this morning", "Refund for order 1042", "Rechnung fehlt – bitte prüfen", "Wo? 📦")
RESOLVED, CLOSED = 3, 5


@pytest.fixture(scope="module")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedmineServer]:
    with RedmineServer(tmp_path_factory.mktemp("redmine")) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, redmine: RedmineServer) -> Source:
    return connect(tenant, "redmine", redmine.url, secret=redmine.key, auth="header", auth_name="X-Redmine-API-Key")


def test_changes_and_deletions_of_a_real_redmine_are_read(
    tenant: Tenant, source: Source, redmine: RedmineServer
) -> None:
    ids = [
        redmine.create_issue(f"{SUBJECTS[n % 4]} #{n}", f"Hello,\nmessage {n}\n\n*second* line & more")
        for n in range(120)
    ]
    store = TicketStore(tenant)

    # The server caps a page at 100 without a word; all 120 must come.
    assert counts(ingest(tenant)) == {"new_ingested": 120}
    assert set(store.iterate_live_ids()) == set(ids)
    first = store.find_ticket(ids[0])
    assert first is not None
    assert (first["subject"], first["status"], first["source"]) == (
        "Cannot log in since this morning #0",
        "open",
        "redmine",
    )
    assert first["message"] == "Hello,\nmessage 0\n\n*second* line & more"

    # Nothing happened: an incremental read finds nothing to write, line ends notwithstanding.
    again = ingest(tenant)
    assert set(counts(again)) == {"unchanged"}

    redmine.change_issue(ids[1], status_id=RESOLVED)
    redmine.change_issue(ids[2], status_id=CLOSED, description="Please refund me immediately, or I call my lawyer")
    new = redmine.create_issue("A new one", "Where is my invoice?")
    redmine.delete_issue(ids[7])

    outcome = ingest(tenant, full=True)
    assert counts(outcome) == {"new_ingested": 1, "updated": 2, "unchanged": 117, "deleted": 1}
    assert set(store.iterate_live_ids()) == {*ids, new} - {ids[7]}
    assert store.find_history(ids[1])[0]["changes"] == {"status": {"old": "open", "new": "resolved"}}
    changes = store.find_history(ids[2])[0]["changes"]
    assert changes["status"] == {"old": "open", "new": "closed"}
    assert changes["message"]["old"].startswith("Hello,") and "lawyer" in changes["message"]["new"]
    assert changes["urgency"]["new"] == "high"
    assert [each["action"] for each in store.find_history(ids[7])] == ["deleted", "created"]
    for entry in store.find_history(ids[2]):
        print(entry["recorded_at"], entry["action"], {k: v for k, v in entry["changes"].items() if k != "message"})


def test_only_what_changed_is_asked_for_after_a_whole_read(
    tenant: Tenant, source: Source, redmine: RedmineServer
) -> None:
    some = redmine.create_issue("One more", "Text")
    ingest(tenant)
    redmine.change_issue(some, subject="One more, changed")
    outcome = ingest(tenant)
    assert outcome.progress.counts.updated == 1
    ticket = TicketStore(tenant).find_ticket(some)
    assert ticket is not None and ticket["subject"] == "One more, changed"


@pytest.mark.parametrize("order", ["id", "updated_on", "updated_on:desc"])
def test_what_changes_while_it_is_read_costs_no_issue(
    order: str, tenant: Tenant, source: Source, redmine: RedmineServer
) -> None:
    """In the order of the last change, every change moves others to pages that were read already."""
    source.page_size = 10
    source.options = {"params": {"status_id": "*", "sort": order}}
    source.save()
    for n in range(50):
        redmine.create_issue(f"Moving {order} {n}", "Text")
    ids = sorted(redmine.subjects(), key=int)
    by_change = [str(each["id"]) for each in redmine.call("GET", "/issues.json?status_id=*&sort=updated_on")["issues"]]

    def change(progress: jobs.Progress) -> None:
        if progress.note == "Reading tickets" and progress.processed_pages in (1, 2, 3):
            page = progress.processed_pages
            for id_ in {ids[page], ids[-page], by_change[page]}:
                redmine.change_issue(id_, subject=f"Moved at page {page}, {order}")
            redmine.create_issue(f"Born at page {page}, {order}", "Text")

    ingest(tenant, listener=change)
    assert set(ids) <= set(TicketStore(tenant).iterate_live_ids()), "none is lost, not for a single run"
    ingest(tenant)
    assert_equal(tenant, redmine)


def test_what_goes_while_it_is_read_takes_no_other_with_it(
    tenant: Tenant, source: Source, redmine: RedmineServer
) -> None:
    source.page_size = 10
    source.save()
    for n in range(40):
        redmine.create_issue(f"Staying {n}", "Text")
    ids = sorted(redmine.subjects(), key=int)
    gone: list[str] = []

    def remove(progress: jobs.Progress) -> None:
        if progress.note == "Reading tickets" and progress.processed_pages in (1, 2, 3) and len(gone) < 9:
            for id_ in ids[len(gone) : len(gone) + 3]:  # each pulls every later issue one place forward
                redmine.delete_issue(id_)
                gone.append(id_)

    outcome = ingest(tenant, full=True, listener=remove)
    assert outcome.status == "completed", outcome
    assert gone
    assert set(ids) - set(gone) <= set(TicketStore(tenant).iterate_live_ids())
    ingest(tenant, full=True)
    assert_equal(tenant, redmine)


def assert_equal(tenant: Tenant, redmine: RedmineServer) -> None:
    """Every issue is stored as Redmine has it at this moment, and no other one lives."""
    store = TicketStore(tenant)
    stored = {id_: store.find_ticket(id_) for id_ in store.iterate_live_ids()}
    assert {id_: ticket["subject"] for id_, ticket in stored.items() if ticket} == redmine.subjects()


def test_a_wrong_key_is_said_though_redmine_answers_with_an_empty_list(
    tenant: Tenant, source: Source, redmine: RedmineServer
) -> None:
    redmine.create_issue("Kept", "Text")
    ingest(tenant)
    assert_refused(tenant, source)


def test_a_restart_of_the_server_in_the_middle_loses_nothing(
    tenant: Tenant, source: Source, redmine: RedmineServer
) -> None:
    source.page_size = 20
    source.save()
    for n in range(60):
        redmine.create_issue(f"Restart {n}", "Text")
    wanted = redmine.call("GET", "/issues.json?status_id=*&limit=1")["total_count"]

    def stop_after_page_two(progress: jobs.Progress) -> None:
        if progress.processed_pages == 2:
            redmine.stop()

    broken = ingest(tenant, listener=stop_after_page_two)
    assert broken.status == "failed"
    assert broken.error is not None and broken.error["code"] == "unreachable"
    redmine.start()
    ingest(tenant)
    assert TicketStore(tenant).count_live() == wanted
