"""Ingestion from a helpdesk on a real socket into a real MongoDB."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supportsaas.db import mongo
from supportsaas.reliability.lock import Lock
from tenants.models import Tenant
from tests.builders import record
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk, answer
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.ingestion.sync_status import data_as_of
from tickets.jobs import JobRequest, Progress
from tickets.store import quarantine
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

Ingest = Callable[..., Outcome]


@pytest.fixture
def ingest(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source], clock: FakeClock
) -> Ingest:
    """Run an ingestion of the tenant from the scripted helpdesk, ten tickets a page."""
    native_source(helpdesk.url, page_size=10)

    def run(
        stop: threading.Event | None = None, listener: Callable[[Progress], None] | None = None, **request: Any
    ) -> Outcome:
        clock.advance(minutes=10)
        wish = JobRequest(trigger="command", started_by="test", **request)
        job_id = jobs.begin_at_once(tenant, wish, owner_id="test", now=clock())
        return ingest_tenant(
            tenant,
            wish,
            job_id=job_id,
            owner_id="test",
            stop=stop,
            listener=listener,
            now=clock,
            sleep=clock.sleep,
        )

    return run


@pytest.fixture
def store(tenant: Tenant) -> TicketStore:
    return TicketStore(tenant)


def counts(outcome: Outcome) -> dict[str, int]:
    return {name: number for name, number in outcome.progress.counts.as_dict().items() if number}


def live(store: TicketStore) -> set[str]:
    return set(store.iterate_live_ids())


def job(outcome: Outcome) -> dict[str, Any]:
    found = jobs.find_job(outcome.job_id)
    assert found is not None
    return found


def test_every_page_up_to_the_last_is_read(ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore) -> None:
    helpdesk.tickets = [record(f"T-{n}") for n in range(35)]
    outcome = ingest()
    assert (outcome.status, counts(outcome)) == ("completed", {"new_ingested": 35})
    assert live(store) == {f"T-{n}" for n in range(35)}
    assert (outcome.progress.processed_pages, outcome.progress.total_pages) == (4, 4)


def test_a_second_run_adds_nothing(ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore) -> None:
    helpdesk.tickets = [record(f"T-{n}") for n in range(25)]
    ingest()
    before = list(mongo.collection("tickets").find().sort("_id"))
    outcome = ingest()
    assert counts(outcome) == {"unchanged": 25}
    assert list(mongo.collection("tickets").find().sort("_id")) == before
    assert mongo.collection("ticket_history").count_documents({}) == 25


def test_the_history_begins_with_the_initial_values(
    ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
) -> None:
    helpdesk.tickets = [record("T-1", subject="Refund please", status="open")]
    ingest()
    (entry,) = store.find_history("T-1")
    assert entry["action"] == "created"
    assert entry["changes"]["subject"] == {"old": None, "new": "Refund please"}
    assert entry["changes"]["status"] == {"old": None, "new": "open"}
    assert entry["changes"]["urgency"]["new"] == "high"


def test_a_change_is_kept_field_by_field(ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore) -> None:
    helpdesk.tickets = [record("T-1", status="open")]
    ingest()
    helpdesk.tickets = [record("T-1", status="closed", updated_at="2026-03-10T10:00:00Z")]
    outcome = ingest()
    assert counts(outcome) == {"updated": 1}
    newest, oldest = store.find_history("T-1")
    assert (newest["action"], newest["changes"]) == ("updated", {"status": {"old": "open", "new": "closed"}})
    assert newest["job_id"] == outcome.job_id
    assert oldest["action"] == "created"


def test_a_new_stamp_alone_is_not_a_change(ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore) -> None:
    helpdesk.tickets = [record("T-1")]
    ingest()
    helpdesk.tickets = [record("T-1", updated_at="2026-03-10T11:00:00Z")]
    assert counts(ingest()) == {"unchanged": 1}
    assert len(store.find_history("T-1")) == 1


def test_a_change_under_the_same_stamp_is_one(ingest: Ingest, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.tickets = [record("T-1", message="one")]
    ingest()
    helpdesk.tickets = [record("T-1", message="two")]
    assert counts(ingest()) == {"updated": 1}


def test_an_older_version_never_overwrites_a_newer_one(
    ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
) -> None:
    helpdesk.tickets = [record("T-1", status="closed", updated_at="2026-03-10T11:00:00Z")]
    ingest()
    helpdesk.tickets = [record("T-1", status="open", updated_at="2026-03-10T10:00:00Z")]
    assert counts(ingest()) == {"unchanged": 1}
    ticket = store.find_ticket("T-1")
    assert ticket is not None and ticket["status"] == "closed"


class TestAHelpdeskThatWasSetBack:
    """It shows an older stamp for good: content decides, but one sight of it is not enough."""

    NEWER = record("T-1", status="closed", updated_at="2026-03-10T11:00:00Z")
    OLDER = record("T-1", status="open", updated_at="2026-03-10T10:00:00Z")

    @pytest.fixture
    def set_back(self, ingest: Ingest, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [self.NEWER]
        ingest()
        helpdesk.tickets = [self.OLDER]
        assert counts(ingest()) == {"unchanged": 1}

    @staticmethod
    def status(store: TicketStore) -> str:
        ticket = store.find_ticket("T-1")
        assert ticket is not None
        return str(ticket["status"])

    def test_what_whole_reads_show_again_after_an_hour_is_how_it_is(
        self, set_back: None, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore, clock: FakeClock
    ) -> None:
        assert counts(ingest()) == {"unchanged": 1}, "ten minutes later it may still be a copy that lags behind"
        assert self.status(store) == "closed"
        clock.advance(minutes=50)
        assert counts(ingest()) == {"updated": 1}
        assert self.status(store) == "open"
        assert store.find_history("T-1")[0]["changes"] == {"status": {"old": "closed", "new": "open"}}
        # From here on its stamps count as they are now.
        helpdesk.tickets = [{**self.OLDER, "status": "pending", "updated_at": "2026-03-10T10:30:00Z"}]
        assert counts(ingest()) == {"updated": 1}
        assert self.status(store) == "pending"

    def test_a_copy_that_lags_behind_now_and_then_never_wins(
        self, set_back: None, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore, clock: FakeClock
    ) -> None:
        for _ in range(3):
            clock.advance(hours=2)
            helpdesk.tickets = [self.NEWER]
            assert counts(ingest()) == {"unchanged": 1}
            clock.advance(hours=2)
            helpdesk.tickets = [self.OLDER]
            assert counts(ingest()) == {"unchanged": 1}
        assert self.status(store) == "closed"
        assert len(store.find_history("T-1")) == 1

    def test_two_different_older_versions_do_not_vouch_for_each_other(
        self, set_back: None, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore, clock: FakeClock
    ) -> None:
        clock.advance(hours=2)
        helpdesk.tickets = [{**self.OLDER, "status": "pending"}]
        assert counts(ingest()) == {"unchanged": 1}
        assert self.status(store) == "closed"

    def test_of_two_versions_in_a_listing_the_newer_one_is_kept(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore, clock: FakeClock
    ) -> None:
        between = [record(f"T-{n}") for n in range(2, 15)]
        for order in ((self.NEWER, self.OLDER), (self.OLDER, self.NEWER)):
            helpdesk.tickets = [order[0], *between, order[1]]
            for _ in range(3):
                clock.advance(hours=2)
                ingest()
                assert self.status(store) == "closed"

    def test_a_set_back_helpdesk_is_remembered_when_a_read_began_in_the_middle(
        self, set_back: None, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore, clock: FakeClock
    ) -> None:
        """Only whole reads count: a resumed run neither confirms nor starts over."""
        helpdesk.tickets = [record(f"T-{n}") for n in range(2, 25)] + [self.OLDER]
        helpdesk.fail_page(3, answer({}, 404))
        assert ingest().status == "failed"
        helpdesk.recover()
        clock.advance(minutes=49)
        ingest()  # continues at the page before
        assert self.status(store) == "closed"
        ingest()
        assert self.status(store) == "open"


def test_line_ends_that_a_helpdesk_rewrites_are_no_change(ingest: Ingest, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.tickets = [record("T-1", message="one\ntwo")]
    ingest()
    helpdesk.tickets = [record("T-1", message="one\r\ntwo\r\n")]
    assert counts(ingest()) == {"unchanged": 1}


def test_records_of_another_tenant_are_rejected_and_counted(
    ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
) -> None:
    helpdesk.tickets = [record("T-1"), record("X-1", tenant_id="globex"), record("X-2", tenant_id="ACME")]
    outcome = ingest()
    assert (outcome.status, counts(outcome)) == ("completed", {"new_ingested": 1, "foreign": 2})
    assert mongo.collection("tickets").distinct("tenant_id") == ["acme"]


class TestDeletions:
    def test_what_the_helpdesk_lists_as_deleted_leaves_the_lists(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(3)]
        ingest()
        helpdesk.tickets.pop(0)
        helpdesk.deleted = ["T-0"]
        assert counts(ingest()) == {"unchanged": 2, "deleted": 1}
        assert live(store) == {"T-1", "T-2"}
        assert store.queries.count(TicketFilter()) == 2
        gone = store.find_ticket("T-0")
        assert gone is not None and gone["is_deleted"] and gone["deleted_at"] is not None
        assert store.find_history("T-0")[0]["action"] == "deleted"

    def test_what_is_merely_absent_is_deleted_after_a_second_look(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(15)]
        ingest()
        del helpdesk.tickets[3]
        pages = helpdesk.pages_read
        outcome = ingest()
        assert counts(outcome) == {"unchanged": 14, "deleted": 1}
        assert helpdesk.pages_read - pages == 4
        assert "T-3" not in live(store)

    def test_a_ticket_that_moved_between_two_pages_is_not_deleted(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(20)]
        ingest()
        moved = False

        def move_after_first_page(path: str, query: dict[str, str]) -> None:
            # While page 2 is asked for, T-0 leaves the list, so that T-10 slips to page 1 unseen.
            nonlocal moved
            if path.endswith("support-tickets") and query["page"] == "2" and not moved:
                moved = True
                del helpdesk.tickets[0]

        helpdesk.script = move_after_first_page
        first = ingest()
        assert "T-10" in live(store)
        helpdesk.recover()
        ingest()
        assert live(store) == {f"T-{n}" for n in range(1, 20)}
        assert first.status == "completed"
        assert [each["action"] for each in store.find_history("T-10")] == ["created"]

    def test_deleted_tickets_come_back_if_they_are_seen_again(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record("T-1"), record("T-2")]
        ingest()
        helpdesk.tickets = [record("T-2")]
        helpdesk.deleted = ["T-1"]
        ingest()
        helpdesk.tickets = [record("T-1"), record("T-2")]
        assert counts(ingest()) == {"updated": 1, "restored": 1, "unchanged": 1}
        assert live(store) == {"T-1", "T-2"}
        assert [each["action"] for each in store.find_history("T-1")] == ["restored", "deleted", "created"]

    def test_an_empty_listing_deletes_nothing(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(5)]
        ingest()
        helpdesk.tickets = []
        outcome = ingest()
        assert outcome.status == "partial"
        assert outcome.warning is not None and outcome.warning["code"] == "deletion_brake"
        assert len(live(store)) == 5

    def test_suspiciously_many_deletions_wait_for_a_persons_word(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(40)]
        ingest()
        del helpdesk.tickets[20:]
        assert ingest().status == "partial"
        assert len(live(store)) == 40
        outcome = ingest(confirm_deletions=True)
        assert (outcome.status, counts(outcome)) == ("completed", {"unchanged": 20, "deleted": 20})

    def test_the_brake_holds_for_what_the_helpdesk_lists_as_deleted(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(40)]
        ingest()
        helpdesk.deleted = [f"T-{n}" for n in range(20, 40)]
        del helpdesk.tickets[20:]
        outcome = ingest()
        assert outcome.status == "partial"
        assert outcome.warning is not None and outcome.warning["code"] == "deletion_brake"
        assert "lists 20 of the 40 stored tickets as deleted" in outcome.warning["message"]
        assert len(live(store)) == 40
        outcome = ingest(confirm_deletions=True)
        assert (outcome.status, counts(outcome)) == ("completed", {"unchanged": 20, "deleted": 20})

    def test_an_empty_helpdesk_that_lists_all_as_deleted_deletes_none(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(70)]
        ingest()
        helpdesk.tickets, helpdesk.deleted = [], [f"T-{n}" for n in range(70)]
        assert ingest().status == "partial"
        assert len(live(store)) == 70

    def test_a_few_that_are_listed_as_deleted_need_nobodys_word(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(12)]
        ingest()
        helpdesk.deleted = [f"T-{n}" for n in range(10)] + [f"old-{n}" for n in range(500)]
        del helpdesk.tickets[:10]
        assert counts(ingest()) == {"unchanged": 2, "deleted": 10}

    def test_what_the_helpdesk_deleted_while_it_was_read_has_it_read_again(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        """As many tickets leave as arrive, so no number shows it; but the list of deleted tickets names what was read."""
        helpdesk.tickets = [record(f"T-{n}") for n in range(30)]

        def swap(path: str, query: dict[str, str]) -> None:
            if path.endswith("support-tickets") and query["page"] == "2" and not helpdesk.deleted:
                helpdesk.deleted = ["T-0", "T-1"]
                helpdesk.tickets = [*helpdesk.tickets[2:], record("T-30"), record("T-31")]

        helpdesk.script = swap
        outcome = ingest()
        assert outcome.status == "completed"
        assert {f"T-{n}" for n in range(2, 32)} <= live(store)
        ingest()
        assert live(store) == {f"T-{n}" for n in range(2, 32)}

    def test_the_brake_can_be_set(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore, settings: Any
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(40)]
        ingest()
        del helpdesk.tickets[35:]
        settings.DELETION_BRAKE_TICKETS, settings.DELETION_BRAKE_PERCENT = 3, 10
        assert ingest().status == "partial"
        settings.DELETION_BRAKE_PERCENT = 15
        assert counts(ingest()) == {"unchanged": 35, "deleted": 5}

    def test_a_listing_shorter_than_announced_deletes_nothing(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(8)]
        ingest()
        short = answer({"tickets": [record("T-0")], "next_page": None, "total_count": 8})
        helpdesk.fail_page(1, short)
        outcome = ingest()
        assert outcome.status == "partial"
        assert outcome.warning is not None and outcome.warning["code"] == "short_listing"
        assert len(live(store)) == 8


FAILURES = {
    "an internal error": (answer({"detail": "oops"}, 500), "server_error"),
    "a web page": (answer(b"<!doctype html><title>Log in</title>"), "not_json"),
    "something that is not JSON": (answer(b"tickets: none"), "not_json"),
    "half a body": (answer(b'{"tickets": [{"id": "T-1", "subj'), "not_json"),
    "no list of tickets": (answer({"data": []}), "unexpected_answer"),
    "null for the list": (answer({"tickets": None, "next_page": None}), "unexpected_answer"),
    "a list instead of an object": (answer([]), "unexpected_answer"),
    "a page after itself": (answer({"tickets": [], "next_page": 1, "total_count": 0}), "unexpected_answer"),
    "a refused log-in": (answer({}, 401), "refused_login"),
    "a redirect": (answer(b"", 302, Location="http://127.0.0.1:1/"), "redirect"),
    "an unknown page": (answer({}, 404), "not_found"),
}


class TestBadHelpdesks:
    @pytest.mark.parametrize("name", FAILURES)
    def test_the_run_fails_with_a_sentence_and_deletes_nothing(
        self, name: str, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        failure, code = FAILURES[name]
        helpdesk.tickets = [record(f"T-{n}") for n in range(5)]
        ingest()
        helpdesk.fail_everything(failure)
        outcome = ingest()
        assert outcome.status == "failed"
        assert outcome.error is not None and outcome.error["code"] == code
        assert "helpdesk at 127.0.0.1" in outcome.error["message"]
        assert len(live(store)) == 5
        assert job(outcome)["status"] == "failed"
        assert job(outcome)["error"] == outcome.error

    def test_what_was_stored_before_a_failure_stays_and_the_next_run_continues(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(30)]
        helpdesk.fail_page(3, answer({}, 500))
        outcome = ingest()
        assert (outcome.status, counts(outcome)) == ("failed", {"new_ingested": 20, "errors": 1})
        assert len(live(store)) == 20
        helpdesk.recover()
        before = helpdesk.pages_read
        assert counts(ingest()) == {"new_ingested": 10, "unchanged": 10}
        assert helpdesk.pages_read - before == 2, "it continues with the page that was stored last"
        assert len(live(store)) == 30

    def test_a_resumed_run_reports_when_the_first_page_was_read(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, tenant: Tenant, clock: FakeClock
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(30)]
        helpdesk.fail_page(3, answer({}, 500))
        began = clock() + timedelta(minutes=10)  # before it waits for another attempt at page three
        ingest()
        assert clock() > began
        helpdesk.recover()
        ingest()
        assert data_as_of(tenant) == began

    def test_a_server_that_sends_the_same_page_for_ever_is_stopped(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk
    ) -> None:
        def same(path: str, query: dict[str, str]) -> Any:
            if path.endswith("deleted-tickets"):
                return None
            return answer({"tickets": [record("T-1"), record("T-2")], "next_page": int(query["page"]) + 1})

        helpdesk.script = same
        outcome = ingest()
        assert outcome.error is not None and "same page again" in outcome.error["message"]
        assert helpdesk.pages_read <= 10

    def test_an_expired_position_does_not_make_runs_fail_forever(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(30)]
        helpdesk.fail_page(3, answer({}, 404))
        assert ingest().status == "failed"
        del helpdesk.tickets[5:]
        helpdesk.fail_page(2, answer({}, 404))  # where the last run stopped
        outcome = ingest()
        assert outcome.progress.processed_pages == 1
        assert {f"T-{n}" for n in range(5)} <= live(store)

    def test_an_answer_that_breaks_off_is_tried_again_and_then_fails(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, clock: FakeClock
    ) -> None:
        helpdesk.tickets = [record("T-1")]
        helpdesk.cut_after = 40
        outcome = ingest()
        assert outcome.error is not None and outcome.error["code"] == "unreachable"
        assert helpdesk.pages_read == 3
        assert sum(clock.slept) <= 2 + 4

    def test_a_short_fault_is_only_a_retry(self, ingest: Ingest, helpdesk: ScriptedHelpdesk) -> None:
        helpdesk.tickets = [record("T-1")]
        faults = iter([answer({}, 500), answer({}, 502)])
        helpdesk.script = lambda _path, _query: next(faults, None)
        assert counts(ingest()) == {"new_ingested": 1}

    def test_a_helpdesk_that_is_away_is_a_sentence(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, tenant: Tenant
    ) -> None:
        Source.objects.filter(tenant=tenant).update(url="http://127.0.0.1:1")
        outcome = ingest()
        assert outcome.error is not None and outcome.error["code"] == "unreachable"
        assert "is not reachable (the connection was refused)" in outcome.error["message"]

    @pytest.mark.parametrize("header", ["7", "7.0", "Tue, 10 Mar 2099 00:00:00 GMT"])
    def test_a_429_answer_waits_as_long_as_the_helpdesk_asks(
        self, header: str, ingest: Ingest, helpdesk: ScriptedHelpdesk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held_back: list[float] = []
        monkeypatch.setattr(
            "supportsaas.reliability.rate_limiter.RateLimiter.hold_back",
            lambda _self, seconds: held_back.append(seconds),
        )
        helpdesk.tickets = [record("T-1")]
        refusals = iter([answer({}, 429, Retry_After=header)])
        helpdesk.script = lambda _path, _query: next(refusals, None)
        assert ingest().status == "completed"
        assert held_back == [pytest.approx(7.0 if header.startswith("7") else 300.0)]

    def test_a_tenant_without_a_source_says_what_to_do(self, ingest: Ingest, tenant: Tenant) -> None:
        Source.objects.filter(tenant=tenant).delete()
        outcome = ingest()
        assert outcome.error is not None and "Connect its helpdesk" in outcome.error["message"]

    def test_a_bug_ends_the_run_as_failed_too(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        helpdesk.tickets = [record("T-1")]
        monkeypatch.setattr("tickets.ingestion.page_reader.read_records", lambda *_args, **_kwargs: 1 / 0)
        outcome = ingest()
        assert outcome.error is not None and outcome.error["code"] == "internal"
        assert job(outcome)["active"] is False


BAD_RECORDS: dict[str, tuple[Any, str]] = {
    "without an id": (record(""), "id"),
    "with null for an id": (record(id_=None), "id"),  # type: ignore[arg-type]
    "with a list for an id": (record(id_=["T-1"]), "id"),  # type: ignore[arg-type]
    "with a date that is not a date": (record("T-9", created_at="soon"), "created_at"),
    "with a time instead of a date": (record("T-9", created_at="10:00"), "created_at"),
    "with a number for a date": (record("T-9", created_at=17), "created_at"),
    "without a date": (record("T-9", created_at=None), "created_at"),
    "with the unset date": (record("T-9", created_at="1970-01-01T00:00:00Z"), "created_at"),
    "with a date that is only a number": (record("T-9", updated_at=1773133200), "updated_at"),
    "with a list where text belongs": (record("T-9", subject=["a"]), "subject"),
    "with an object where text belongs": (record("T-9", message={"$gt": ""}), "message"),
    "with an object for a customer": (record("T-9", customer_id={"id": 1}), "customer_id"),
    "that is not an object": ("T-9", "record"),
    "that is null": (None, "record"),
}


class TestBadRecords:
    @pytest.mark.parametrize("name", BAD_RECORDS)
    def test_a_record_is_quarantined_with_its_reason_and_payload(
        self, name: str, ingest: Ingest, helpdesk: ScriptedHelpdesk, tenant: Tenant, store: TicketStore
    ) -> None:
        bad, field = BAD_RECORDS[name]
        helpdesk.tickets = [record("T-1"), bad, record("T-2")]
        outcome = ingest()
        assert (outcome.status, counts(outcome)) == ("partial", {"new_ingested": 2, "quarantined": 1})
        assert live(store) == {"T-1", "T-2"}
        (kept,) = quarantine.find_page(tenant).records
        assert kept["field"] == field and kept["reason"]
        assert kept["payload"] == quarantine.QuarantinedRecord("", "", bad).text()

    def test_the_same_record_is_kept_once_however_often_it_comes(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, tenant: Tenant
    ) -> None:
        helpdesk.tickets = [record("T-1", created_at="soon")]
        ingest()
        ingest()
        (kept,) = quarantine.find_page(tenant).records
        assert kept["times_seen"] == 2

    def test_a_record_leaves_quarantine_when_its_ticket_is_read_correctly(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, tenant: Tenant
    ) -> None:
        helpdesk.tickets = [record("T-1", created_at="soon")]
        ingest()
        helpdesk.tickets = [record("T-1")]
        assert ingest().status == "completed"
        assert quarantine.count_records(tenant) == 0

    def test_a_stored_ticket_is_not_deleted_because_its_record_went_bad(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record("T-1"), record("T-2")]
        ingest()
        helpdesk.tickets = [record("T-1", created_at="soon"), record("T-2")]
        ingest()
        assert live(store) == {"T-1", "T-2"}

    def test_null_texts_are_empty_texts(self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore) -> None:
        helpdesk.tickets = [record("T-1", subject=None, message=None, customer_id=None)]
        assert counts(ingest()) == {"new_ingested": 1}
        ticket = store.find_ticket("T-1")
        assert ticket is not None and (ticket["subject"], ticket["message"], ticket["customer_id"]) == ("", "", "")


class TestRunning:
    def test_two_runs_of_a_tenant_never_go_side_by_side(self, tenant: Tenant) -> None:
        started: list[str] = []
        refused: list[str] = []
        barrier = threading.Barrier(8)

        def start() -> None:
            barrier.wait()
            try:
                started.append(jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test")))
            except jobs.JobActive as error:
                refused.append(error.job_id)

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(started) == 1
        assert set(refused) == set(started)

    def test_cancel_keeps_what_is_in(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, tenant: Tenant, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(50)]

        def cancel_on_page_two(progress: Progress) -> None:
            if progress.processed_pages == 2:
                going = jobs.find_active(tenant)
                assert going is not None
                assert jobs.request_cancel(tenant, going["_id"], by="owner")

        outcome = ingest(listener=cancel_on_page_two)
        assert outcome.status == "cancelled"
        assert len(live(store)) == 30  # the wish is heard with the next page's progress
        assert jobs.find_active(tenant) is None
        assert Lock(tenant.slug).state().locked is False

    def test_cancel_works_while_waiting_for_the_api_limit(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, tenant: Tenant, settings: Any
    ) -> None:
        settings.RATE_LIMIT_REQUESTS = 1
        helpdesk.tickets = [record(f"T-{n}") for n in range(50)]
        notes: list[str] = []

        def cancel_while_waiting(progress: Progress) -> None:
            notes.append(progress.note)
            if progress.note.startswith("Waiting"):
                going = jobs.find_active(tenant)
                assert going is not None
                jobs.request_cancel(tenant, going["_id"], by="owner")

        assert ingest(listener=cancel_while_waiting).status == "cancelled"
        assert any("s for the API limit" in note for note in notes)
        assert helpdesk.pages_read == 1

    def test_a_stop_from_outside_ends_it_at_a_page(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(50)]
        stop = threading.Event()
        outcome = ingest(stop=stop, listener=lambda progress: stop.set() if progress.processed_pages == 1 else None)
        assert outcome.status == "cancelled"
        assert len(live(store)) == 10

    def test_a_run_whose_process_died_is_closed_as_interrupted(self, tenant: Tenant, clock: FakeClock) -> None:
        wish = JobRequest(trigger="command", started_by="cron")
        lost = jobs.begin_at_once(tenant, wish, owner_id="dead", now=clock())
        clock.advance(seconds=59)
        with pytest.raises(jobs.JobActive):
            jobs.begin_at_once(tenant, wish, owner_id="other", now=clock())
        clock.advance(seconds=2)
        jobs.begin_at_once(tenant, wish, owner_id="other", now=clock())
        entry = jobs.find_job(lost)
        assert entry is not None
        assert (entry["status"], entry["error"]["code"], entry["active"]) == ("failed", "interrupted", False)

    def test_a_run_that_lost_its_lock_writes_nothing_more(
        self, ingest: Ingest, helpdesk: ScriptedHelpdesk, tenant: Tenant, store: TicketStore
    ) -> None:
        helpdesk.tickets = [record(f"T-{n}") for n in range(30)]

        def steal(progress: Progress) -> None:
            if progress.processed_pages == 1:
                late = Lock(tenant.slug, clock=lambda: datetime.now(UTC) + timedelta(minutes=5))
                assert late.take("thief") is not None

        outcome = ingest(listener=steal)
        assert outcome.error is not None and outcome.error["code"] == "lock_lost"
        assert len(live(store)) == 10
