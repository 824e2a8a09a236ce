"""Tickets in many languages: what is found is stored once, and what cannot be classified is never called calm."""

import csv
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import record, store_tickets, store_words
from tests.helpdesk import ScriptedHelpdesk
from tests.rolled_up import facet_differences
from tickets import jobs
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets, undo_correction
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobRequest
from tickets.models import ClassificationRule
from tickets.rules import editing
from tickets.rules.reclassification import reclassify_waiting_tickets
from tickets.store.filters import TicketFilter
from tickets.store.ticket_store import TicketStore

ARABIC = "التطبيق لا يعمل منذ الصباح ولا أحد يرد علينا. أريد استرداد أموالي."
GERMAN = "Seit heute Morgen geht nichts mehr, niemand antwortet. Ich will mein Geld zurück!"
TEXTS: dict[str, dict[str, Any]] = {
    "ar": {"subject": "مشكلة", "message": ARABIC},
    "de": {"subject": "Ausfall", "message": GERMAN},
    "en": {"subject": "Outage", "message": "Nothing works since this morning, please call us back urgently."},
    "emoji": {"subject": "😡", "message": "😡😡😡"},
    "mixed": {"subject": "SharePoint", "message": f"{ARABIC} SharePoint Outlook"},
    "lawsuit": {"subject": "", "message": f"{ARABIC} GDPR complaint"},
    "given": {"subject": "Hilfe", "message": GERMAN, "language": "de-AT"},
    "locale": {"subject": "Question", "message": "Where can I find my last invoice?", "language": "ar"},
    "short": {"subject": "?", "message": "ok"},
}
NOT_CLASSIFIED = {"ar", "mixed"}


def stored(tenant: Tenant) -> dict[str, dict[str, Any]]:
    return {each["external_id"]: each for each in mongo.collection("tickets").find({"tenant_id": tenant.slug})}


def history_of(tenant: Tenant, external_id: str) -> list[tuple[str, set[str]]]:
    return [(each["action"], set(each["changes"])) for each in TicketStore(tenant).find_history(external_id)]


def ingest(tenant: Tenant, **request: Any) -> Outcome:
    wish = JobRequest(trigger="command", started_by="test", **request)
    job_id = jobs.begin_at_once(tenant, wish, owner_id="test")
    return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test")


@pytest.fixture
def client(client_of: Callable[[User], Client], manager: User) -> Client:
    return client_of(manager)


@pytest.fixture
def tickets(tenant: Tenant) -> dict[str, dict[str, Any]]:
    store_tickets(tenant, [{"id": id_, **values} for id_, values in TEXTS.items()])
    return stored(tenant)


class TestWhatIsStored:
    def test_the_language_of_each_ticket(self, tickets: dict[str, dict[str, Any]]) -> None:
        assert {id_: (each.get("language"), each.get("is_language_found")) for id_, each in tickets.items()} == {
            "ar": ("ar", True), "de": ("de", True), "en": ("en", True), "emoji": (None, None), "mixed": ("ar", True),
            "lawsuit": ("ar", True), "given": ("de-AT", None), "locale": ("ar", None), "short": (None, None),
        }  # fmt: skip

    def test_what_cannot_be_read_is_unknown_and_never_calm(self, tickets: dict[str, dict[str, Any]]) -> None:
        for id_, each in tickets.items():
            verdicts = (each["urgency"], each["sentiment"], each["requires_action"])
            if id_ in NOT_CLASSIFIED:
                assert verdicts == ("unknown", "unknown", None)
            elif id_ == "lawsuit":
                assert verdicts == ("high", "unknown", None)  # always high, in whatever language the rest is
            else:
                assert "unknown" not in verdicts
                assert isinstance(each["requires_action"], bool)
        assert tickets["emoji"]["sentiment"] == "negative"
        assert tickets["de"]["requires_action"] is True

    def test_a_found_language_is_no_history(self, tenant: Tenant, tickets: dict[str, dict[str, Any]]) -> None:
        [(_, fields)] = history_of(tenant, "ar")
        assert "language" not in fields
        [(_, fields)] = history_of(tenant, "given")
        assert "language" in fields

    def test_numbers_are_true(self, tenant: Tenant, tickets: dict[str, dict[str, Any]]) -> None:
        assert facet_differences(tenant) == {}


