"""Which tickets a channel alerts on, with a real ticket store."""

from datetime import timedelta
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.alerts.conftest import Urgent
from tests.builders import delete_stored, store_tickets
from tests.conftest import FakeClock
from tickets.alerts.composing import compose_next
from tickets.alerts.model import Channel
from tickets.alerts.retention import apply_retention
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets, undo_correction
from tickets.models import ClassificationRule
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")
LAWSUIT, CALM, ANGRY = "We will file a lawsuit", "How does it work", "This is terrible and awful"


def channel(tenant: Tenant, name: str = "Hook", **values: Any) -> Channel:
    return Channel.objects.create(
        tenant=tenant, kind="webhook", name=name, address="https://hooks.example.com", **values
    )


def waiting(channel: Channel) -> list[str]:
    found = mongo.collection("outbox").find({"channel_id": str(channel.pk)}).sort("facts.ticket_id")
    return [each["facts"]["ticket_id"] for each in found]


def test_without_a_channel_there_is_no_news(urgent: Urgent) -> None:
    urgent(3)
    assert mongo.collection("outbox").count_documents({}) == 0


def test_an_urgent_ticket_is_news_once_for_every_channel_that_wants_it(tenant: Tenant, clock: FakeClock) -> None:
    one, other, off = channel(tenant), channel(tenant, "Other"), channel(tenant, "Off", enabled=False)
    tickets = [
        {"id": "T-1", "message": LAWSUIT, "created_at": clock().isoformat()},
        {"id": "T-2", "message": CALM, "created_at": clock().isoformat()},
    ]
    for _ in range(2):
        store_tickets(tenant, tickets, now=clock())
    assert (waiting(one), waiting(other), waiting(off)) == (["T-1"], ["T-1"], [])
    entry = mongo.collection("outbox").find_one({"channel_id": str(one.pk)})
    assert entry is not None
    assert (entry["status"], entry["due_at"], entry["tenant_id"]) == ("waiting", clock(), "acme")
    assert "lawsuit" in entry["facts"]["reason"]


def test_a_first_import_of_old_tickets_raises_no_alerts(tenant: Tenant, clock: FakeClock) -> None:
    usual, patient = channel(tenant), channel(tenant, "Patient", max_age_hours=48)
    ages = {"T-1": timedelta(hours=23), "T-2": timedelta(hours=25), "T-3": timedelta(days=300)}
    store_tickets(
        tenant,
        [{"id": id_, "message": LAWSUIT, "created_at": (clock() - age).isoformat()} for id_, age in ages.items()],
        now=clock(),
    )
    assert waiting(usual) == ["T-1"]
    assert waiting(patient) == ["T-1", "T-2"]


def test_a_channel_alerts_on_its_chosen_urgencies_and_sentiments(tenant: Tenant, clock: FakeClock) -> None:
    angry = channel(tenant, urgencies=[], sentiments=["negative"])
    all_of_it = channel(tenant, "All", urgencies=[], sentiments=[])
    both = channel(tenant, "Both", urgencies=["high"], sentiments=["negative"])
    messages = {"T-1": LAWSUIT, "T-2": CALM, "T-3": ANGRY, "T-4": f"{LAWSUIT}. {ANGRY}"}
    store_tickets(
        tenant,
        [{"id": id_, "message": text, "created_at": clock().isoformat()} for id_, text in messages.items()],
        now=clock(),
    )
    assert waiting(angry) == ["T-3", "T-4"]
    assert waiting(all_of_it) == ["T-1", "T-2", "T-3", "T-4"]
    assert waiting(both) == ["T-4"]


def test_the_reason_names_the_words_behind_the_filtered_label(tenant: Tenant, clock: FakeClock) -> None:
    channel(tenant, "Urgent")
    channel(tenant, "Angry", urgencies=[], sentiments=["negative"])
    channel(tenant, "Both", urgencies=["high"], sentiments=["negative"])
    channel(tenant, "All", urgencies=[], sentiments=[])
    message = "Thank you, loyal customers. When can you call? This is awful.\n\nWe will file a lawsuit immediately."
    store_tickets(tenant, [{"id": "T-1", "message": message, "created_at": clock().isoformat()}], now=clock())
    names = {str(each.pk): each.name for each in Channel.objects.all()}
    found = {names[each["channel_id"]]: each["facts"] for each in mongo.collection("outbox").find()}
    urgent, angry = "High urgency: legal threat (“lawsuit”, “immediately”)", "Negative sentiment: “awful”"
    assert {name: facts["reason"] for name, facts in found.items()} == {
        "Urgent": urgent,
        "Angry": angry,
        "Both": f"{urgent}; {angry}",
        "All": f"{urgent}; {angry}",
    }
    assert found["Urgent"]["text"].splitlines() == [
        "Thank you, loyal customers. When can you call? This is awful.",
        "We will file a lawsuit immediately.",
    ]


