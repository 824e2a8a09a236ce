"""Notes of people: whose they are, who may change them, how they are read, and that they are erased."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from supportsaas.db import mongo
from supportsaas.web.rejected import Rejected
from tenants.models import Membership, Role, Tenant, User
from tests.builders import NOON, store_tickets
from tickets.erasure.customers import count_customer_data, erase_customer
from tickets.notes.mentions import mentioned
from tickets.notes.store import COLLECTION, LONGEST_NOTE, MOST_NOTES, NoteStore, Subject

ANN = Subject("customer", "ann")
TICKET = Subject("ticket", "T-1")
MOMENT = Subject("moment")


def texts(store: NoteStore, subject: Subject) -> list[str]:
    return [each.text for each in store.find_about(subject)]


class TestWriting:
    def test_notes_of_a_subject_are_read_newest_first(self, tenant: Tenant, team_mate: User) -> None:
        store = NoteStore(tenant)
        for minute, text in enumerate(("First", "Second")):
            store.add(ANN, text, by=team_mate, now=NOON + timedelta(minutes=minute))
        store.add(TICKET, "Of the ticket", by=team_mate, now=NOON)

        first = store.find_about(ANN)[-1]
        assert texts(store, ANN) == ["Second", "First"]
        assert (first.author, first.author_id, first.created_at) == ("team_mate", str(team_mate.pk), NOON)

    def test_a_form_that_is_sent_twice_adds_one_note(self, tenant: Tenant, team_mate: User, manager: User) -> None:
        store = NoteStore(tenant)
        for _ in range(2):
            store.add(ANN, "Called", by=team_mate, now=NOON, token="t")
        store.add(ANN, "Mine", by=manager, now=NOON, token="t")

        assert sorted(texts(store, ANN)) == ["Called", "Mine"]

    @pytest.mark.parametrize(
        ("subject", "text", "at"),
        [
            (ANN, "  \n ", None),
            (ANN, "x" * (LONGEST_NOTE + 1), None),
            (ANN, "A time", NOON),
            (MOMENT, "No time", None),
            (Subject("customer"), "Of nobody", None),
        ],
    )
    def test_what_is_no_note_is_rejected(
        self, tenant: Tenant, team_mate: User, subject: Subject, text: str, at: Any
    ) -> None:
        with pytest.raises(Rejected):
            NoteStore(tenant).add(subject, text, by=team_mate, now=NOON, at=at)
        assert mongo.collection(COLLECTION).count_documents({}) == 0

    def test_a_text_is_kept_as_it_was_written_except_for_what_no_page_can_show(
        self, tenant: Tenant, team_mate: User
    ) -> None:
        note = NoteStore(tenant).add(ANN, "<b>1</b>\r\n\0\ud800 שלום", by=team_mate, now=NOON)

        assert note.text == "<b>1</b>\n\ufffd שלום"

    def test_a_subject_has_a_limit_of_notes(self, tenant: Tenant, team_mate: User) -> None:
        store = NoteStore(tenant)
        for number in range(MOST_NOTES):
            store.add(ANN, f"{number}", by=team_mate, now=NOON)
        with pytest.raises(Rejected, match="limit of 200"):
            store.add(ANN, "One more", by=team_mate, now=NOON)

    def test_authors_change_their_own_notes_only(self, tenant: Tenant, team_mate: User, manager: User) -> None:
        store = NoteStore(tenant)
        note = store.add(ANN, "Cald", by=team_mate, now=NOON)
        later = NOON + timedelta(hours=1)

        assert store.edit(note.id, "Called", by=team_mate, now=later).edited_at == later
        with pytest.raises(Rejected, match="only notes of your own"):
            store.edit(note.id, "Not called", by=manager, now=later)
        assert texts(store, ANN) == ["Called"]

    def test_authors_and_managers_delete_and_restore(self, tenant: Tenant, team_mate: User, manager: User) -> None:
        store = NoteStore(tenant)
        hers = store.add(ANN, "Hers", by=manager, now=NOON)
        his = store.add(ANN, "His", by=team_mate, now=NOON)

        with pytest.raises(Rejected, match="only notes of your own"):
            store.delete(hers.id, by=team_mate, is_manager=False, now=NOON)
        for _ in range(2):
            store.delete(his.id, by=manager, is_manager=True, now=NOON)
        assert texts(store, ANN) == ["Hers"] and store.find(his.id) is None
        with pytest.raises(Rejected):
            store.edit(his.id, "Not there", by=team_mate, now=NOON)
        assert store.restore(his.id, by=team_mate, is_manager=False).text == "His"
        assert sorted(texts(store, ANN)) == ["Hers", "His"]

    def test_a_deleted_note_is_erased_after_a_week(self, tenant: Tenant) -> None:
        index = mongo.collection(COLLECTION).index_information()["deleted_at"]

        assert index["expireAfterSeconds"] == 7 * 24 * 3600

    def test_members_are_mentioned_and_nobody_else(
        self, tenant: Tenant, team_mate: User, manager: User, stranger: User
    ) -> None:
        note = NoteStore(tenant).add(ANN, "@manager, ask @stranger. Thanks @Team_Mate.", by=team_mate, now=NOON)

        assert note.mentions == (str(manager.pk), str(team_mate.pk))

    def test_an_address_mentions_nobody(self) -> None:
        ids = {"ann": "1", "bo.b@x.com": "2", "example.com": "3"}

        assert mentioned("ann@example.com wrote; @ann? (@Bo.B@x.com) @@ann @unknown", ids) == ("1", "2")


class TestReading:
    def test_the_newest_note_of_many_customers_is_read_in_one_query(self, tenant: Tenant, team_mate: User) -> None:
        store = NoteStore(tenant)
        for minute, (key, text) in enumerate((("ann", "Old"), ("ann", "New"), ("bob", "Only"), ("cy", "Not asked"))):
            store.add(Subject("customer", key), text, by=team_mate, now=NOON + timedelta(minutes=minute))
        store.add(Subject("ticket", "ann"), "Of a ticket", by=team_mate, now=NOON + timedelta(hours=1))

        found = store.find_newest("customer", ["ann", "bob", "nobody"])
        assert {key: note.text for key, note in found.items()} == {"ann": "New", "bob": "Only"}
        assert store.find_newest("customer", []) == {}

    def test_notes_about_moments_of_a_period_are_read_in_the_order_of_time(
        self, tenant: Tenant, team_mate: User
    ) -> None:
        store = NoteStore(tenant)
        for day in (3, 1, 2, 9):
            store.add(MOMENT, f"Day {day}", by=team_mate, now=NOON, at=NOON + timedelta(days=day))

        found = store.find_moments(NOON + timedelta(days=1), NOON + timedelta(days=9))
        assert [each.text for each in found] == ["Day 1", "Day 2", "Day 3"]
        assert [each.text for each in store.find_moments(NOON, NOON + timedelta(days=99), limit=1)] == ["Day 9"]

    @pytest.mark.parametrize(
        "match",
        [
            {"about.kind": "customer", "about.key": {"$in": ["c1", "c2"]}},
            {"at": {"$gte": NOON, "$lt": NOON + timedelta(days=1)}},
        ],
    )
    def test_reading_uses_an_index_and_reads_only_what_it_needs(
        self, tenant: Tenant, team_mate: User, match: dict[str, Any]
    ) -> None:
        store = NoteStore(tenant)
        for number in range(60):
            store.add(Subject("customer", f"c{number}"), "x", by=team_mate, now=NOON)
            store.add(MOMENT, "x", by=team_mate, now=NOON, at=NOON + timedelta(days=number))
        found = mongo.collection(COLLECTION).find({"tenant_id": "acme", "deleted_at": None, **match})

        assert found.explain()["executionStats"]["totalKeysExamined"] <= 6

    def test_notes_of_another_tenant_are_out_of_reach(
        self, tenant: Tenant, other_tenant: Tenant, team_mate: User, stranger: User
    ) -> None:
        note = NoteStore(tenant).add(ANN, "Ours", by=team_mate, now=NOON)
        moment = NoteStore(tenant).add(MOMENT, "Ours, too", by=team_mate, now=NOON, at=NOON)
        theirs = NoteStore(other_tenant)

        assert theirs.find(note.id) is None and theirs.find_about(ANN) == []
        assert theirs.find_newest("customer", ["ann"]) == {} and theirs.find_moments(NOON, NOON + timedelta(1)) == []
        changes: tuple[Callable[[], object], ...] = (
            lambda: theirs.edit(note.id, "x", by=team_mate, now=NOON),
            lambda: theirs.delete(moment.id, by=stranger, is_manager=True, now=NOON),
            lambda: theirs.restore(note.id, by=stranger, is_manager=True),
        )
        for change in changes:
            with pytest.raises(Rejected):
                change()
        assert texts(NoteStore(tenant), ANN) == ["Ours"]

    def test_a_store_needs_a_tenant(self) -> None:
        with pytest.raises(ValueError, match="needs a tenant"):
            NoteStore(None)  # type: ignore[arg-type]


class TestErasing:
    def test_notes_about_a_customer_and_their_tickets_are_erased_with_them(
        self, tenant: Tenant, other_tenant: Tenant, team_mate: User
    ) -> None:
        ann = "ann@example.com"
        store, theirs = NoteStore(tenant), NoteStore(other_tenant)
        store_tickets(tenant, [{"id": "T-1", "customer_id": ann}, {"id": "T-2", "customer_id": "bob"}])
        deleted = store.add(Subject("customer", ann), "Deleted", by=team_mate, now=NOON)
        store.delete(deleted.id, by=team_mate, is_manager=False, now=NOON)
        for subject in (Subject("customer", ann), Subject("ticket", "T-1"), Subject("ticket", "T-2")):
            for each in (store, theirs):
                each.add(subject, f"Same as {ann}, not as joann@example.com", by=team_mate, now=NOON)
        store.add(MOMENT, f"Outage, says {ann}.", by=team_mate, now=NOON, at=NOON)

        assert count_customer_data(tenant, ann).notes == 2
        erase_customer(tenant, ann)
        left = [each["text"] for each in mongo.collection(COLLECTION).find({"tenant_id": "acme"})]
        assert sorted(left) == ["Outage, says (erased).", "Same as (erased), not as joann@example.com"]
        assert mongo.collection(COLLECTION).count_documents({"tenant_id": "globex"}) == 3

    def test_a_customer_with_notes_only_can_be_erased(self, tenant: Tenant, team_mate: User) -> None:
        NoteStore(tenant).add(ANN, "Left", by=team_mate, now=NOON)

        assert count_customer_data(tenant, "ann")
        erase_customer(tenant, "ann")
        assert mongo.collection(COLLECTION).count_documents({}) == 0


def test_a_person_who_left_keeps_their_name_at_their_notes(tenant: Tenant, team_mate: User) -> None:
    NoteStore(tenant).add(ANN, "Called", by=team_mate, now=NOON)
    Membership.objects.filter(tenant=tenant, user=team_mate, role=Role.VIEWER).delete()

    assert NoteStore(tenant).find_about(ANN)[0].author == "team_mate"