class TestReadAgain:
    def test_unchanged_tickets_stay_unchanged(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source]
    ) -> None:
        native_source(helpdesk.url)
        helpdesk.tickets = [record(id_, **values) for id_, values in TEXTS.items()]
        assert ingest(tenant).progress.counts.new_ingested == len(TEXTS)
        before, entries = stored(tenant), mongo.collection("ticket_history").count_documents({})
        again = ingest(tenant, full=True).progress.counts
        assert (again.new_ingested, again.updated, again.unchanged) == (0, 0, len(TEXTS))
        assert stored(tenant) == before
        assert mongo.collection("ticket_history").count_documents({}) == entries

    def test_the_helpdesks_language_wins_and_its_loss_brings_back_what_was_found(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1", "message": GERMAN}])
        store_tickets(
            tenant, [{"id": "T-1", "message": GERMAN, "language": "de-CH", "updated_at": "2026-03-10T10:00:00Z"}]
        )
        ticket = stored(tenant)["T-1"]
        assert (ticket["language"], ticket["is_language_found"]) == ("de-CH", None)
        store_tickets(tenant, [{"id": "T-1", "message": GERMAN, "updated_at": "2026-03-10T11:00:00Z"}])
        ticket = stored(tenant)["T-1"]
        assert (ticket["language"], ticket["is_language_found"]) == ("de", True)
        changes = [each["changes"].get("language") for each in TicketStore(tenant).find_history("T-1")]
        assert changes == [{"old": "de-CH", "new": None}, {"old": None, "new": "de-CH"}, None]

    def test_another_status_keeps_the_language(self, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1", "message": ARABIC}])
        store_tickets(
            tenant, [{"id": "T-1", "message": ARABIC, "status": "closed", "updated_at": "2026-03-10T10:00:00Z"}]
        )
        ticket = stored(tenant)["T-1"]
        assert (ticket["language"], ticket["is_language_found"], ticket["urgency"]) == ("ar", True, "unknown")
        assert history_of(tenant, "T-1")[0] == ("updated", {"status"})


class TestWhatDecidesAllTheSame:
    def test_a_rule_in_arabic(self, tenant: Tenant, tickets: dict[str, dict[str, Any]]) -> None:
        editing.save_rule(
            ClassificationRule(tenant=tenant, phrases="استرداد", urgency="at least medium", sentiment="negative")
        )
        reclassify_waiting_tickets(threading.Event())
        ticket = stored(tenant)["ar"]
        assert (ticket["urgency"], ticket["sentiment"], ticket["requires_action"]) == ("medium", "negative", None)
        assert facet_differences(tenant) == {}

    def test_a_correction_and_its_undoing(self, tenant: Tenant, tickets: dict[str, dict[str, Any]]) -> None:
        correct_tickets(tenant, ["ar"], Verdicts("high", "negative", True), by="ann")
        ticket = stored(tenant)["ar"]
        assert (ticket["urgency"], ticket["sentiment"], ticket["requires_action"]) == ("high", "negative", True)
        undo_correction(tenant, "ar", by="ann")
        ticket = stored(tenant)["ar"]
        assert (ticket["urgency"], ticket["sentiment"], ticket["requires_action"]) == ("unknown", "unknown", None)
        assert facet_differences(tenant) == {}


class TestWhatIsShown:
    def test_list_dashboard_statistics_api_and_export_agree(
        self, client: Client, tenant: Tenant, tickets: dict[str, dict[str, Any]]
    ) -> None:
        period = "from_date=2026-03-10&to_date=2026-03-10"
        ids = {each["external_id"] for each in client.get("/tickets?tenant_id=acme&urgency=unknown").json()["tickets"]}
        assert ids == NOT_CLASSIFIED
        totals = client.get(f"/tenants/acme/dashboard?{period}").json()
        assert totals["totals"]["not_classified"] == len(NOT_CLASSIFIED)
        assert totals["by_urgency"]["unknown"] == len(NOT_CLASSIFIED)
        assert totals["by_sentiment"]["unknown"] == len(NOT_CLASSIFIED) + 1
        assert sum(totals["by_urgency"].values()) == sum(totals["by_sentiment"].values()) == len(TEXTS)
        assert sum(each["not_classified"] for each in totals["trend"]["buckets"]) == len(NOT_CLASSIFIED)
        statistics = client.get(f"/tenants/acme/stats?{period}").json()
        assert statistics["urgency_high_ratio"] == pytest.approx(totals["totals"]["high"] / len(TEXTS))
        listed = client.get("/t/acme/tickets/?urgency=unknown")
        assert listed.context["page"].total == len(NOT_CLASSIFIED)
        page = listed.content.decode()
        assert "Not classified" in page
        assert '<span class="in-language">Arabic</span>' in page
        exported = client.get("/t/acme/export/tickets/?urgency=unknown").getvalue().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(exported)))
        assert {row["external_id"] for row in rows} == NOT_CLASSIFIED
        assert {(row["urgency"], row["sentiment"], row["requires_action"]) for row in rows} == {
            ("unknown", "unknown", "")
        }

    def test_the_dashboard_links_to_exactly_those(
        self, client: Client, tenant: Tenant, tickets: dict[str, dict[str, Any]]
    ) -> None:
        page = client.get("/t/acme/?period=custom&from=2026-03-10&to=2026-03-10").content.decode()
        assert "2 tickets</a> are not classified" in page
        only = TicketFilter(language=("ar",), urgency=("unknown",))
        assert TicketStore(tenant).queries.count(only) == len(NOT_CLASSIFIED)

    def test_the_ticket_page_names_the_language(self, client: Client, tickets: dict[str, dict[str, Any]]) -> None:
        page = client.get("/t/acme/tickets/ar/").content.decode()
        assert "Not classified: Arabic" in page
        assert "Urgency: not classified" not in page
        assert "found in the text" in page
        mixed = client.get("/t/acme/tickets/lawsuit/").content.decode()
        assert "Sentiment: not classified" in mixed
        assert "Needs action: not classified" in mixed
        assert "All correct" not in page

    def test_a_list_is_filtered_by_a_language_by_its_name(
        self, client: Client, tenant: Tenant, tickets: dict[str, dict[str, Any]]
    ) -> None:
        store_words(tenant)
        listed = client.get("/t/acme/tickets/?language=de")
        assert [each["external_id"] for each in listed.context["page"].tickets] == ["de"]
        assert [(chip.title, chip.value) for chip in listed.context["chips"]] == [("Language", "German")]
        offered = client.get("/t/acme/field-values/?field=language").content.decode()
        assert '<option value="ar">Arabic</option>' in offered
        assert '<option value="de-AT">German (AT)</option>' in offered

    def test_the_api_says_what_was_found(self, client: Client, tickets: dict[str, dict[str, Any]]) -> None:
        found = client.get("/tickets/ar?tenant_id=acme").json()
        assert (found["language"], found["is_language_found"]) == ("ar", True)
        assert (found["urgency"], found["sentiment"], found["requires_action"]) == ("unknown", "unknown", None)
        assert found["decided_by"] == {"urgency": "unknown", "sentiment": "unknown", "requires_action": "unknown"}
        given = client.get("/tickets/given?tenant_id=acme").json()
        assert (given["language"], given["is_language_found"]) == ("de-AT", False)
