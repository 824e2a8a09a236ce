"""Accuracy: what people's answers say about the classification, and whom they are asked about."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.builders import NOON, delete_stored, store_tickets, store_words
from tickets.classification.corrections import Correction, Verdicts
from tickets.corrections.accuracy import Share, find_accuracy
from tickets.corrections.correcting import correct_tickets, undo_correction
from tickets.corrections.samples import find_sample, skip
from tickets.models import ClassificationRule
from tickets.rules import editing
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
LAWSUIT = "We will file a lawsuit"
HIGH, LOW = Verdicts(urgency="high"), Verdicts(urgency="low")


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


class TestShare:
    def test_wilsons_interval(self) -> None:
        """Published example: 8 of 10 gives 49.0 % to 94.3 %."""
        low, high = Share(8, 10).bounds
        assert (round(low, 3), round(high, 3)) == (0.49, 0.943)

    def test_nothing_known_is_anything_possible(self) -> None:
        assert (Share(0, 0).ratio, Share(0, 0).bounds) == (None, (0.0, 1.0))


class TestFigures:
    def test_weeks_count_what_came_in_and_which_verdicts_were_wrong(self, tenant: Tenant) -> None:
        monday = "2026-03-09T00:30:00Z"
        store_tickets(
            tenant,
            [
                *({"message": LAWSUIT, "created_at": monday} for _ in range(4)),
                {"id": "T-5", "message": LAWSUIT, "created_at": "2026-03-08T23:30:00Z"},
            ],
        )
        correct_tickets(tenant, ["T-1", "T-2"], LOW, by="ann")
        correct_tickets(tenant, ["T-2"], Verdicts(sentiment="negative"), by="ann")
        correct_tickets(tenant, ["T-3"], HIGH, by="ann")
        correct_tickets(tenant, ["T-5"], LOW, by="ann")
        this, last, *_ = find_accuracy(tenant, now=NOON).weeks
        assert (this.tickets, this.checked) == (4, 3)
        assert this.wrong == {"urgency": 2, "sentiment": 1, "requires_action": 0}
        assert this.share("urgency").ratio == 0.5
        assert (last.tickets, last.checked, last.wrong["urgency"]) == (1, 1, 1)

    def test_weeks_begin_on_monday_in_the_tenants_zone(self, tenant: Tenant) -> None:
        Tenant.objects.filter(pk=tenant.pk).update(timezone="Asia/Kolkata")
        tenant.refresh_from_db()
        store_tickets(tenant, [{"message": LAWSUIT, "created_at": "2026-03-08T23:30:00Z"}])
        correct_tickets(tenant, ["T-1"], LOW, by="ann")
        (this,) = find_accuracy(tenant, now=NOON).weeks
        assert (this.tickets, this.checked) == (1, 1)

    def test_a_week_in_which_the_clocks_change_has_all_its_hours(self, tenant: Tenant) -> None:
        """In New York they changed on Sunday, 8 March 2026, so that week ended an hour earlier than it would have."""
        Tenant.objects.filter(pk=tenant.pk).update(timezone="America/New_York")
        tenant.refresh_from_db()
        moments = ("2026-03-02T05:00:00Z", "2026-03-09T03:30:00Z", "2026-03-09T04:00:00Z", "2026-03-02T04:30:00Z")
        store_tickets(tenant, [{"message": LAWSUIT, "created_at": each} for each in moments])
        correct_tickets(tenant, ["T-1", "T-2", "T-3", "T-4"], LOW, by="ann")
        weeks = find_accuracy(tenant, now=NOON).weeks
        assert [(each.tickets, each.checked) for each in weeks] == [(1, 1), (2, 2), (1, 1)]

    def test_precision_of_high_comes_from_answers_and_more_fairly_from_samples(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT} for _ in range(5)] + [{"message": "Hello"} for _ in range(3)])
        correct_tickets(tenant, ["T-1", "T-2"], LOW, by="ann")
        correct_tickets(tenant, ["T-3", "T-4"], HIGH, by="ann", is_sampled=True)
        correct_tickets(tenant, ["T-5"], LOW, by="ann", is_sampled=True)
        correct_tickets(tenant, ["T-6", "T-7"], LOW, by="ann", is_sampled=True)
        correct_tickets(tenant, ["T-8"], HIGH, by="ann", is_sampled=True)
        found = find_accuracy(tenant, now=NOON)
        assert (found.high_checked, found.high_sampled, found.missed) == (Share(2, 5), Share(2, 3), Share(1, 3))

    def test_undone_corrections_and_deleted_tickets_count_no_more(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT} for _ in range(2)])
        correct_tickets(tenant, ["T-1", "T-2"], LOW, by="ann")
        undo_correction(tenant, "T-1", by="ann")
        delete_stored(tenant, ["T-2"])
        assert not find_accuracy(tenant, now=NOON).has_any

    def test_words_that_misled_are_named_with_the_times_they_were_right(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": "Meet our executive"} for _ in range(4)])
        correct_tickets(tenant, ["T-1", "T-2", "T-3"], LOW, by="ann")
        correct_tickets(tenant, ["T-4"], HIGH, by="ann")
        (word,) = [each for each in find_accuracy(tenant, now=NOON).words if each.category == "urgency"]
        assert (word.word, word.wrong, word.right) == ("executive", 3, 1)

    def test_words_of_verdicts_that_a_rule_has_put_right_misled_no_more(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": "Meet our executive"} for _ in range(3)])
        correct_tickets(tenant, ["T-1", "T-2", "T-3"], Verdicts(urgency="medium"), by="ann")
        assert [each.word for each in find_accuracy(tenant, now=NOON).words] == ["executive"]
        editing.save_rule(ClassificationRule(tenant=tenant, phrases="executive", urgency="medium"))
        assert find_accuracy(tenant, now=NOON).words == ()

    def test_no_other_tenants_answers_are_counted(self, tenant: Tenant, other_tenant: Tenant) -> None:
        store_tickets(other_tenant, [{"message": LAWSUIT}])
        correct_tickets(other_tenant, ["T-1"], LOW, by="ann")
        store_tickets(tenant, [{"message": LAWSUIT}])
        assert not find_accuracy(tenant, now=NOON).has_any


class TestSample:
    def test_it_is_the_same_all_day_and_new_tomorrow(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT} for _ in range(40)] + [{"message": "Hello"} for _ in range(40)])
        sample = find_sample(tenant, now=NOON)
        ids = [each["external_id"] for each in sample.left]
        assert (len(ids), sample.drawn, sample.done) == (5, 5, 0)
        high = [id_ for id_ in ids if (TicketStore(tenant).find_ticket(id_) or {})["urgency"] == "high"]
        assert len(high) == 3
        assert find_sample(tenant, now=NOON + timedelta(hours=5)) == sample
        tomorrow = find_sample(tenant, now=NOON + timedelta(days=1))
        assert [each["external_id"] for each in tomorrow.left] != ids

    def test_answers_and_skipped_tickets_leave_it(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT} for _ in range(3)])
        first, second, third = (each["external_id"] for each in find_sample(tenant, now=NOON).left)
        correct_tickets(tenant, [first], HIGH, by="ann", is_sampled=True)
        skip(tenant, second, now=NOON)
        skip(tenant, "T-99", now=NOON)
        sample = find_sample(tenant, now=NOON)
        assert [each["external_id"] for each in sample.left] == [third]
        assert (sample.done, sample.drawn) == (2, 3)
        delete_stored(tenant, [third])
        assert find_sample(tenant, now=NOON).next is None

    def test_the_first_answer_counts(self, tenant: Tenant) -> None:
        """Another manager still has the question open."""
        store_tickets(tenant, [{"message": LAWSUIT}])
        assert correct_tickets(tenant, ["T-1"], HIGH, by="ann", is_sampled=True).corrected == 1
        assert correct_tickets(tenant, ["T-1"], LOW, by="bob", is_sampled=True).corrected == 0
        correction = Correction.of(TicketStore(tenant).find_ticket("T-1") or {})
        assert correction is not None and (correction.by, correction.verdicts) == ("ann", HIGH)

    def test_corrected_and_old_tickets_are_not_drawn(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}, {"message": LAWSUIT, "created_at": "2026-03-01T09:00:00Z"}])
        correct_tickets(tenant, ["T-1"], HIGH, by="ann")
        assert find_sample(tenant, now=NOON).drawn == 0


class TestPage:
    @pytest.fixture(autouse=True)
    def _at_noon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("supportsaas.clock.now", lambda: NOON)

    def test_a_manager_answers_the_sample(self, client_of: ClientOf, manager: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        page = client_of(manager)
        shown = text_of(page.get("/t/acme/accuracy/"))
        assert "How urgent is this ticket?" in shown and "0 of 1 done" in shown and LAWSUIT in shown
        assert "Nobody has checked a ticket yet" in shown
        form = {"ticket": "T-1", "urgency": "high", "sampled": "1", "next": "/t/acme/accuracy/"}
        shown = text_of(page.post("/t/acme/correct/", form, follow=True))
        assert "Done for today" in shown and "100.0%" in shown and "(1 of 1;" in shown
        correction = Correction.of(TicketStore(tenant).find_ticket("T-1") or {})
        assert correction is not None and correction.is_sampled and correction.is_confirmation

    def test_misleading_words_lead_to_the_tickets_that_have_them(
        self, client_of: ClientOf, manager: User, tenant: Tenant
    ) -> None:
        store_tickets(tenant, [{"message": "Our lawyers say hello"} for _ in range(2)] + [{"message": "Lawyers? Our"}])
        correct_tickets(tenant, ["T-1", "T-2"], LOW, by="ann")
        page = client_of(manager)
        (link,) = re.findall(r'href="([^"]*%22our%20lawyers%22)"', page.get("/t/acme/accuracy/").content.decode())
        store_words(tenant)
        shown = text_of(page.get(link))
        assert shown.count('class="select-row"') == 2

    def test_a_ticket_can_be_skipped(self, client_of: ClientOf, manager: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        page = client_of(manager)
        page.get("/t/acme/accuracy/")
        assert "Done for today" in text_of(page.post("/t/acme/accuracy/skip/", {"ticket": "T-1"}, follow=True))

    def test_viewers_see_figures_and_are_not_asked(self, client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"message": LAWSUIT}])
        shown = text_of(client_of(team_mate).get("/t/acme/accuracy/"))
        assert "Nobody has checked a ticket yet" in shown and "How urgent" not in shown
