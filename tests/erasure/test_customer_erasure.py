"""Erasing a customer: all their data, nothing of others, exact numbers, and no return by later syncs."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from supportsaas import clock as real_clock
from supportsaas.db import mongo
from supportsaas.reliability.lock import Lock
from supportsaas.reliability.outbox import OutboxEntry, append_entries
from supportsaas.web.rejected import Rejected
from tenants.models import AuditEntry, Tenant, User
from tests import listed
from tests.builders import record, store_tickets
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk
from tests.ingestion.chatty import Chatty
from tests.rolled_up import facet_differences
from tickets import jobs
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets
from tickets.erasure import moved_tickets
from tickets.erasure.customers import count_customer_data, erase_customer
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobRequest
from tickets.planning.page_plan import PagePlan
from tickets.store import quarantine
from tickets.store.conversations import erase_conversations
from tickets.store.ticket_store import TicketStore

ClientOf = Callable[[User], Client]
JANE = "jane.doe@example.com"


def live(tenant: Tenant) -> set[str]:
    return set(TicketStore(tenant).iterate_live_ids())


def everything_of(tenant: Tenant) -> str:
    """All documents of the tenant in the database, as one text."""
    found = []
    for name in mongo.database().list_collection_names():
        match = {"$or": [{"tenant_id": tenant.slug}, {"_id": tenant.slug}]}
        found += [f"{name}: {each}" for each in mongo.collection(name).find(match)]
    return "\n".join(found)


def refuse(tenant: Tenant, payload: dict[str, Any], **values: Any) -> None:
    refused = quarantine.QuarantinedRecord("created_at", "is missing", payload, **values)
    quarantine.save_records(tenant, [refused], job_id="x", now=real_clock.now())


def deliver(tenant: Tenant, key: str, *customers: str) -> None:
    facts = {"subject": "s", "urgency": "high", "sentiment": "neutral", "reason": "r", "created_at": real_clock.now()}
    tickets = [
        {**facts, "ticket_id": f"of {each}", "customer_id": each, "subject": f"from {each}"} for each in customers
    ]
    headline = f"{len(tickets)} tickets; oldest: from {customers[0]}"
    document = {"_id": f"{tenant.slug} {key}", "tenant_id": tenant.slug, "status": "delivered", "tickets": tickets,
                "customers": sorted(customers), "headline": headline, "composed_at": real_clock.now()}  # fmt: skip
    mongo.collection("deliveries").insert_one(document)


def tell(tenant: Tenant, customer: str) -> None:
    entry = OutboxEntry(tenant_id=tenant.slug, channel_id="c", event=customer, facts={"customer_id": customer})
    mongo.in_transaction(lambda session: append_entries([entry], now=real_clock.now(), session=session))


def fill(tenant: Tenant) -> None:
    jane = [{"id": f"J-{n}", "customer_id": JANE, "message": "lawsuit"} for n in range(7)]
    store_tickets(tenant, [*jane, *({"id": f"O-{n}", "customer_id": f"other{n % 3}"} for n in range(9))])
    for hour, customer, name in ((9, JANE, None), (10, JANE, "Jane Doe"), (11, "other1", "Otto"), (12, "other1", "O.")):
        moved = {"customer_id": customer, "customer_name": name, "updated_at": f"2026-03-10T{hour:02}:00:00Z"}
        store_tickets(tenant, [{"id": "MOVED", **moved}])
    told = {"external_id": "MOVED", "action": "updated", "changes": {"status": {"old": "open", "new": "closed"}},
            "recorded_at": real_clock.now(), "job_id": "j", "told_by": "helpdesk"}  # fmt: skip
    authors = ("Jane Doe", JANE, "Bob")
    mongo.collection("ticket_history").insert_many(
        [{**told, "tenant_id": tenant.slug, "author": each} for each in authors]
    )
    refuse(tenant, {"id": "R-1", "customer_id": JANE})
    refuse(tenant, {"id": "R-2", "customer_id": "other1"})
    refuse(tenant, {"id": "R-3", "requester": {"email": f"Jane <{JANE}>"}})
    deliver(tenant, "hers", JANE)
    deliver(tenant, "digest", JANE, "other1", "other2")
    deliver(tenant, "another's", "other1")
    for customer in (JANE, "other1"):
        tell(tenant, customer)


@pytest.fixture
def filled(tenant: Tenant, other_tenant: Tenant) -> Tenant:
    for each in (tenant, other_tenant):
        fill(each)
    return tenant


def test_erasing_a_customer_removes_all_their_data_and_no_one_elses(filled: Tenant, other_tenant: Tenant) -> None:
    others = everything_of(other_tenant)
    erased = erase_customer(filled, JANE)
    assert (erased.tickets, erased.rejected, erased.alerts) == (7, 2, 3)
    left = everything_of(filled)
    assert "jane" not in left.casefold() and "J-1" not in left
    assert everything_of(other_tenant) == others
    assert live(filled) == {*(f"O-{n}" for n in range(9)), "MOVED"}
    messages = {each["_id"]: each for each in mongo.collection("deliveries").find({"tenant_id": "acme"})}
    assert messages.keys() == {"acme digest", "acme another's"}
    assert mongo.collection("outbox").count_documents({"tenant_id": "acme"}) == 1
    assert mongo.collection("quarantine").count_documents({"tenant_id": "acme"}) == 1
    history = TicketStore(filled).find_history("MOVED")
    assert sorted(each["author"] for each in history if "author" in each) == ["(erased)", "(erased)", "Bob"]
    names = [each["changes"]["customer_name"] for each in history if "customer_name" in each["changes"]]
    assert names == [
        {"old": "Otto", "new": "O."},
        {"old": "(erased)", "new": "Otto"},
        {"old": None, "new": "(erased)"},
    ]


def test_a_digest_keeps_its_tickets_of_other_customers(tenant: Tenant) -> None:
    deliver(tenant, "digest", JANE, "other1", "other2")
    erase_customer(tenant, JANE)
    message = mongo.collection("deliveries").find_one({"_id": "acme digest"})
    assert message is not None
    assert [each["customer_id"] for each in message["tickets"]] == message["customers"] == ["other1", "other2"]
    assert message["headline"] == "2 urgent tickets from 2 customers; oldest: from other1"


def test_all_numbers_are_exact_after_an_erasure(filled: Tenant) -> None:
    erase_customer(filled, JANE)
    assert facet_differences(filled) == {}
    for _ in range(2):  # from the tickets, and from the roll-ups built again
        call_command("verify_stats", "--tenant", "acme", stdout=io.StringIO())


def test_the_audit_log_says_who_erased_how_much_but_not_whom(filled: Tenant, owner: User, client_of: ClientOf) -> None:
    client_of(owner).post("/t/acme/erase-customer/", {"customer": JANE})
    entry = AuditEntry.objects.get(action="erased")
    assert (entry.actor, entry.kind, entry.tenant_slug) == ("owner", "customer", "acme")
    assert entry.changes["tickets"] == {"old": "7", "new": ""}
    assert "jane" not in str(entry.__dict__).casefold()


@pytest.mark.parametrize("customer", ["", "nobody@example.com", "jane", JANE.upper(), f"{JANE} "])
def test_customers_with_similar_ids_are_not_erased(filled: Tenant, customer: str) -> None:
    if customer:
        erased = erase_customer(filled, customer)
        assert erased.tickets == 0
    else:
        with pytest.raises(Rejected):
            erase_customer(filled, customer)
    assert count_customer_data(filled, JANE).tickets == 7


def test_a_short_customer_id_erases_no_rejected_records_of_others(tenant: Tenant) -> None:
    refuse(tenant, {"id": 1, "customer_id": "7", "priority": 7})
    refuse(tenant, {"id": 2, "customer_id": "8", "priority": 7})
    refuse(tenant, {"id": 3, "customer_id": 7})
    assert erase_customer(tenant, "7").rejected == 2
    assert [json.loads(each["payload"])["id"] for each in mongo.collection("quarantine").find()] == [2]


@pytest.mark.parametrize(
    ("customer", "hers", "anothers"),
    [
        ("ann@example.com", "Ann <ann@example.com>", "joann@example.com"),
        ("ann@example.com", "from:ann@example.com.", "ann@example.com.au"),
        ("Müller & Söhne", "Müller & Söhne", "Müller & Söhne2"),
        ("a.b*c(d)+e", "by a.b*c(d)+e!", "aXb*c(d)+e"),
        ("客户一二三四五", "客户一二三四五", "客户一二三四五六"),
        ("org/unit/7", "org/unit/7", "org/unit/77"),
    ],
)
def test_a_distinctive_customer_id_is_matched_as_a_whole_word(
    tenant: Tenant, customer: str, hers: str, anothers: str
) -> None:
    refuse(tenant, {"id": 1, "a": [{"b": hers}]})
    refuse(tenant, {"id": 2, "a": [{"b": anothers}]})
    assert erase_customer(tenant, customer).rejected == 1
    assert [json.loads(each["payload"])["id"] for each in mongo.collection("quarantine").find()] == [2]


def test_a_customer_id_of_digits_is_not_distinctive(tenant: Tenant) -> None:
    refuse(tenant, {"id": 1, "phone": "12345678", "customer_id": "other"})
    refuse(tenant, {"id": 2, "customer_id": 12345678})
    assert erase_customer(tenant, "12345678").rejected == 1


@pytest.mark.parametrize(
    "customer", ["a/b/../c", "x.$ne", "$where", "ünï çödé", "<b>bold</b>", "a" * 200, "tab\there", "'\""]
)
def test_any_customer_id_can_be_erased_on_the_page(
    tenant: Tenant, owner: User, client_of: ClientOf, customer: str
) -> None:
    store_tickets(tenant, [{"id": "T-1", "customer_id": customer}, {"id": "T-2", "customer_id": "other"}])
    client = client_of(owner)
    assert client.get("/t/acme/erase-customer/", {"customer": customer}).status_code == 200
    client.post("/t/acme/erase-customer/", {"customer": customer})
    assert live(tenant) == {"T-2"}


def test_the_mapped_customer_field_of_a_helpdesk_is_searched(tenant: Tenant) -> None:
    Source.objects.create(tenant=tenant, kind="redmine", url="http://127.0.0.1:9")
    refuse(tenant, {"id": 1, "author": {"name": "Ann"}})
    refuse(tenant, {"id": 2, "author": {"name": "Bo"}, "subject": "Ann"})
    assert erase_customer(tenant, "Ann").rejected == 1


def test_no_customer_is_erased_during_a_run(filled: Tenant, owner: User, client_of: ClientOf) -> None:
    lock = Lock("acme")
    held = lock.take("a run")
    assert held is not None
    answer = client_of(owner).post("/t/acme/erase-customer/", {"customer": JANE})
    assert "Nothing was erased" in answer.content.decode()
    assert count_customer_data(filled, JANE).tickets == 7
    lock.release(held)


def read_whole(tenant: Tenant) -> Outcome:
    wish = JobRequest(trigger="command", started_by="test", full=True)
    job_id = jobs.begin_at_once(tenant, wish, owner_id="test")
    return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test")


class TestReadingAgain:
    @pytest.fixture
    def desk(self, helpdesk: ScriptedHelpdesk, tenant: Tenant) -> ScriptedHelpdesk:
        Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url)
        helpdesk.tickets = [
            *(record(f"J-{n}", customer_id=JANE) for n in range(3)),
            record("O-1", customer_id="other"),
            record("R-1", customer_id=JANE, created_at="never"),
        ]
        read_whole(tenant)
        erase_customer(tenant, JANE)
        return helpdesk

    def test_an_erased_customer_does_not_come_back_and_no_other_is_deleted(
        self,
        desk: ScriptedHelpdesk,
        tenant: Tenant,
    ) -> None:
        outcome = read_whole(tenant)
        assert outcome.status == "completed" and live(tenant) == {"O-1"}
        assert JANE not in everything_of(tenant)
        assert outcome.progress.counts.deleted == 0

    @pytest.mark.parametrize(
        "changed",
        [{"message": "new text", "updated_at": "2026-03-11T10:00:00Z"}, {"customer_id": "a new name of hers"}],
    )
    def test_an_erased_ticket_stays_out_even_if_it_changes(
        self,
        desk: ScriptedHelpdesk,
        tenant: Tenant,
        changed: dict[str, str],
    ) -> None:
        desk.tickets[0] = record("J-0", **{"customer_id": JANE, **changed})
        read_whole(tenant)
        assert live(tenant) == {"O-1"}

    def test_older_tickets_of_an_erased_customer_stay_out_and_new_ones_are_imported(
        self,
        desk: ScriptedHelpdesk,
        tenant: Tenant,
    ) -> None:
        tomorrow = (real_clock.now() + timedelta(days=1)).isoformat()
        desk.tickets += [record("J-OLD", customer_id=JANE), record("J-NEW", customer_id=JANE, created_at=tomorrow)]
        read_whole(tenant)
        assert live(tenant) == {"O-1", "J-NEW"}

    def test_a_file_import_does_not_restore_an_erased_customer(
        self, desk: ScriptedHelpdesk, tenant: Tenant, tmp_path: Any
    ) -> None:
        file = tmp_path / "tickets.jsonl"
        file.write_text(json.dumps(record("J-1", customer_id=JANE)) + "\n" + json.dumps(record("F-1")) + "\n")
        with pytest.raises(SystemExit) as ended:
            call_command("import_tickets", "acme", str(file), stdout=io.StringIO(), stderr=io.StringIO())
        assert ended.value.code == 0
        assert {each.rpartition(":")[2] for each in live(tenant)} == {"O-1", "F-1"}


class TestMovedTickets:
    """Tickets that belonged to the customer, and belong to another one by now."""

    HERS = "My lawsuit is ready, I want a refund immediately."
    HIS = "I have another question."

    @pytest.fixture
    def chatty(self, tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Chatty:
        server = Chatty(helpdesk)
        server.connect(tenant)
        server.messages["T-1"] = [server.message(1, self.HERS, "2026-03-10T09:00:00Z", by="jane")]
        server.tickets[0] |= {"customer_id": JANE}
        self._say_who(tenant)
        listed.ingest(tenant)
        return server

    @staticmethod
    def _say_who(tenant: Tenant) -> None:
        source = Source.objects.get(tenant=tenant)
        source.options["conversation"]["customer_when"] = {"sender.type": "customer|jane"}
        source.save()

    def move(self, chatty: Chatty, tenant: Tenant) -> None:
        """To another customer, who writes then."""
        later = (real_clock.now() + timedelta(minutes=1)).isoformat()
        chatty.tickets[0] |= {"customer_id": "other1", "updated_at": "2026-03-10T11:00:00Z"}
        chatty.messages["T-1"].append(chatty.message(2, self.HIS, later))
        chatty.messages["T-1"].append(chatty.message(3, "We look into it.", "2026-03-10T12:00:00Z", by="agent"))
        listed.ingest(tenant)

    def test_what_the_customer_wrote_is_erased_and_what_others_wrote_stays(
        self, tenant: Tenant, chatty: Chatty
    ) -> None:
        self.move(chatty, tenant)
        ticket = TicketStore(tenant).find_ticket("T-1")
        assert ticket is not None and (ticket["message"], ticket["urgency"]) == (self.HERS, "high")
        erase_customer(tenant, JANE)
        assert self.HERS not in everything_of(tenant)
        found = TicketStore(tenant).find_conversation("T-1")
        assert found is not None and {each.text for each in found.messages} == {self.HIS, "We look into it."}
        ticket = TicketStore(tenant).find_ticket("T-1")
        assert ticket is not None and (ticket["message"], ticket["urgency"]) == (self.HIS, "low")
        assert facet_differences(tenant) == {}
        call_command("verify_stats", "--tenant", "acme", stdout=io.StringIO())

    def test_it_does_not_come_back_with_the_next_sync(self, tenant: Tenant, chatty: Chatty) -> None:
        self.move(chatty, tenant)
        erase_customer(tenant, JANE)
        chatty.tickets[0]["updated_at"] = "2026-03-10T13:00:00Z"
        for _ in range(2):
            assert listed.ingest(tenant, full=True).status == "completed"
        assert self.HERS not in everything_of(tenant)
        ticket = TicketStore(tenant).find_ticket("T-1")
        assert ticket is not None and ticket["message"] == self.HIS
        assert listed.ingest(tenant, full=True).progress.counts.updated == 0

    def test_it_is_erased_from_the_history_and_from_a_deleted_ticket(self, tenant: Tenant, chatty: Chatty) -> None:
        chatty.messages["T-1"].append(chatty.message(2, "Answer me, " + self.HERS, "2026-03-10T09:30:00Z", by="jane"))
        chatty.tickets[0]["updated_at"] = "2026-03-10T10:30:00Z"
        listed.ingest(tenant)
        self.move(chatty, tenant)
        del chatty.tickets[0]
        listed.ingest(tenant, full=True, confirm_deletions=True)
        assert self.HERS in everything_of(tenant)
        for _ in range(2):
            erase_customer(tenant, JANE)
            assert self.HERS not in everything_of(tenant)

    def test_a_correction_in_between_leaves_no_words_behind(
        self, tenant: Tenant, chatty: Chatty, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The words are known from the history alone, because the stored messages are gone."""
        newest = "Answer me, " + self.HERS
        chatty.messages["T-1"].append(chatty.message(2, newest, "2026-03-10T09:30:00Z", by="jane"))
        chatty.tickets[0]["updated_at"] = "2026-03-10T10:30:00Z"
        listed.ingest(tenant)
        chatty.tickets[0] |= {"customer_id": "other1", "updated_at": "2026-03-10T11:00:00Z"}
        listed.ingest(tenant)
        erase_conversations(tenant.slug, ["T-1"])
        plan, corrected = moved_tickets._plan, list[int]()

        def plan_and_correct(*arguments: Any, **named: Any) -> PagePlan:
            planned = plan(*arguments, **named)
            if not corrected:
                corrected.append(correct_tickets(tenant, ["T-1"], Verdicts(urgency="medium"), by="ann").corrected)
            return planned

        monkeypatch.setattr(moved_tickets, "_plan", plan_and_correct)
        erase_customer(tenant, JANE)
        assert corrected == [1]
        assert newest not in everything_of(tenant)
        ticket = TicketStore(tenant).find_ticket("T-1")
        assert ticket is not None and (ticket["urgency"], ticket["correction"]["by"]) == ("medium", "ann")
        assert facet_differences(tenant) == {}

    def test_messages_under_the_customers_name_are_erased_wherever_they_are(
        self, tenant: Tenant, chatty: Chatty
    ) -> None:
        said = {**chatty.message(2, self.HERS, "2026-03-10T09:00:00Z"), "sender": {"type": "agent", "name": JANE}}
        chatty.messages["T-3"].append(said)
        chatty.tickets[2]["updated_at"] = "2026-03-10T10:30:00Z"
        listed.ingest(tenant)
        erase_customer(tenant, JANE)
        assert self.HERS not in everything_of(tenant)
        assert live(tenant) == {"T-2", "T-3", "T-4", "T-5"}


