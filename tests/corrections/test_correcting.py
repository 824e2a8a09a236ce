"""Corrections: what a person says of a ticket wins, lasts, can be undone, and never costs a number."""

import html
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from supportsaas.reliability.lock import Lock
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant, User
from tests.analytics.test_rollups import assert_exact, days_around
from tests.api.caller import Api, token_of
from tests.builders import NOON, delete_stored, record, store_tickets
from tests.helpdesk import ScriptedHelpdesk
from tests.profiling import operations_of
from tickets.classification.classifier import BUILT_IN, TenantClassifier
from tickets.classification.corrections import Correction, Verdicts
from tickets.classification.topics.catalogue import MatchedTopic, TopicCatalogue
from tickets.corrections.correcting import Batch, correct_tickets, find_batch, undo_batch, undo_correction
from tickets.erasure import retention
from tickets.helpdesks.base import SourceRecord
from tickets.helpdesks.model import Source
from tickets.models import ClassificationRule
from tickets.planning.planner import plan_page, plan_tagging
from tickets.planning.reading import read_records
from tickets.rules import editing
from tickets.rules.preview import preview_rule
from tickets.rules.reclassification import reclassify_waiting_tickets
from tickets.store import ticket_store
from tickets.store.page_writes import PageWrites
from tickets.store.ticket_store import CorrectedMeanwhile, TicketStore

ClientOf = Callable[[User], Client]
LAWSUIT = "We will file a lawsuit, please help"
LOW, CALM, DONE = Verdicts(urgency="low"), Verdicts(sentiment="neutral"), Verdicts(requires_action=False)


def stored(tenant: Tenant, id_: str = "T-1") -> dict[str, Any]:
    found = TicketStore(tenant).find_ticket(id_)
    assert found is not None
    return found


def verdicts(tenant: Tenant, id_: str = "T-1") -> tuple[str, str, bool]:
    found = stored(tenant, id_)
    return found["urgency"], found["sentiment"], found["requires_action"]


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def assert_numbers_agree(tenant: Tenant) -> None:
    assert_exact(tenant, days_around(tenant.zone), now=NOON)


def reasons(tenant: Tenant) -> list[tuple[str, str]]:
    entries = TicketStore(tenant).find_history("T-1")
    return [(each.get("reason", ""), each.get("author", "")) for each in entries]


