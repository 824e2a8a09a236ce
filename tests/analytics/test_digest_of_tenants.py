"""One digest over all of a person's tenants: one mail, when it is due, what it says, and asking for one."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from analytics.digest.sending import ASKED_AN_HOUR, send_due_digests
from analytics.digest.subscriptions import subscribe, subscribed_tenants
from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Membership, Role, Tenant, User
from tests.builders import connect_source, finished_job, store_tickets
from tests.mails import html_of
from tests.reading_pages import text_of

MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
EARLIER = MONDAY - timedelta(days=1)
ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def reader(manager: User, tenant: Tenant, other_tenant: Tenant, settings: Any) -> User:
    """A member of both tenants, who wants the digest of both."""
    settings.EMAIL_IS_SET = True
    manager.email = "manager@example.com"
    manager.save()
    Membership.objects.create(user=manager, tenant=other_tenant, role=Role.VIEWER)
    for each in (tenant, other_tenant):
        subscribe(manager, each, now=EARLIER)
    return manager


def send(now: datetime = MONDAY) -> int:
    return send_due_digests(threading.Event(), now=lambda: now)


def test_a_person_gets_one_mail_with_a_row_for_each_tenant(reader: User, tenant: Tenant, other_tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "OLD", "created_at": "2026-02-20T12:00:00Z"}])
    store_tickets(tenant, [{"created_at": "2026-03-03T12:00:00Z", "message": "a lawsuit"} for _ in range(3)])
    store_tickets(other_tenant, [{"created_at": "2026-03-04T12:00:00Z", "message": "thanks"}])
    assert send() == 1 and send() == 0
    (sent,) = mail.outbox
    assert sent.to == ["manager@example.com"]
    assert "2 tenants" in sent.subject
    assert "Acme: 3 tickets (+3), 3 high urgency (+3), 0 negative (no change), 3 still open\n" in str(sent.body)
    assert "Globex: 1 tickets, 0 high urgency, 0 negative, 1 still open\n" in str(sent.body), (
        "nothing earlier to compare"
    )
    page = " ".join(text_of(html_of(sent)).split())
    assert "Acme 3 +3 3 +3 0 no change 3 Globex 1 0 0 1" in page


def test_open_tickets_are_never_compared(reader: User, tenant: Tenant) -> None:
    store_tickets(
        tenant, [{"id": f"O-{n}", "created_at": "2026-02-25T12:00:00Z", "status": "closed"} for n in range(30)]
    )
    store_tickets(tenant, [{"id": f"N-{n}", "created_at": "2026-03-03T12:00:00Z"} for n in range(40)])
    store_tickets(tenant, [{"id": "OLD", "created_at": "2026-02-01T12:00:00Z"}])
    send()
    assert "40 still open\n" in str(mail.outbox[0].body)


def test_a_tenant_that_nothing_is_known_about_is_first_and_says_why(
    reader: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    store_tickets(tenant, [{"created_at": "2026-03-03T12:00:00Z"}])
    finished_job(tenant)
    connect_source(other_tenant, url="http://127.0.0.1:9", enabled=False)
    send()
    (sent,) = mail.outbox
    assert sent.subject == "Week of 2 Mar 2026: 1 of 2 tenants needs attention, first Globex"
    assert "Globex: unknown. The helpdesk connection is off.\n" in str(sent.body)
    assert "Globex: unknown\n" in str(sent.body), "no zeros in the table"


def test_what_is_out_of_the_ordinary_comes_worst_first(reader: User, tenant: Tenant, other_tenant: Tenant) -> None:
    for each in (tenant, other_tenant):
        store_tickets(each, [{"created_at": "2026-03-03T12:00:00Z"}])
    insights = {"layout": 1, "counted_at": MONDAY, "version": 1, "unusual": [], "weeks_known": 8, "urgent_open": 0}
    weeks: dict[str, list[int]] = {"week_totals": [], "week_high": [], "week_negative": []}
    incident = {"number": 4, "name": "no water", "tickets": 9, "customers": 8}
    mongo.collection("insights").insert_one(
        {"_id": "acme", **insights, **weeks, "incidents": [], "urgent_waiting": 2, "past_due": 0}
    )
    mongo.collection("insights").insert_one(
        {"_id": "globex", **insights, **weeks, "incidents": [incident], "urgent_waiting": 0, "past_due": 0}
    )
    send()
    body = str(mail.outbox[0].body)
    assert body.index("Globex (critical): Incident under way: no water") < body.index(
        "Acme (elevated): 2 urgent tickets"
    )
    assert 'href="http://127.0.0.1:8000/t/globex/incidents/4/"' in html_of(mail.outbox[0])


def test_it_waits_until_monday_has_come_to_every_tenant(reader: User, other_tenant: Tenant) -> None:
    other_tenant.timezone = "America/Los_Angeles"
    other_tenant.save()
    assert send(MONDAY) == 0
    assert send(MONDAY + timedelta(hours=6, minutes=59)) == 0
    assert send(MONDAY + timedelta(hours=7)) == 1, "daylight saving time has begun there on the day before"


def test_a_tenant_that_was_left_is_no_longer_in_it(reader: User, other_tenant: Tenant, tenant: Tenant) -> None:
    store_tickets(other_tenant, [{"created_at": "2026-03-03T12:00:00Z"}])
    Membership.objects.filter(user=reader, tenant=other_tenant).delete()
    assert send() == 1
    assert "Globex" not in str(mail.outbox[0].body) + html_of(mail.outbox[0])
    assert subscribed_tenants(reader) == {"acme"}


def test_the_preview_is_the_mail_and_nothing_but_the_mail(reader: User, tenant: Tenant, client_of: ClientOf) -> None:
    client = client_of(reader)
    answer = client.get("/account/digests/preview/")
    assert "Your week" in answer.content.decode() and "Globex" in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    client.post("/account/digests/", {})
    assert client.get("/account/digests/preview/").status_code == 302


def test_people_can_have_one_sent_at_once(reader: User, client_of: ClientOf) -> None:
    client = client_of(reader)
    for _ in range(2):
        assert (
            "on its way to manager@example.com"
            in client.post("/account/digests/send/", {"form": "a"}, follow=True).content.decode()
        )
    now = clock.now()
    mongo.collection("digest_subscriptions").update_many({}, {"$set": {"since": now}})  # none of this week
    assert send(now) == 1 and send(now) == 0
    for number in range(ASKED_AN_HOUR):
        client.post("/account/digests/send/", {"form": f"f{number}"})
    assert send(clock.now()) == ASKED_AN_HOUR - 1


def test_somebody_who_got_a_digest_of_one_tenant_this_week_gets_no_second_one_after_the_upgrade(reader: User) -> None:
    digests = mongo.collection("digests")
    of_old = {"tenant_id": "acme", "user_id": str(reader.pk), "week": "2026-W10", "attempts": 1}
    digests.insert_one({"_id": f"acme {reader.pk} 2026-W10", **of_old, "status": "sent", "sent_at": MONDAY})
    other = {**of_old, "user_id": "other", "status": "waiting", "next_at": MONDAY}
    digests.insert_one({"_id": "acme other 2026-W10", **other})
    migration: Any = import_module("tenants.migrations.0019_one_digest_a_person")
    editor = SimpleNamespace(connection=SimpleNamespace(database=mongo.database()))
    for _ in range(2):
        migration.join_digests(None, editor)
    assert [each["_id"] for each in digests.find()] == [f"{reader.pk} 2026-W10"]
    assert send(MONDAY + timedelta(hours=3)) == 0
    assert send(MONDAY + timedelta(days=7)) == 1
