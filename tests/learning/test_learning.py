"""Learning: corrections teach words, which classify new tickets, explain themselves, and can be taken back."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import ConnectionFailure

from supportsaas.db import mongo
from supportsaas.ops import child_process
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.learning.corrected import bad, calm, correct_shop, store_shop, teach, train
from tickets.classification.corrections import Verdicts
from tickets.classification.highlighting import reasons
from tickets.corrections.correcting import correct_tickets, undo_correction
from tickets.erasure.customers import erase_customer
from tickets.erasure.tenants import erase_deleted_tenants
from tickets.learning import examples, training
from tickets.learning.examples import collect_examples
from tickets.learning.request import TrainingRequest
from tickets.learning.store import VERSIONS, WITH_WEIGHTS, LearningStore, Settings
from tickets.models import ClassificationRule
from tickets.rules import editing, learning_changes, retraining
from tickets.rules.classifier import find_classifier
from tickets.rules.learning_preview import preview_learning
from tickets.rules.reclassification import (
    RECLASSIFICATION,
    reclassify_waiting_tickets,
    request_missing_reclassifications,
)
from tickets.store.ticket_store import TicketStore

NEW = {"id": "N-1", "subject": "Hello", "message": "Why was my parcel rerouted again to the depot?"}


def stored(tenant: Tenant, id_: str) -> dict[str, Any]:
    found = TicketStore(tenant).find_ticket(id_)
    assert found is not None
    return found


def reclassify_all() -> int:
    return reclassify_waiting_tickets(threading.Event())


def learned_terms(tenant: Tenant) -> set[str]:
    learned, _ = LearningStore(tenant).find_in_use()
    assert learned is not None
    return {each.term for weights in learned.verdicts.values() for each in weights.terms}


class TestWhatCorrectionsTeach:
    def test_a_new_ticket_is_classified_by_what_was_learned_and_says_so(self, tenant: Tenant) -> None:
        teach(tenant)
        store_tickets(tenant, [NEW])
        found = stored(tenant, "N-1")
        assert (found["sentiment"], found["learned_version"]) == ("negative", 1)
        assert "rerouted" in found["keywords"]
        verdict = find_classifier(tenant).classify(subject=NEW["subject"], message=NEW["message"])
        assert verdict.decided_by.sentiment == "learned"
        assert verdict.decided_by.urgency == "words"
        (place,) = [each for each in verdict.evidence if each.is_learned and each.term == "rerouted"]
        assert (place.label, NEW["message"][place.start : place.end]) == ("negative", "rerouted")
        assert place.weight > 0.1

    def test_a_version_says_how_much_it_helps(self, tenant: Tenant) -> None:
        teach(tenant)
        (version,) = LearningStore(tenant).find_versions(limit=9)
        assert (version.number, version.reason, version.corrections, version.learned) == (
            1,
            "trained",
            24,
            ("sentiment",),
        )
        measured = version.measured["sentiment"]
        assert (measured["count"], measured["before"]) == (24, 12)
        assert measured["after"] > 20
        learned, _ = LearningStore(tenant).find_in_use()
        assert learned is not None
        (word,) = [each for each in learned.verdicts["sentiment"].terms if each.term == "rerouted"]
        assert (word.tickets, word.examples) == (12, ("B-00", "B-01", "B-02"))

    def test_fewer_than_ten_corrections_teach_nothing(self, tenant: Tenant) -> None:
        store_shop(tenant)
        correct_shop(tenant, count=4)
        assert train(tenant) == 0
        assert LearningStore(tenant).find_versions(limit=9) == []
        assert find_classifier(tenant).learned is None
        store_tickets(tenant, [NEW])
        assert "learned_version" not in stored(tenant, "N-1")

    def test_wrong_verdicts_alone_do_not_turn_every_verdict_around(self, tenant: Tenant) -> None:
        store_shop(tenant)
        correct_tickets(tenant, [f"B-{number:02}" for number in range(12)], Verdicts(sentiment="negative"), by="ann")
        train(tenant)
        store_tickets(tenant, [{**calm(3), "id": "N-2"}, NEW])
        assert stored(tenant, "N-2")["sentiment"] == "neutral"

    def test_confirmations_alone_are_measured_and_not_used(self, tenant: Tenant) -> None:
        store_shop(tenant)
        ids = [f"{sort}-{number:02}" for number in range(12) for sort in "BC"]
        correct_tickets(tenant, ids, Verdicts(sentiment="neutral"), by="ann")
        train(tenant)
        (version,) = LearningStore(tenant).find_versions(limit=9)
        assert version.learned == ()
        assert version.measured["sentiment"]["before"] == 24

    def test_what_is_always_high_is_never_lowered(self, tenant: Tenant) -> None:
        threats = [
            {**bad(number), "message": f"Rerouted once more, so {bad(number)['message']}"} for number in range(12)
        ]
        store_tickets(tenant, threats)
        store_tickets(
            tenant, [{"id": f"U-{n}", "subject": "Urgent", "message": f"Urgent, rerouted {n}!"} for n in range(14)]
        )
        correct_tickets(tenant, [f"U-{n}" for n in range(14)], Verdicts(urgency="low"), by="ann")
        train(tenant)
        classifier = find_classifier(tenant)
        assert classifier.classify(subject="Urgent", message="Urgent, rerouted!").urgency == "low"
        lawsuit = classifier.classify(subject="Urgent", message="Urgent, rerouted! I will file a lawsuit.")
        assert (lawsuit.urgency, lawsuit.decided_by.urgency) == ("high", "words")

    def test_a_language_without_a_vocabulary_can_be_learned(self, tenant: Tenant) -> None:
        sent, asked = "الطرد مكسور مرة أخرى رقم {n}", "ما هو لون الرف رقم {n}"
        texts = [
            {"id": f"A-{n}", "customer_id": f"c_{n}", "subject": "", "message": (sent if n % 2 else asked).format(n=n)}
            for n in range(24)
        ]
        store_tickets(tenant, texts)
        assert stored(tenant, "A-1")["sentiment"] == "unknown"
        correct_tickets(tenant, [f"A-{n}" for n in range(1, 24, 2)], Verdicts(sentiment="negative"), by="ann")
        correct_tickets(tenant, [f"A-{n}" for n in range(0, 24, 2)], Verdicts(sentiment="neutral"), by="ann")
        train(tenant)
        classifier = find_classifier(tenant)
        found = classifier.classify(subject="", message="وصل الطرد مكسور مرة أخرى إلى المستودع")
        assert (found.sentiment, found.decided_by.sentiment) == ("negative", "learned")
        assert (found.urgency, found.decided_by.urgency) == ("unknown", "unknown")
        assert classifier.classify(subject="", message="متى يفتح المتجر أبوابه غدا").sentiment == "unknown"

    def test_function_words_are_named_last_and_are_no_keywords(self, tenant: Tenant) -> None:
        teach(tenant)
        store_tickets(tenant, [NEW])
        assert not {"my", "was", "to the", "the"} & set(stored(tenant, "N-1")["keywords"])
        verdict = find_classifier(tenant).classify(subject=NEW["subject"], message=NEW["message"])
        (reason,) = [each for each in reasons(verdict) if each.is_learned]
        named = [each.partition("”")[0].removeprefix("“") for each in reason.terms]
        assert "rerouted" in named
        assert not {"my", "was", "to"} & set(named[:3])

    def test_a_rule_wins_over_what_was_learned_and_a_correction_over_both(self, tenant: Tenant) -> None:
        teach(tenant)
        editing.save_rule(ClassificationRule(tenant=tenant, phrases="hello", sentiment="positive"))
        store_tickets(tenant, [NEW])
        verdict = find_classifier(tenant).classify(subject=NEW["subject"], message=NEW["message"])
        assert (verdict.sentiment, verdict.decided_by.sentiment) == ("positive", "rule")
        correct_tickets(tenant, ["N-1"], Verdicts(sentiment="neutral"), by="ann")
        assert stored(tenant, "N-1")["sentiment"] == "neutral"

    def test_training_twice_on_the_same_corrections_gives_the_same_weights(self, tenant: Tenant) -> None:
        teach(tenant)
        learning_changes.switch_learning(tenant, is_on=False)
        learning_changes.switch_learning(tenant, is_on=True)
        assert train(tenant) == 1
        first, _, again = mongo.collection(VERSIONS).find().sort("number", 1)
        assert first["weights"] == again["weights"]

    def test_priorities_and_ratings_teach_where_it_is_wished(self, tenant: Tenant) -> None:
        store_tickets(
            tenant, [{"id": "P-1", "priority": "Urgent", "rating": "bad"}, {"id": "P-2", "priority": "normal"}]
        )
        assert collect_examples(tenant, Settings()).examples == ()
        (weak,) = collect_examples(tenant, Settings(uses_priority=True, uses_rating=True)).examples
        assert (weak.id, dict(weak.labels), weak.is_weak) == ("P-1", {"urgency": "high", "sentiment": "negative"}, True)

    def test_what_one_customer_alone_writes_is_not_learned(self, tenant: Tenant) -> None:
        own = {"customer_id": "cust_0", "message": f"{bad(0)['message']} The flonk is gone."}
        store_tickets(tenant, [{**bad(number), **(own if number < 4 else {})} for number in range(12)])
        store_tickets(tenant, map(calm, range(12)))
        correct_shop(tenant)
        train(tenant)
        terms = learned_terms(tenant)
        assert "rerouted" in terms
        assert not any("flonk" in each for each in terms)

    def test_the_name_of_a_customer_with_several_ids_is_not_learned(self, tenant: Tenant) -> None:
        signed = [
            {**bad(number), "message": f"{bad(number)['message']} Zbyněk Novák", "customer_name": "Zbynek Novák"}
            for number in range(12)
        ]
        store_tickets(tenant, [*signed, *map(calm, range(12))])
        correct_shop(tenant)
        train(tenant)
        terms = learned_terms(tenant)
        assert "rerouted" in terms
        assert not any("zbynek" in each or "novak" in each for each in terms)

    def test_tenants_do_not_learn_from_each_other(self, tenant: Tenant, other_tenant: Tenant) -> None:
        teach(tenant)
        store_tickets(other_tenant, [NEW])
        assert stored(other_tenant, "N-1")["sentiment"] == "neutral"
        assert find_classifier(other_tenant).learned is None


class TestStoredTickets:
    """They change when somebody applies what was learned, and not before."""

    def unapplied(self, tenant: Tenant) -> None:
        store_tickets(tenant, [NEW])
        teach(tenant)

    def test_reading_an_unchanged_ticket_again_does_not_change_it(self, tenant: Tenant) -> None:
        self.unapplied(tenant)
        before = stored(tenant, "N-1")
        store_tickets(tenant, [NEW])
        assert stored(tenant, "N-1") == before

    def test_a_ticket_whose_text_changes_is_classified_by_what_was_learned(self, tenant: Tenant) -> None:
        self.unapplied(tenant)
        store_tickets(tenant, [{**NEW, "message": f"{NEW['message']} Again.", "updated_at": "2026-03-12T00:00:00Z"}])
        assert (stored(tenant, "N-1")["sentiment"], stored(tenant, "N-1")["learned_version"]) == ("negative", 1)

    def test_undoing_a_correction_does_not_bring_in_what_was_learned(self, tenant: Tenant) -> None:
        self.unapplied(tenant)
        correct_tickets(tenant, ["N-1"], Verdicts(sentiment="positive"), by="ann")
        undo_correction(tenant, "N-1", by="ann")
        assert stored(tenant, "N-1")["sentiment"] == "neutral"
        learning_changes.apply_learned(tenant, 1)
        reclassify_all()
        correct_tickets(tenant, ["N-1"], Verdicts(sentiment="positive"), by="ann")
        undo_correction(tenant, "N-1", by="ann")
        assert stored(tenant, "N-1")["sentiment"] == "negative"

    def test_a_changed_rule_does_not_bring_in_what_was_learned(self, tenant: Tenant) -> None:
        self.unapplied(tenant)
        store_tickets(tenant, [{**NEW, "id": "N-2"}])
        editing.save_rule(ClassificationRule(tenant=tenant, phrases="hello", urgency="high"))
        reclassify_all()
        assert (stored(tenant, "N-1")["urgency"], stored(tenant, "N-1")["sentiment"]) == ("high", "neutral")
        assert (stored(tenant, "N-2")["urgency"], stored(tenant, "N-2")["sentiment"]) == ("high", "negative")

    def test_the_preview_says_what_applying_changes(self, tenant: Tenant) -> None:
        self.unapplied(tenant)
        preview = preview_learning(tenant)
        assert (preview.examined, preview.changing) == (25, 1)
        assert preview.differences == (("sentiment neutral → negative", 1),)
        assert preview.examples[0].external_id == "N-1"
        assert "rerouted" in preview.examples[0].terms

    def test_applying_reclassifies_stored_tickets(self, tenant: Tenant) -> None:
        self.unapplied(tenant)
        learning_changes.apply_learned(tenant, 1)
        reclassify_all()
        assert (stored(tenant, "N-1")["sentiment"], stored(tenant, "N-1")["learned_version"]) == ("negative", 1)
        assert preview_learning(tenant).changing == 0
        before = stored(tenant, "N-1")
        store_tickets(tenant, [NEW])
        assert stored(tenant, "N-1") == before
        assert request_missing_reclassifications(threading.Event()) == 0

    def test_a_version_that_is_no_longer_the_newest_cannot_be_applied(self, tenant: Tenant) -> None:
        self.unapplied(tenant)
        learning_changes.switch_learning(tenant, is_on=False)
        with pytest.raises(Rejected, match="newer version"):
            learning_changes.apply_learned(tenant, 1)
        assert RECLASSIFICATION.find_progress(tenant) is None

    def test_a_tenant_can_have_new_versions_applied_at_once(self, tenant: Tenant) -> None:
        learning_changes.change_options(tenant, {"applies_itself": True})
        self.unapplied(tenant)
        reclassify_all()
        assert stored(tenant, "N-1")["sentiment"] == "negative"


class TestTakingBack:
    def test_a_vetoed_word_is_not_learned_until_the_veto_is_undone(self, tenant: Tenant) -> None:
        teach(tenant)
        learning_changes.veto_word(tenant, "Rerouted", is_vetoed=True)
        assert train(tenant) == 1
        assert not any("rerouted" in each.split() for each in learned_terms(tenant))
        learning_changes.veto_word(tenant, "rerouted", is_vetoed=False)
        assert train(tenant) == 1
        assert "rerouted" in learned_terms(tenant)

    @pytest.mark.parametrize("word", ["", "!!", "one two three"])
    def test_only_a_word_or_a_pair_can_be_vetoed(self, tenant: Tenant, word: str) -> None:
        with pytest.raises(Rejected, match="one word or two"):
            learning_changes.veto_word(tenant, word, is_vetoed=True)

    def test_switched_off_new_tickets_are_classified_by_words_alone(self, tenant: Tenant) -> None:
        teach(tenant)
        learning_changes.switch_learning(tenant, is_on=False)
        store_tickets(tenant, [NEW])
        assert (stored(tenant, "N-1")["sentiment"], stored(tenant, "N-1")["learned_version"]) == ("neutral", 2)
        assert train(tenant) == 0
        learning_changes.switch_learning(tenant, is_on=True)
        assert train(tenant) == 1
        store_tickets(tenant, [{**NEW, "id": "N-2"}])
        assert stored(tenant, "N-2")["sentiment"] == "negative"

    def test_a_reset_forgets_and_earlier_corrections_teach_no_more(self, tenant: Tenant) -> None:
        teach(tenant)
        learning_changes.reset_learning(tenant)
        assert learned_terms(tenant) == set()
        train(tenant)
        assert learned_terms(tenant) == set()
        assert stored(tenant, "B-00")["sentiment"] == "negative"

    def test_an_undone_correction_no_longer_teaches(self, tenant: Tenant) -> None:
        teach(tenant)
        for number in range(12):
            undo_correction(tenant, f"B-{number:02}", by="ann")
        assert train(tenant) == 1
        assert "rerouted" not in learned_terms(tenant)

    def test_the_log_does_not_keep_a_vetoed_word(self, tenant: Tenant) -> None:
        """It may be a name, and entries outlive the customer's erasure."""
        teach(tenant)
        learning_changes.veto_word(tenant, "rerouted", is_vetoed=True)
        learning_changes.veto_word(tenant, "rerouted", is_vetoed=False)
        entries = list(mongo.collection("audit_log").find({"kind": "learning"}))
        assert len(entries) == 2
        assert "rerouted" not in str(entries)

    def test_no_process_uses_weights_that_it_remembers_from_before_an_erasure(self, tenant: Tenant) -> None:
        teach(tenant)
        before = LearningStore(tenant).find_state()
        assert LearningStore(tenant).find_weights(1, key=before.key)
        erase_customer(tenant, "cust_3")
        after = LearningStore(tenant).find_state()
        assert LearningStore(tenant).find_weights(1, key=after.key) is None

    def test_every_change_is_logged(self, tenant: Tenant) -> None:
        teach(tenant)
        learning_changes.veto_word(tenant, "rerouted", is_vetoed=True)
        learning_changes.switch_learning(tenant, is_on=False)
        learning_changes.change_options(tenant, {"uses_rating": True})
        learning_changes.apply_learned(tenant, 2)
        learning_changes.reset_learning(tenant)
        entries = mongo.collection("audit_log").find({"kind": "learning"}).sort("_id", 1)
        assert [each["action"] for each in entries] == ["changed", "switched off", "changed", "applied", "reset"]

    def test_erasing_a_customer_removes_every_learned_word_and_what_is_left_teaches(self, tenant: Tenant) -> None:
        teach(tenant)
        erase_customer(tenant, "cust_3")
        assert learned_terms(tenant) == set()
        assert mongo.collection(VERSIONS).count_documents({"weights": {"$exists": True}}) == 0
        assert train(tenant) == 1
        learned, _ = LearningStore(tenant).find_in_use()
        assert learned is not None
        assert all("B-03" not in each.examples for each in learned.verdicts["sentiment"].terms)
        assert "rerouted" in learned_terms(tenant)

    def test_deleting_a_tenant_deletes_what_it_learned(self, tenant: Tenant) -> None:
        teach(tenant)
        tenant.delete()
        erase_deleted_tenants(threading.Event())
        assert mongo.collection(VERSIONS).count_documents({}) == 0
        assert mongo.collection("learning").count_documents({}) == 0