def test_the_reason_names_the_tenants_rule_that_decided(tenant: Tenant, clock: FakeClock) -> None:
    hook = channel(tenant)
    ClassificationRule.objects.create(tenant=tenant, phrases="gold plan", urgency="high")
    store_tickets(
        tenant, [{"id": "T-1", "message": "On the gold plan", "created_at": clock().isoformat()}], now=clock()
    )
    entry = mongo.collection("outbox").find_one({"channel_id": str(hook.pk)})
    assert entry is not None and entry["facts"]["reason"] == "High urgency: your rule “gold plan”"


def test_a_ticket_that_becomes_urgent_is_news_and_one_that_stays_so_is_not(tenant: Tenant, clock: FakeClock) -> None:
    hook = channel(tenant)
    began = clock().isoformat()

    def read(message: str, **values: Any) -> None:
        clock.advance(minutes=1)
        stamps = {"created_at": began, "updated_at": clock().isoformat()}
        store_tickets(tenant, [{"id": "T-1", "message": message, **stamps, **values}], now=clock())

    read(CALM)
    assert waiting(hook) == []
    read(LAWSUIT)
    assert waiting(hook) == ["T-1"]
    read(LAWSUIT, status="pending")
    read(f"{LAWSUIT}. {ANGRY}")
    assert waiting(hook) == ["T-1"], "urgent as before"
    read(CALM)
    read(f"{LAWSUIT} now")
    assert waiting(hook) == ["T-1", "T-1"], "it was calm in between"


def test_a_correction_is_no_news_and_holds_when_the_customer_replies(tenant: Tenant, clock: FakeClock) -> None:
    hook = channel(tenant, sentiments=["negative"])

    def read(message: str) -> None:
        clock.advance(minutes=1)
        stamps = {"created_at": began, "updated_at": clock().isoformat()}
        store_tickets(tenant, [{"id": "T-1", "message": message, **stamps}], now=clock())

    began = clock().isoformat()
    read(CALM)
    correct_tickets(tenant, ["T-1"], Verdicts(urgency="high", sentiment="negative"), by="ann")
    correct_tickets(tenant, ["T-1"], Verdicts(urgency="low", sentiment="neutral"), by="ann")
    read(f"{LAWSUIT}. {ANGRY}")
    assert waiting(hook) == [], "a person said that it is calm"
    undo_correction(tenant, "T-1", by="ann")
    assert waiting(hook) == [], "a person knows of it"
    found = TicketStore(tenant).find_ticket("T-1")
    assert found is not None and (found["urgency"], found["sentiment"]) == ("high", "negative")


def test_the_news_of_a_ticket_that_expires_expires_with_it(tenant: Tenant, clock: FakeClock) -> None:
    tenant.retention_days = 100
    tenant.save()
    channel(tenant)
    store_tickets(tenant, [{"id": "T-1", "message": LAWSUIT, "created_at": clock().isoformat()}], now=clock())
    entry = mongo.collection("outbox").find_one({})
    assert entry is not None and entry["expires_at"] == clock() + timedelta(days=100)


def test_a_retention_period_that_is_set_later_holds_for_alerts_too(
    tenant: Tenant, urgent: Urgent, clock: FakeClock
) -> None:
    hook = channel(tenant)
    urgent(2, customer_id="cust_x")
    assert compose_next(hook, owner="test", clock=clock) is not None
    urgent()
    tenant.retention_days = 100
    apply_retention(tenant)
    for name in ("outbox", "deliveries"):
        assert {each["expires_at"] for each in mongo.collection(name).find()} == {clock() + timedelta(days=100)}
    tenant.retention_days = None
    apply_retention(tenant)
    for name in ("outbox", "deliveries"):
        assert mongo.collection(name).count_documents({"expires_at": {"$exists": True}}) == 0


def test_a_restored_ticket_raises_no_alert(tenant: Tenant, clock: FakeClock) -> None:
    hook = channel(tenant)
    ticket = {"id": "T-1", "message": LAWSUIT, "created_at": clock().isoformat()}
    store_tickets(tenant, [ticket], now=clock())
    delete_stored(tenant, ["T-1"], now=clock())
    store_tickets(tenant, [ticket], now=clock())
    assert TicketStore(tenant).count_live() == 1
    assert waiting(hook) == ["T-1"]