class TestPage:
    def test_the_erasure_page_shows_what_is_deleted_and_asks(
        self, filled: Tenant, owner: User, client_of: ClientOf
    ) -> None:
        client = client_of(owner)
        link = f"/t/acme/erase-customer/?customer={JANE.replace('@', '%40')}"
        assert link in client.get(f"/t/acme/customers/{JANE}/").content.decode()
        html = client.get(link).content.decode()
        assert "7 tickets" in html and "2 rejected records" in html and "3 alerts" in html
        assert count_customer_data(filled, JANE).tickets == 7
        answer = client.post("/t/acme/erase-customer/", {"customer": JANE}, follow=True)
        assert "Erased 7 tickets" in answer.content.decode()
        assert client.get(link).status_code == 404

    def test_managers_are_not_offered_to_erase_a_customer(
        self, filled: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        assert "erase-customer" not in client_of(manager).get(f"/t/acme/customers/{JANE}/").content.decode()

    @pytest.mark.parametrize("customer", ["", "\0", "x" * 3_000, "$ne"])
    def test_erasing_an_unknown_customer_is_404(
        self, filled: Tenant, owner: User, client_of: ClientOf, customer: str
    ) -> None:
        assert client_of(owner).get("/t/acme/erase-customer/", {"customer": customer}).status_code == 404


class TestCommand:
    def test_the_erasure_command_shows_what_is_deleted_and_asks(
        self, filled: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = io.StringIO()
        monkeypatch.setattr("builtins.input", lambda: "no")
        with pytest.raises(CommandError, match="Nothing was erased"):
            call_command("customer", "erase", "acme", JANE, stdout=out)
        assert "7 tickets" in out.getvalue() and count_customer_data(filled, JANE).tickets == 7
        call_command("customer", "erase", "acme", JANE, "--yes", stdout=out)
        assert count_customer_data(filled, JANE).tickets == 0

    def test_erasing_a_customer_of_an_unknown_tenant_is_an_error(self, db: None) -> None:
        with pytest.raises(CommandError, match="does not exist"):
            call_command("customer", "erase", "nobody", JANE, "--yes", stdout=io.StringIO())


def test_an_interrupted_erasure_is_finished_by_erasing_again(
    filled: Tenant, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    def cut_off(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TicketStore, "delete_tickets", cut_off)
        with pytest.raises(KeyboardInterrupt):
            erase_customer(filled, JANE)
    assert erase_customer(filled, JANE).tickets == 7
    assert JANE not in everything_of(filled)