class TestOneTicket:
    def test_it_sets_what_it_names_and_the_history_says_who(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        before = verdicts(tenant)
        batch = correct_tickets(tenant, ["T-1"], LOW, by="ann", note=" A joke ")
        assert batch.corrected == 1
        assert verdicts(tenant) == ("low", *before[1:])
        entry = TicketStore(tenant).find_history("T-1")[0]
        assert (entry["reason"], entry["author"]) == ("corrected", "ann")
        assert entry["changes"] == {"urgency": {"old": "high", "new": "low"}}
        correction = Correction.of(stored(tenant))
        assert correction is not None and correction.note == "A joke"
        assert (correction.verdicts, correction.before) == (LOW, Verdicts(urgency="high"))
        assert_numbers_agree(tenant)

    def test_a_second_one_is_laid_over_the_first(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        correct_tickets(tenant, ["T-1"], DONE, by="bob")
        assert verdicts(tenant) == ("low", "neutral", False)
        correction = Correction.of(stored(tenant))
        assert correction is not None
        assert correction.verdicts == Verdicts(urgency="low", requires_action=False)
        assert correction.before == Verdicts(urgency="high", requires_action=True)

    def test_undoing_it_gives_back_what_the_words_say(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        before = verdicts(tenant)
        for verdict in (LOW, CALM, DONE):
            correct_tickets(tenant, ["T-1"], verdict, by="ann")
        assert undo_correction(tenant, "T-1", by="bob")
        assert verdicts(tenant) == before
        assert "correction" not in stored(tenant)
        assert reasons(tenant)[0] == ("correction undone", "bob")
        assert not undo_correction(tenant, "T-1", by="bob")
        assert_numbers_agree(tenant)

    def test_a_verdict_that_is_right_can_be_confirmed(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        correct_tickets(tenant, ["T-1"], Verdicts(urgency="high"), by="ann")
        assert verdicts(tenant)[0] == "high"
        assert reasons(tenant)[0] == ("confirmed", "ann")
        correction = Correction.of(stored(tenant))
        assert correction is not None and correction.is_confirmation

    def test_the_history_tells_what_each_step_did(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        for verdict in (LOW, LOW, Verdicts(urgency="high"), CALM):
            correct_tickets(tenant, ["T-1"], verdict, by="ann")
        assert [reason for reason, _ in reasons(tenant)[3::-1]] == ["corrected", "confirmed", "corrected", "confirmed"]

    @pytest.mark.parametrize(
        ("ids", "verdict", "note"),
        [(["T-1"], Verdicts(), ""), ([], LOW, ""), (["T-1"] * 101, LOW, ""), (["T-1"], LOW, "x" * 501)],
    )
    def test_nonsense_is_rejected_with_a_sentence(
        self, tenant: Tenant, ids: list[str], verdict: Verdicts, note: str
    ) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        with pytest.raises(Rejected, match=r"[A-Z].*\."):
            correct_tickets(tenant, ids, verdict, by="ann", note=note)
        assert "correction" not in stored(tenant)

    def test_a_deleted_ticket_and_one_of_another_tenant_cannot_be_corrected(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        store_tickets(other_tenant, [{"id": "T-9", "message": LAWSUIT}])
        delete_stored(tenant, ["T-1"])
        assert correct_tickets(tenant, ["T-1", "T-9"], LOW, by="ann").corrected == 0
        assert verdicts(other_tenant, "T-9")[0] == "high"


class TestItLasts:
    def test_through_reads_with_another_status_and_another_text(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        later = {"updated_at": "2026-03-10T11:00:00Z"}
        store_tickets(tenant, [{"message": LAWSUIT, "status": "closed", **later}])
        assert verdicts(tenant)[0] == "low"
        store_tickets(tenant, [{"message": f"{LAWSUIT}! This is urgent", **later, "status": "closed"}])
        assert verdicts(tenant)[0] == "low"
        assert_numbers_agree(tenant)

    def test_through_new_rules_that_say_otherwise(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1", "message": "Gold plan"}, {"id": "T-2", "message": "Gold plan"}])
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        editing.save_rule(ClassificationRule(tenant=tenant, phrases="gold plan", urgency="high"))
        reclassify_waiting_tickets(threading.Event())
        assert (verdicts(tenant)[0], verdicts(tenant, "T-2")[0]) == ("low", "high")
        undo_correction(tenant, "T-1", by="ann")
        assert verdicts(tenant)[0] == "high"

    def test_through_deletion_and_return(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        delete_stored(tenant, ["T-1"])
        later = NOON + timedelta(days=1)
        store_tickets(tenant, [{"message": LAWSUIT, "updated_at": later.isoformat()}], now=later)
        assert verdicts(tenant)[0] == "low"
        assert_numbers_agree(tenant)


class TestSeveral:
    def test_a_batch_is_undone_as_a_whole_and_earlier_corrections_return(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT} for _ in range(3)])
        correct_tickets(tenant, ["T-1"], Verdicts(urgency="medium"), by="ann")
        batch = correct_tickets(tenant, ["T-1", "T-2", "T-3", "T-4"], LOW, by="bob")
        assert batch.corrected == 3
        correct_tickets(tenant, ["T-3"], Verdicts(urgency="medium"), by="ann")
        assert undo_batch(tenant, batch.id, by="bob") == 2
        assert [verdicts(tenant, id_)[0] for id_ in ("T-1", "T-2", "T-3")] == ["medium", "high", "medium"]
        assert undo_batch(tenant, batch.id, by="bob") == 0
        assert_numbers_agree(tenant)

    def test_its_size_does_not_depend_on_the_length_of_the_messages(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ticket_store, "_CHARACTERS_PER_PAGE", 10)
        store_tickets(tenant, [{"message": LAWSUIT} for _ in range(3)])
        batch = correct_tickets(tenant, ["T-1", "T-2", "T-3"], LOW, by="bob")
        assert find_batch(tenant, batch.id) == Batch(batch.id, 3)

    def test_no_correction_of_another_batch_is_read(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT} for _ in range(20)])
        correct_tickets(tenant, [f"T-{n}" for n in range(3, 21)], LOW, by="ann")
        batch = correct_tickets(tenant, ["T-1", "T-2"], LOW, by="bob").id
        (counted,) = operations_of(lambda: find_batch(tenant, batch), on=["tickets"])
        assert counted["docsExamined"] == 2
        undoing = operations_of(lambda: undo_batch(tenant, batch, by="bob"), on=["tickets"])
        assert [each["docsExamined"] for each in undoing if each["op"] in ("query", "command")] == [2]


class TestDuringARun:
    def test_a_page_planned_before_a_correction_is_not_saved(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        store, lock = TicketStore(tenant), Lock(tenant.slug)
        later = record("T-1", tenant_id=tenant.slug, message="Thank you", updated_at="2026-03-10T11:00:00Z")
        read = read_records([SourceRecord(later, later)], tenant_id=tenant.slug)
        plan = plan_page(store, read.tickets, job_id="x", now=NOON, classifier=BUILT_IN)
        correct_tickets(tenant, ["T-1"], Verdicts(urgency="medium"), by="ann")
        held = lock.take("run")
        assert held is not None
        with pytest.raises(CorrectedMeanwhile):
            store.save_page(plan, lock=lock, held=held)
        assert stored(tenant)["message"] == LAWSUIT
        again = lambda: plan_page(store, read.tickets, job_id="x", now=NOON, classifier=BUILT_IN)  # noqa: E731
        store.save_planned(again, lock=lock, held=held)
        assert (stored(tenant)["message"], verdicts(tenant)[0]) == ("Thank you", "medium")
        assert_numbers_agree(tenant)

    def test_neither_a_correction_nor_a_number_is_lost_while_runs_change_the_same_tickets(
        self, tenant: Tenant, native_source: Callable[..., Source], helpdesk: ScriptedHelpdesk
    ) -> None:
        from tests.faults.conftest import run_here

        ids = [f"T-{n}" for n in range(60)]
        helpdesk.tickets = [record(id_, tenant_id=tenant.slug, message=LAWSUIT) for id_ in ids]
        native_source(helpdesk.url, page_size=10)
        run_here(tenant)
        is_over, problems, corrected = threading.Event(), list[BaseException](), list[str]()

        def correct_all() -> None:
            try:
                for id_ in ids * 3:
                    correct_tickets(tenant, [id_], LOW, by="ann")
                    corrected.append(id_)
                    if is_over.is_set():
                        return
            except BaseException as error:
                problems.append(error)

        person = threading.Thread(target=correct_all)
        person.start()
        for number in range(4):
            stamp = f"2026-03-10T1{number}:00:00Z"
            helpdesk.tickets = [
                record(id_, tenant_id=tenant.slug, message=f"{LAWSUIT} {number}", updated_at=stamp) for id_ in ids
            ]
            run_here(tenant)
        is_over.set()
        person.join()
        assert not problems
        assert len(corrected) > 20
        assert {verdicts(tenant, id_)[0] for id_ in corrected} == {"low"}
        assert {stored(tenant, id_)["message"] for id_ in ids} == {f"{LAWSUIT} 3"}
        assert_numbers_agree(tenant)

    def test_a_page_of_topics_looked_for_before_a_correction_is_not_saved(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        store, lock = TicketStore(tenant), Lock(tenant.slug)
        topics = TopicCatalogue((MatchedTopic("t1", ("lawsuit",)),))

        def looked() -> PageWrites:
            classifier = TenantClassifier(topics=topics)
            return plan_tagging(store, after="", limit=10, classifier=classifier, now=NOON).writes

        plan = looked()
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        held = lock.take("topics")
        assert held is not None
        with pytest.raises(CorrectedMeanwhile):
            store.save_page(plan, lock=lock, held=held)
        store.save_planned(looked, lock=lock, held=held)
        assert stored(tenant)["topic_ids"] == ["t1"]
        assert_numbers_agree(tenant)

    def test_retention_takes_corrected_tickets_out_of_the_numbers_as_they_are(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [{"message": LAWSUIT, "created_at": "2020-03-10T09:00:00Z"}, {"message": "Hello"}])
        Tenant.objects.filter(pk=tenant.pk).update(retention_days=30)
        found = retention._find_oldest

        def find_and_correct(*args: Any, **kwargs: Any) -> Any:
            oldest = found(*args, **kwargs)
            correct_tickets(tenant, ["T-1"], LOW, by="ann")
            return oldest

        monkeypatch.setattr(retention, "_find_oldest", find_and_correct)
        assert retention.erase_all(tenant, stop=threading.Event(), now=lambda: NOON) == 1
        assert_numbers_agree(tenant)


class TestPages:
    def test_a_manager_corrects_a_ticket_and_undoes_it(
        self, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        page = client_of(manager)
        here = "/t/acme/tickets/T-1/"
        form = {"ticket": "T-1", "urgency": "low", "sentiment": "", "note": "A joke", "next": here}
        shown = text_of(page.post("/t/acme/correct/", form, follow=True))
        assert "Corrected by <bdi>manager</bdi>" in shown and "Urgency: high → low" in shown and "A joke" in shown
        assert "a person decided" in shown
        assert verdicts(tenant)[0] == "low"
        shown = text_of(page.post("/t/acme/correct/undo/", {"ticket": "T-1", "next": here}, follow=True))
        assert "Undid the correction of 1 ticket." in shown
        assert verdicts(tenant)[0] == "high"
        shown = text_of(page.post("/t/acme/correct/undo/", {"ticket": "T-1", "next": here}, follow=True))
        assert "There is no such correction." in shown

    def test_a_rule_is_proposed_with_its_preview(self, client_of: ClientOf, manager: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": "An executive of ours says hello"}, {"message": "Meet the executive"}])
        assert verdicts(tenant)[0] == "high"
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        page = client_of(manager)
        (link,) = re.findall(r'href="(/t/acme/rules/add/\?[^"]*)"', page.get("/t/acme/tickets/T-1/").content.decode())
        shown = text_of(page.get(html.unescape(link)))
        assert "executive</textarea>" in shown and '<option value="low" selected>' in shown
        assert "From ticket T-1" in shown
        assert "<strong>1</strong> of the newest 2 tickets would change; 2 match the rule." in shown

    def test_the_preview_of_the_proposed_rule_leaves_corrected_tickets_out(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": "An executive of ours says hello"}, {"message": "Meet the executive"}])
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        preview = preview_rule(tenant, ClassificationRule(tenant=tenant, phrases="executive", urgency="medium"))
        assert (preview.matching, preview.changing) == (2, 1)
        assert preview.examples[0].external_id == "T-2"

    def test_what_has_changed_since_it_was_shown_is_not_confirmed(
        self, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        store_tickets(tenant, [{"message": "Hello"}])
        page, here = client_of(manager), "/t/acme/tickets/T-1/"
        shown = page.get(here).content.decode()
        (form,) = re.findall(r'<form method="post" action="/t/acme/correct/">(?:(?!</form>).)*All correct', shown, re.S)
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
        store_tickets(tenant, [{"message": LAWSUIT, "updated_at": "2026-03-10T11:00:00Z"}])
        answer = text_of(page.post("/t/acme/correct/", fields, follow=True))
        assert "The classification has changed since you opened the ticket." in answer
        assert verdicts(tenant)[0] == "high" and "correction" not in stored(tenant)

    def test_a_selection_is_corrected_and_undone_from_the_list(
        self, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        store_tickets(tenant, [{"message": LAWSUIT} for _ in range(3)])
        page = client_of(manager)
        shown = page.get("/t/acme/tickets/?urgency=high").content.decode()
        assert shown.count('class="select-row"') == 3
        form = {"ticket": ["T-1", "T-3"], "urgency": "low", "selected": "1", "next": "/t/acme/tickets/?urgency=high"}
        answer = page.post("/t/acme/correct/", form, follow=True)
        assert "Corrected 2 tickets." in text_of(answer)
        (batch,) = re.findall(r'name="batch" value="([^"]+)"', answer.content.decode())
        assert [verdicts(tenant, f"T-{n}")[0] for n in (1, 2, 3)] == ["low", "high", "low"]
        answer = page.post("/t/acme/correct/undo/", {"batch": batch, "next": "/t/acme/tickets/"}, follow=True)
        assert "Undid the correction of 2 tickets." in text_of(answer)
        assert {verdicts(tenant, f"T-{n}")[0] for n in (1, 2, 3)} == {"high"}

    @pytest.mark.parametrize(
        "next_url", ["https://evil.example/t/acme/", "//evil.example", "/t/globex/", "", "javascript:x"]
    )
    def test_it_leads_back_to_pages_of_the_tenant_only(
        self, client_of: ClientOf, manager: User, tenant: Tenant, next_url: str
    ) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        answer = client_of(manager).post("/t/acme/correct/", {"ticket": "T-1", "urgency": "low", "next": next_url})
        assert (answer.status_code, answer["Location"]) == (302, "/t/acme/tickets/")

    def test_without_a_choice_it_says_what_to_do(self, client_of: ClientOf, manager: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        shown = text_of(client_of(manager).post("/t/acme/correct/", {"ticket": "T-1", "urgency": "dire"}, follow=True))
        assert "Choose an urgency, a sentiment or whether action is needed." in shown

    def test_viewers_see_corrections_and_no_forms(self, client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        page = client_of(team_mate)
        shown = text_of(page.get("/t/acme/tickets/T-1/"))
        assert "Corrected by <bdi>ann</bdi>" in shown and "/correct/" not in shown
        assert "/correct/" not in text_of(page.get("/t/acme/tickets/"))


class TestApi:
    def test_a_correction_answers_the_ticket_and_is_undone(self, owner: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        api = Api(token_of(owner))
        status, ticket = api.call(
            "POST", "/tickets/T-1/correction", body={"urgency": "low", "note": "x"}, tenant_id="acme"
        )
        assert status == 200, ticket
        assert (ticket["urgency"], ticket["decided_by"]["urgency"], ticket["decided_by"]["sentiment"]) == (
            "low",
            "correction",
            "words",
        )
        assert (ticket["correction"]["urgency"], ticket["correction"]["sentiment"]) == ("low", None)
        assert (ticket["correction"]["by"], ticket["correction"]["note"]) == (owner.username, "x")
        (entry, *_) = api.get("/tickets/T-1/history", tenant_id="acme")["history"]
        assert (entry["reason"], entry["author"]) == ("corrected", owner.username)
        status, ticket = api.call("DELETE", "/tickets/T-1/correction", tenant_id="acme")
        assert (status, ticket["urgency"], ticket["correction"]) == (200, "high", None)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"note": "x"},
            {"urgency": "dire"},
            {"urgency": None},
            {"requires_action": "yes"},
            {"urgency": "low", "x": 1},
        ],
    )
    def test_a_wrong_body_is_422(self, owner: User, tenant: Tenant, body: dict[str, Any]) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        assert Api(token_of(owner)).call("POST", "/tickets/T-1/correction", body=body, tenant_id="acme")[0] == 422
        assert "correction" not in stored(tenant)

    def test_a_missing_ticket_is_404(self, owner: User, tenant: Tenant) -> None:
        api = Api(token_of(owner))
        assert api.call("POST", "/tickets/T-9/correction", body={"urgency": "low"}, tenant_id="acme")[0] == 404
        assert api.call("DELETE", "/tickets/T-9/correction", tenant_id="acme")[0] == 404