class TestSafety:
    def test_nothing_is_trained_without_other_corrections(self, tenant: Tenant) -> None:
        teach(tenant)
        assert train(tenant) == 0

    def test_a_series_of_corrections_is_trained_once(self, tenant: Tenant) -> None:
        teach(tenant)
        correct_tickets(tenant, ["B-00"], Verdicts(sentiment="neutral"), by="ann")
        assert retraining.train_due_tenants(threading.Event()) == 0
        assert train(tenant) == 1

    def test_a_worker_that_dies_before_it_stores_leaves_nothing_and_the_next_trains(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_shop(tenant)
        correct_shop(tenant)

        def fail(*_: object, **__: object) -> int:
            raise ConnectionFailure("away")

        with monkeypatch.context() as patch:
            patch.setattr(LearningStore, "add_version", fail)
            with pytest.raises(ConnectionFailure):
                train(tenant)
        assert LearningStore(tenant).find_state().current == 0
        assert train(tenant) == 1

    def test_two_workers_train_a_tenant_once(self, tenant: Tenant) -> None:
        store_shop(tenant)
        correct_shop(tenant)
        done: list[int] = []
        workers = [threading.Thread(target=lambda: done.append(train(tenant))) for _ in range(2)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        assert sorted(done) == [0, 1]
        assert len(LearningStore(tenant).find_versions(limit=9)) == 1

    def test_learning_switched_off_during_a_training_stays_off(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        teach(tenant)
        undo_correction(tenant, "B-00", by="ann")
        real = training.train

        def train_and_switch_off(*given: Any, **named: Any) -> Any:
            found = real(*given, **named)
            learning_changes.switch_learning(tenant, is_on=False)
            return found

        monkeypatch.setattr(retraining, "train", train_and_switch_off)
        train(tenant)
        assert [each.reason for each in LearningStore(tenant).find_versions(limit=9)] == ["switched off", "trained"]

    def test_older_versions_lose_their_weights_but_not_the_applied_one(self, tenant: Tenant) -> None:
        teach(tenant)
        learning_changes.apply_learned(tenant, 1)
        for _ in range(WITH_WEIGHTS):
            learning_changes.switch_learning(tenant, is_on=False)
            learning_changes.switch_learning(tenant, is_on=True)
        left = mongo.collection(VERSIONS).find({"weights": {"$exists": True}}).sort("number", 1)
        assert [each["number"] for each in left] == [1, *range(2, 2 + WITH_WEIGHTS)]
        learning_changes.switch_learning(tenant, is_on=False)
        left = mongo.collection(VERSIONS).find({"weights": {"$exists": True}}).sort("number", 1)
        assert [each["number"] for each in left] == [1, *range(3, 3 + WITH_WEIGHTS)]
        _, applied = LearningStore(tenant).find_in_use()
        assert applied is not None
        assert "rerouted" in {each.term for each in applied.verdicts["sentiment"].terms}

    def test_a_training_stops_with_its_worker(self, tenant: Tenant) -> None:
        store_shop(tenant)
        correct_shop(tenant)
        stop = threading.Event()
        stop.set()
        assert training.train(collect_examples(tenant, Settings()), stop=stop) is None

    def test_a_training_process_that_is_killed_changes_nothing_and_the_next_one_trains(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_shop(tenant)
        correct_shop(tenant)
        real = child_process.start

        def start_and_kill(*given: Any, **named: Any) -> Any:
            process = real(*given, **named)
            process.kill()
            return process

        with monkeypatch.context() as patch:
            patch.setattr(child_process, "start", start_and_kill)
            assert train(tenant) == 0
        assert LearningStore(tenant).find_state().current == 0
        (fault,) = mongo.collection("tenant_faults").find()
        assert (fault["work"], "status -9" in fault["error"]) == ("learning", True)
        mongo.collection("tenant_faults").delete_many({})  # as if its pause were over
        assert train(tenant) == 1

    def test_a_training_reads_no_more_than_it_has_memory_for(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_shop(tenant)
        correct_shop(tenant)
        store_tickets(tenant, [{"id": f"L-{n}", "subject": "", "message": "👍" * 7_000} for n in range(4)])
        monkeypatch.setattr(examples, "MOST_CHARACTERS", 45_000)
        request = collect_examples(tenant, Settings())
        assert len(request.examples) == 24
        assert len(request.anchors) == 2
        assert TrainingRequest.of(request.lines()) == request
        assert max(map(len, request.lines())) < 40_000

    def test_a_training_process_gives_way_to_all_others(self) -> None:
        script = (
            "import os, resource; from tickets.learning import process; process.give_way(); "
            "print(os.nice(0), resource.getrlimit(resource.RLIMIT_CPU)[0], open('/proc/self/oom_score_adj').read())"
        )
        said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        assert int(said.split()[0]) >= 10
        assert said.split()[1:] == ["300", "1000"]

    def test_a_training_process_ends_when_its_worker_is_killed(self) -> None:
        script = (
            "import sys, subprocess; from supportsaas.ops import child_process; "
            "p = child_process.start([sys.executable, '-m', 'tickets.learning.process'], stdin=subprocess.PIPE); "
            "print(p.pid, flush=True); p.wait()"
        )
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stdin=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            child = int(worker.stdout.readline())
            worker.kill()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                os.kill(child, 0)
            except ProcessLookupError:
                return
            if f"{child} (" in (text := _stat_of(child)) and ") Z" in text:
                return
            time.sleep(0.05)
        os.kill(child, signal.SIGKILL)
        raise AssertionError("The training process is still running.")

    def test_no_other_process_loads_scikit_learn(self) -> None:
        script = (
            "import sys, django, os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'supportsaas.settings'); "
            "django.setup(); import supportsaas.urls; from supportsaas.ops.periodic_tasks import find_tasks; find_tasks(); "
            "print(sorted({'sklearn', 'numpy', 'scipy'} & sys.modules.keys()))"
        )
        found = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
        )
        assert found.stdout.strip() == "[]"


def _stat_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return ""
