"""After a rule change all stored tickets are reclassified, once, and nothing else happens to them."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pymongo.errors import ConnectionFailure

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.reliability.lock import Lock
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant, User
from tests.builders import delete_stored, record, store_tickets, store_words
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk
from tests.rolled_up import facet_differences
from tickets import jobs
from tickets.alerts.model import Channel
from tickets.classification.rules_version import RULES_VERSION
from tickets.helpdesks.model import Source
from tickets.ingestion.health_checks import read_reclassification
from tickets.ingestion.preview import preview_connection
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobRequest
from tickets.models import ClassificationRule
from tickets.planning import planner, stored_walk
from tickets.planning.page_plan import stored_content
from tickets.planning.stored_pages import LOCK_OWNER
from tickets.rules import editing
from tickets.rules.reclassification import (
    RECLASSIFICATION,
    reclassify_waiting_tickets,
    request_missing_reclassifications,
)
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

VIP = {"subject": "We are on the gold plan"}


def add_rule(tenant: Tenant, phrases: str = "gold plan", **values: Any) -> ClassificationRule:
    rule = ClassificationRule(tenant=tenant, phrases=phrases, **{"urgency": "high", **values})
    editing.save_rule(rule)
    return rule


def reclassify_all() -> int:
    return reclassify_waiting_tickets(threading.Event())


def stored(tenant: Tenant) -> dict[str, dict[str, Any]]:
    return {each["external_id"]: each for each in mongo.collection("tickets").find({"tenant_id": tenant.slug})}


def urgencies(tenant: Tenant) -> dict[str, str]:
    return {id_: each["urgency"] for id_, each in stored(tenant).items()}


def news(tenant: Tenant) -> int:
    return mongo.collection("outbox").count_documents({"tenant_id": tenant.slug})


def assert_numbers_are_true(tenant: Tenant) -> None:
    assert facet_differences(tenant) == {}
    call_command("verify_stats", tenant=[tenant.slug], start="2026-03-01", end="2026-03-31")


@pytest.fixture
def tickets(tenant: Tenant) -> list[str]:
    Channel.objects.create(tenant=tenant, name="On call", kind="house", address="http://127.0.0.1:9")
    records = [{"id": f"T-{n:02}", **(VIP if n % 3 == 0 else {})} for n in range(12)]
    return store_tickets(tenant, records)


class TestReclassification:
    def test_every_stored_ticket_is_reclassified_and_its_history_says_why(
        self, tenant: Tenant, tickets: list[str]
    ) -> None:
        add_rule(tenant, note="They pay for it")
        reclassify_all()
        assert urgencies(tenant) == {id_: "high" if n % 3 == 0 else "low" for n, id_ in enumerate(tickets)}
        entries = TicketStore(tenant).find_history("T-00")
        assert [(each["action"], each.get("reason")) for each in entries] == [("updated", "rules changed"), ("created", None)]  # fmt: skip
        assert entries[0]["changes"] == {"urgency": {"old": "low", "new": "high"}}
        assert len(TicketStore(tenant).find_history("T-01")) == 1
        assert stored(tenant)["T-00"]["keywords"][0] == "gold plan"
        assert TicketStore(tenant).queries.page_by_cursor(TicketFilter(urgency=("high",)), size=50).total == 4
        assert_numbers_are_true(tenant)

    def test_a_reclassified_ticket_alerts_nobody(self, tenant: Tenant, tickets: list[str]) -> None:
        before = news(tenant)
        add_rule(tenant)
        reclassify_all()
        assert news(tenant) == before

    def test_searchable_tickets_stay_searchable(self, tenant: Tenant, tickets: list[str]) -> None:
        store_words(tenant)
        add_rule(tenant)
        reclassify_all()
        assert TicketStore(tenant).queries.page_by_cursor(TicketFilter(q="gold"), size=50).total == 4
        assert all("words" in each for each in stored(tenant).values())

    def test_reclassifying_twice_changes_nothing(self, tenant: Tenant, tickets: list[str]) -> None:
        add_rule(tenant)
        reclassify_all()
        before, history = stored(tenant), mongo.collection("ticket_history").count_documents({})
        mongo.collection(RECLASSIFICATION.collection).update_one(
            {"_id": tenant.slug}, {"$set": {"after": "", "ended_at": None}}
        )
        assert reclassify_all() > 0
        assert stored(tenant) == before
        assert mongo.collection("ticket_history").count_documents({}) == history

    def test_deleting_a_rule_undoes_its_verdicts(self, tenant: Tenant, tickets: list[str]) -> None:
        before = stored(tenant)
        rule = add_rule(tenant)
        reclassify_all()
        editing.switch_rule(rule, enabled=False)
        reclassify_all()
        assert set(urgencies(tenant).values()) == {"low"}
        editing.switch_rule(rule, enabled=True)
        reclassify_all()
        editing.delete_rule(rule)
        reclassify_all()
        assert {id_: each["digest"] for id_, each in stored(tenant).items()} == {id_: each["digest"] for id_, each in before.items()}  # fmt: skip
        assert_numbers_are_true(tenant)

    def test_changing_the_order_of_rules_reclassifies(self, tenant: Tenant, tickets: list[str]) -> None:
        add_rule(tenant)
        low = add_rule(tenant, "plan", urgency="low")
        reclassify_all()
        assert urgencies(tenant)["T-00"] == "high"
        editing.move_rule(low, "up")
        reclassify_all()
        assert urgencies(tenant)["T-00"] == "low"

    def test_changing_only_a_note_does_not_reclassify(self, tenant: Tenant, tickets: list[str]) -> None:
        rule = add_rule(tenant)
        reclassify_all()
        rule.note = "another one"
        editing.save_rule(rule)
        assert reclassify_all() == 0

    def test_a_deleted_ticket_is_reclassified_when_it_is_restored(self, tenant: Tenant, tickets: list[str]) -> None:
        delete_stored(tenant, ["T-00"])
        add_rule(tenant)
        reclassify_all()
        assert urgencies(tenant)["T-00"] == "low"
        # the helpdesk shows an older version of it, which does not overwrite ours
        older = {"id": "T-00", "subject": "Older", "updated_at": "2026-03-10T08:00:00Z"}
        store_tickets(tenant, [older])
        assert stored(tenant)["T-00"]["is_deleted"] is False
        assert urgencies(tenant)["T-00"] == "high"
        assert_numbers_are_true(tenant)

    def test_rules_cannot_be_changed_in_bulk(self, tenant: Tenant) -> None:
        add_rule(tenant)
        with pytest.raises(TypeError, match=r"[Ss]ave each"):
            ClassificationRule.objects.filter(tenant=tenant).update(enabled=False)
        with pytest.raises(TypeError, match=r"[Ss]ave each"):
            ClassificationRule.objects.bulk_create([ClassificationRule(tenant=tenant, phrases="x", urgency="low")])
        with pytest.raises(TypeError, match=r"[Dd]elete each"):
            ClassificationRule.objects.filter(tenant=tenant).delete()

    def test_no_change_of_a_rule_is_committed_without_a_reclassification(
        self, tenant: Tenant, tickets: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rule = add_rule(tenant)

        def fail(_tenant: Tenant) -> None:
            raise ConnectionFailure("away")

        monkeypatch.setattr("tickets.rules.editing.request_reclassification", fail)
        new = ClassificationRule(tenant=tenant, phrases="invoice", urgency="high")
        changes: list[Callable[[], object]] = [
            lambda: editing.save_rule(new),
            lambda: editing.store_rule(new),
            lambda: editing.switch_rule(rule, enabled=False),
            lambda: editing.delete_rule(rule),
        ]
        for change in changes:
            with pytest.raises(ConnectionFailure):
                change()
            (left,) = ClassificationRule.objects.filter(tenant=tenant)
            assert (left.phrases, left.enabled) == ("gold plan", True)

    def test_rules_changed_in_the_admin_reclassify_stored_tickets(
        self, tenant: Tenant, tickets: list[str], superuser: User, client_of: Callable[[User], Client]
    ) -> None:
        admin, path = client_of(superuser), "/admin/tickets/classificationrule/"
        form = {"phrases": "gold plan", "urgency": "high", "sentiment": "", "note": "", "enabled": "on"}
        assert admin.post(f"{path}add/", {**form, "tenant": str(tenant.pk)}).status_code == 302
        reclassify_all()
        assert urgencies(tenant)["T-00"] == "high"
        rule = ClassificationRule.objects.get()
        assert admin.post(f"{path}{rule.pk}/change/", {**form, "urgency": "medium"}).status_code == 302
        reclassify_all()
        assert urgencies(tenant)["T-00"] == "medium"
        chosen = {"action": "delete_selected", "_selected_action": [str(rule.pk)], "post": "yes"}
        assert admin.post(path, chosen).status_code == 302
        reclassify_all()
        assert urgencies(tenant)["T-00"] == "low"

    def test_a_periodic_task_finds_rules_changed_in_a_shell(self, tenant: Tenant, tickets: list[str]) -> None:
        rule = ClassificationRule(tenant=tenant, phrases="gold plan", urgency="high")
        rule.save()
        assert reclassify_all() == 0
        assert request_missing_reclassifications(threading.Event()) == 1
        reclassify_all()
        assert urgencies(tenant)["T-00"] == "high"
        assert request_missing_reclassifications(threading.Event()) == 0
        rule.delete()
        assert request_missing_reclassifications(threading.Event()) == 1
        reclassify_all()
        assert urgencies(tenant)["T-00"] == "low"

    def test_built_in_rules_of_a_new_version_reclassify_the_tickets_of_every_tenant(
        self, tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [{"message": "لم يصل طلبي حتى الآن"} for _ in range(3)])
        # As an earlier version stored them.
        earlier = {"urgency": "low", "sentiment": "neutral", "requires_action": False, "digest": "of version 1"}
        mongo.collection("tickets").update_many(
            {}, {"$set": earlier, "$unset": {"language": 1, "is_language_found": 1}}
        )
        monkeypatch.setattr(stored_walk, "PAGE_SIZE", 2)
        assert request_missing_reclassifications(threading.Event()) == 1
        assert RECLASSIFICATION.walk_next_page(tenant, owner_id="stopped after a page")
        assert sorted(each.get("language", "") for each in stored(tenant).values()) == ["", "ar", "ar"]
        reclassify_all()
        assert {each["language"] for each in stored(tenant).values()} == {"ar"}
        assert set(urgencies(tenant).values()) == {"unknown"}
        assert request_missing_reclassifications(threading.Event()) == 0
        # The other tenant was new, so its tickets are of this version from the start.
        store_tickets(other_tenant, [{}])
        assert request_missing_reclassifications(threading.Event()) == 0

    def test_deleting_a_tenant_deletes_its_rules_and_their_progress(self, tenant: Tenant, tickets: list[str]) -> None:
        add_rule(tenant)
        tenant.delete()
        assert ClassificationRule.objects.count() == 0
        reclassify_all()
        assert mongo.collection(RECLASSIFICATION.collection).count_documents({}) == 0

    def test_a_reclassification_without_progress_for_half_an_hour_is_a_problem(
        self, tenant: Tenant, tickets: list[str]
    ) -> None:
        add_rule(tenant)
        assert read_reclassification().problems == ()
        long_ago = clock.now() - timedelta(minutes=31)
        mongo.collection(RECLASSIFICATION.collection).update_one({}, {"$set": {"moved_at": long_ago}})
        (problem,) = read_reclassification().problems
        assert "stored tickets have waited to be reclassified since 31 minutes ago" in problem.sentence
        reclassify_all()
        assert read_reclassification().problems == ()
        assert dict(read_reclassification().facts) == {"Tenants whose tickets are being reclassified": "none"}

    def test_rules_apply_to_their_own_tenant_only(
        self, tenant: Tenant, other_tenant: Tenant, tickets: list[str]
    ) -> None:
        store_tickets(other_tenant, [{"id": "T-00", **VIP}])
        add_rule(tenant)
        reclassify_all()
        assert urgencies(other_tenant) == {"T-00": "low"}
        assert RECLASSIFICATION.find_progress(other_tenant) is None


class TestPages:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stored_walk, "PAGE_SIZE", 5)

    def test_progress_is_counted_page_by_page(self, tenant: Tenant, tickets: list[str]) -> None:
        add_rule(tenant)
        assert RECLASSIFICATION.walk_next_page(tenant, owner_id="test")
        found = RECLASSIFICATION.find_progress(tenant)
        assert found is not None and found.is_running
        assert (found.seen, found.total, found.changed, found.percentage) == (5, 12, 2, 41)
        reclassify_all()
        found = RECLASSIFICATION.find_progress(tenant)
        assert found is not None and (found.is_running, found.seen, found.changed) == (False, 12, 4)

    def test_a_rule_change_in_between_restarts_it(self, tenant: Tenant, tickets: list[str]) -> None:
        rule = add_rule(tenant)
        RECLASSIFICATION.walk_next_page(tenant, owner_id="test")
        rule.urgency = "medium"
        editing.save_rule(rule)
        found = RECLASSIFICATION.find_progress(tenant)
        assert found is not None and found.seen == 0
        reclassify_all()
        assert {urgencies(tenant)[id_] for id_ in tickets[::3]} == {"medium"}

    def test_a_rule_change_during_a_page_repeats_the_page(
        self, tenant: Tenant, tickets: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rule = add_rule(tenant)
        save_page = TicketStore.save_page

        def change_and_save(store: TicketStore, *args: Any, **kwargs: Any) -> None:
            monkeypatch.setattr(TicketStore, "save_page", save_page)
            rule.urgency = "medium"
            editing.save_rule(rule)
            save_page(store, *args, **kwargs)

        monkeypatch.setattr(TicketStore, "save_page", change_and_save)
        assert RECLASSIFICATION.walk_next_page(tenant, owner_id="test")
        reclassify_all()
        assert {urgencies(tenant)[id_] for id_ in tickets[::3]} == {"medium"}

    def test_reclassification_waits_for_a_run_that_may_still_use_the_old_rules(
        self, tenant: Tenant, tickets: list[str]
    ) -> None:
        lock = Lock(tenant.slug)
        held = lock.take("an ingestion")
        assert held is not None
        add_rule(tenant)
        assert reclassify_all() == 0
        lock.release(held)
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test"))
        assert reclassify_all() == 0

    def test_a_worker_that_lost_the_lock_writes_nothing(
        self, tenant: Tenant, tickets: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add_rule(tenant)
        plan = planner.plan_reclassification

        def lose_the_lock(store: TicketStore, **kwargs: Any) -> Any:
            mongo.collection("locks").update_one({"_id": tenant.slug}, {"$set": {"owner_id": "other"}, "$inc": {"fence": 1}})  # fmt: skip
            return plan(store, **kwargs)

        monkeypatch.setattr("tickets.rules.reclassification.plan_reclassification", lose_the_lock)
        assert reclassify_all() == 0
        assert set(urgencies(tenant).values()) == {"low"}

    def test_long_messages_make_shorter_pages(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.store.ticket_store._CHARACTERS_PER_PAGE", 1000)
        store_tickets(tenant, [{"id": f"L-{n}", "message": "x" * 800} for n in range(4)])
        add_rule(tenant)
        RECLASSIFICATION.walk_next_page(tenant, owner_id="test")
        found = RECLASSIFICATION.find_progress(tenant)
        assert found is not None and found.seen == 2


class TestIngestion:
    @pytest.fixture
    def ingest(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source], clock: FakeClock
    ) -> Iterator[Callable[[], Outcome]]:
        native_source(helpdesk.url)

        def run() -> Outcome:
            clock.advance(minutes=10)
            wish = JobRequest(trigger="command", started_by="test", full=True)
            job_id = jobs.begin_at_once(tenant, wish, owner_id="test", now=clock())
            return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test", now=clock, sleep=clock.sleep)

        yield run

    def test_new_and_changed_tickets_are_classified_by_the_rules(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[[], Outcome]
    ) -> None:
        add_rule(tenant)
        helpdesk.tickets = [record("T-1", **VIP), record("T-2")]
        ingest()
        assert urgencies(tenant) == {"T-1": "high", "T-2": "low"}
        helpdesk.tickets[1] |= {"message": "the gold plan", "updated_at": "2026-03-10T10:00:00Z"}
        assert ingest().progress.counts.unchanged == 1
        assert urgencies(tenant)["T-2"] == "high"
        assert reclassify_all() > 0 and RECLASSIFICATION.find_progress(tenant).changed == 0  # type: ignore[union-attr]

    def test_a_run_after_a_rule_change_reclassifies_without_alerts(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[[], Outcome], clock: FakeClock
    ) -> None:
        Channel.objects.create(tenant=tenant, name="On call", kind="house", address="http://127.0.0.1:9")
        helpdesk.tickets = [record("T-1", **VIP)]
        ingest()
        add_rule(tenant)
        helpdesk.tickets[0] |= {"status": "pending", "updated_at": "2026-03-10T10:00:00Z"}
        ingest()
        assert urgencies(tenant) == {"T-1": "high"} and news(tenant) == 0
        helpdesk.tickets.append(record("T-2", **VIP, created_at="2026-03-10T11:00:00Z"))
        ingest()
        assert news(tenant) == 1, "a new ticket is alerted"

    def test_a_dry_run_reports_the_same_changes(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[[], Outcome]
    ) -> None:
        helpdesk.tickets = [record("T-1", **VIP), record("T-2")]
        ingest()
        add_rule(tenant)
        assert preview_connection(Source.objects.get(tenant=tenant), wait=lambda *_: None).counts.updated == 1
        assert ingest().progress.counts.updated == 1

    def test_ingestion_waits_for_the_page_that_is_being_reclassified(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[[], Outcome], clock: FakeClock
    ) -> None:
        helpdesk.tickets = [record("T-1")]
        lock = Lock(tenant.slug)
        held = lock.take(f"{LOCK_OWNER} elsewhere")
        assert held is not None
        threading.Timer(0.5, lock.release, [held]).start()
        real = clock.sleep
        clock.sleep = lambda seconds: (real(seconds), threading.Event().wait(0.05))[0]  # type: ignore[method-assign]
        assert ingest().status == "completed"
        assert 0.25 in clock.slept

    def test_ingestion_does_not_wait_for_another_run(self, tenant: Tenant, ingest: Callable[[], Outcome]) -> None:
        assert Lock(tenant.slug).take("another run") is not None
        outcome = ingest()
        assert outcome.error is not None and outcome.error["code"] == "locked"

    def test_without_rules_the_database_is_only_asked_whether_there_are_any(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[[], Outcome]
    ) -> None:
        helpdesk.tickets = [record("T-1")]
        ingest()
        assert stored(tenant)["T-1"]["digest"] == stored_digest_of_old(tenant)
        assert mongo.collection(RECLASSIFICATION.collection).count_documents({}) == 0


def stored_digest_of_old(tenant: Tenant) -> str:
    """The digest with the version of the built-in rules alone, as before there were rules of tenants."""
    return stored_content(stored(tenant)["T-1"]).digest(classifier_version=RULES_VERSION)


class TestTogether:
    def test_two_concurrent_moves_both_succeed_and_leave_distinct_positions(self, tenant: Tenant) -> None:
        rules = [add_rule(tenant, f"word {n}") for n in range(4)]
        both(lambda: editing.move_rule(rules[3], "up"), lambda: editing.move_rule(rules[2], "up"))
        positions = [each.position for each in editing.all_rules(tenant)]
        assert len(set(positions)) == 4
        names = [each.phrases for each in editing.all_rules(tenant)]
        # one after the other, in either order
        assert names in (["word 0", "word 1", "word 2", "word 3"], ["word 0", "word 2", "word 3", "word 1"])

    def test_two_concurrent_additions_get_distinct_positions_within_the_limit(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(editing, "MAX_RULES", 3)
        add_rule(tenant, "first")
        refused: list[Rejected] = []

        def add(phrases: str) -> None:
            try:
                add_rule(tenant, phrases)
            except Rejected as error:
                refused.append(error)

        both(*(lambda n=n: add(f"word {n}") for n in range(4)))
        present = editing.all_rules(tenant)
        assert (len(present), len(refused)) == (3, 2)
        assert len({each.position for each in present}) == 3

    def test_saving_a_rule_that_someone_else_has_changed_is_rejected(self, tenant: Tenant) -> None:
        rule = add_rule(tenant)
        mine, theirs = (ClassificationRule.objects.get(pk=rule.pk) for _ in range(2))
        theirs.urgency = "low"
        editing.save_rule(theirs, seen_revision=1)
        mine.note = "mine"
        with pytest.raises(Rejected, match="Someone else has changed"):
            editing.save_rule(mine, seen_revision=1)
        assert ClassificationRule.objects.get(pk=rule.pk).urgency == "low"
        editing.delete_rule(rule)
        with pytest.raises(Rejected, match="deleted"):
            editing.save_rule(theirs, seen_revision=2)


def both(*works: Callable[[], object]) -> None:
    """All at the same moment, each in a thread with a connection of its own."""
    start = threading.Barrier(len(works))
    faults: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(10)
            work()
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert not any(thread.is_alive() for thread in threads)
