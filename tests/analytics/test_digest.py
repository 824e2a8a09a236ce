"""The weekly digest: who gets it, when, once, and what it says."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.core import mail, signing
from django.test import Client

from analytics.digest.sending import CLAIMS, send_due_digests
from analytics.digest.subscriptions import subscribe, subscribed_tenants, unsubscribe_token
from analytics.digest.week import week_before
from supportsaas.db import mongo
from tenants.models import Membership, Tenant, User
from tests.builders import connect_source, store_tickets
from tests.conftest import FakeClock
from tests.mails import html_of
from tests.reading_pages import page_of, text_of
from tests.smtp_server import SmtpServer
from tickets.ingestion.outages import watch

MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
EARLIER = MONDAY - timedelta(days=1)
ClientOf = Callable[[User], Client]


@pytest.fixture
def reader(manager: User, tenant: Tenant, settings: Any) -> User:
    """A manager of the tenant with an address, who wants its digest."""
    settings.EMAIL_IS_SET = True
    manager.email = "manager@example.com"
    manager.save()
    subscribe(manager, tenant, now=EARLIER)
    return manager


def send(now: datetime) -> int:
    return send_due_digests(threading.Event(), now=lambda: now)


class TestTheWeek:
    def test_the_digest_covers_the_week_that_ended_in_the_tenants_zone(self) -> None:
        week = week_before(datetime(2026, 3, 30, 5, 0, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
        assert (week.name, str(week.first_day), str(week.last_day)) == ("2026-W13", "2026-03-23", "2026-03-29")
        # The clocks went forward on its Sunday.
        assert week.period.length == timedelta(days=7) - timedelta(hours=1)
        assert week.due_at == datetime(2026, 3, 30, 5, 0, tzinfo=UTC)

    def test_a_digest_is_due_on_monday_in_the_tenants_zone(self) -> None:
        now = datetime(2026, 3, 8, 20, 0, tzinfo=UTC)
        assert week_before(now, ZoneInfo("Pacific/Auckland")).is_due(now)
        assert not week_before(now, ZoneInfo("UTC")).is_due(now)

    def test_a_digest_that_is_two_days_late_waits_for_next_week(self) -> None:
        week = week_before(MONDAY, ZoneInfo("UTC"))
        assert not week.is_due(MONDAY - timedelta(seconds=1))
        assert week.is_due(MONDAY) and week.is_due(MONDAY + timedelta(hours=47))
        assert not week.is_due(MONDAY + timedelta(days=2))


@pytest.mark.usefixtures("db")
class TestSending:
    def test_nobody_gets_a_digest_without_subscribing(self, tenant: Tenant, manager: User, settings: Any) -> None:
        settings.EMAIL_IS_SET = True
        User.objects.update(email="manager@example.com")
        assert send(MONDAY) == 0
        assert mail.outbox == []

    def test_the_digest_has_the_weeks_numbers_and_each_opens_the_list_it_counts(
        self, reader: User, tenant: Tenant, client_of: ClientOf
    ) -> None:
        days = ["2026-03-02T00:00:00Z", "2026-03-05T12:00:00Z", "2026-03-08T23:59:59Z", "2026-03-09T00:00:00Z"]
        store_tickets(tenant, [{"created_at": day, "message": "a lawsuit <b>"} for day in days])
        store_tickets(tenant, [{"id": "OLD", "created_at": "2026-03-01T23:59:59Z"}])
        store_tickets(tenant, [{"id": "OLDER", "created_at": "2026-02-22T12:00:00Z"}])
        assert send(MONDAY) == 1
        (sent,) = mail.outbox
        assert sent.to == ["manager@example.com"]
        assert sent.subject == "[Acme] Week of 2 Mar 2026: 3 tickets"
        assert "Tickets: 3 (+2 compared with the week before)" in sent.body
        assert "High urgency: 3 (+3 compared with the week before)" in sent.body
        assert re.search(r"^Open: 3$", str(sent.body), re.MULTILINE), "what is still open is not compared"
        html = html_of(sent)
        links = re.findall(r"^  (http\S+)$", str(sent.body), re.MULTILINE)
        assert all(link.replace("&", "&amp;") in html for link in links)
        client = client_of(reader)
        for count, link in zip((3, 3, 3), links, strict=False):
            parts = urlsplit(link)
            page = client.get(f"{parts.path}?{parts.query}")
            assert page.context["page"].total == count
        dashboard = re.search(r"Dashboard for this week: (\S+)", str(sent.body))
        assert dashboard and client.get(dashboard[1].removeprefix("http://127.0.0.1:8000")).status_code == 200

    def test_the_digest_has_response_times_and_where_to_see_more(
        self, reader: User, tenant: Tenant, client_of: ClientOf
    ) -> None:
        weeks = (("2026-02-24", "11:00", 25), ("2026-03-03", "10:00", 30))
        replied = [
            {
                "id": f"{day}-{n}",
                "created_at": f"{day}T09:00:00Z",
                "first_reply_at": f"{day}T{hour}:00Z",
                "due_at": f"{day}T12:00:00Z",
                "status": "closed",
                "resolved_at": f"{day}T{11 if n % 3 else 13}:00:00Z",
                "updated_at": f"{day}T13:00:00Z",
            }
            for day, hour, number in weeks
            for n in range(number)
        ]
        store_tickets(tenant, [{"id": "OLD", "created_at": "2026-02-01T00:00:00Z"}, *replied])
        assert send(MONDAY) == 1
        (sent,) = mail.outbox
        for text in (str(sent.body), text_of(html_of(sent))):
            said = " ".join(text.split())
            assert re.search(r"First reply, median:? 59 min \(?-51% compared with the week before", said), said
            assert re.search(r"Resolution, median:? 2 h", said)
            assert re.search(r"Resolution, targets met:? 66\.7% \(?10 of 30 breached", said)
        link = re.search(r"  http://127\.0\.0\.1:8000(/t/acme/response-times/\S+)", str(sent.body))
        assert link and "First reply" in page_of(client_of(reader), link[1])

    def test_a_digest_without_earlier_data_compares_nothing(self, reader: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"created_at": "2026-02-27T00:00:00Z"}, {"created_at": "2026-03-05T12:00:00Z"}])
        assert send(MONDAY) == 1
        (sent,) = mail.outbox
        assert "Tickets: 1 (no earlier data)" in sent.body and "compared" not in sent.body

    def test_a_digest_reminds_of_keys_that_end_in_the_words_of_the_alerts_page(
        self, reader: User, tenant: Tenant, client_of: ClientOf
    ) -> None:
        for name, days in (("ended", -1), ("soon", 7), ("later", 30), ("next year", 31)):
            ends = MONDAY.date() + timedelta(days=days)
            connect_source(tenant, url=f"http://127.0.0.1:9/{days}", name=name.replace(" ", "-"), expires_on=ends)
        connect_source(tenant, url="http://127.0.0.1:9/off", name="off", expires_on=MONDAY.date(), enabled=False)
        watch(clock=lambda: MONDAY)
        page = page_of(client_of(reader), "/t/acme/alerts/")
        assert send(MONDAY) == 1
        (sent,) = mail.outbox
        for text in (str(sent.body), html_of(sent)):
            for sentence in ("“ended” was valid until 8 Mar 2026.", "“soon” is valid until 16 Mar 2026.",
                             "“later” is valid until 8 Apr 2026."):  # fmt: skip
                assert f"The key of the helpdesk {sentence} Create a new one" in text
                assert sentence in page
            assert text.count("The key of") == 3

    def test_a_digest_is_sent_once_a_week_however_often_and_however_many_workers_try(
        self, reader: User, settings: Any
    ) -> None:
        with SmtpServer() as server:
            use(settings, server)
            threads = [threading.Thread(target=send, args=(MONDAY,)) for _ in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            send(MONDAY + timedelta(hours=40))
            (received,) = server.mails
            assert send(MONDAY + timedelta(days=7)) == 1
            assert len(server.mails) == 2
        parsed = message_from_bytes(received.data)
        assert received.recipients == ["manager@example.com"]
        assert [part.get_content_type() for part in parsed.walk()][1:] == ["text/plain", "text/html"]
        assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    @pytest.mark.parametrize("refusals", [{"RCPT": "451 later"}, {"DATA": "451 later"}, {"MAIL": "421 busy"}])
    def test_a_rejected_digest_is_retried_after_a_pause(
        self, reader: User, settings: Any, refusals: dict[str, str]
    ) -> None:
        with SmtpServer(refusals) as server:
            use(settings, server)
            assert send(MONDAY) == 0
            server.refusals.clear()
            assert send(MONDAY + timedelta(minutes=4)) == 0
            assert send(MONDAY + timedelta(minutes=5)) == 1
            assert len(server.mails) == 1

    def test_a_digest_is_retried_if_the_mail_server_is_unreachable(self, reader: User, settings: Any) -> None:
        with SmtpServer() as server:
            use(settings, server)
            settings.EMAIL_PORT = 9
            assert send(MONDAY) == 0
            settings.EMAIL_PORT = server.port
            assert send(MONDAY + timedelta(minutes=5)) == 1

    def test_a_digest_that_may_have_been_accepted_is_not_sent_again(self, reader: User, settings: Any) -> None:
        with SmtpServer({"DATA": ""}) as server:  # hangs up in the middle
            use(settings, server)
            assert send(MONDAY) == 0
            server.refusals.clear()
            assert send(MONDAY + timedelta(hours=20)) == 0
            assert server.mails == []
        found = mongo.collection("digests").find_one({})
        assert found is not None and found["status"] == "unknown"

    def test_another_worker_takes_over_only_before_the_mail_was_handed_over(self, reader: User, tenant: Tenant) -> None:
        clock = FakeClock(MONDAY)
        dead = CLAIMS.take(f"{reader.pk} 2026-W10", now=clock(), if_new={"user_id": str(reader.pk), "week": "2026-W10"})
        assert dead is not None
        assert send(clock()) == 0
        assert send(clock.advance(minutes=6)) == 1
        assert not CLAIMS.begin_sending(dead, now=clock())  # should it wake up
        next_week = CLAIMS.take(f"{reader.pk} 2026-W11", now=clock.advance(days=7), if_new={"week": "2026-W11"})
        assert next_week is not None and CLAIMS.begin_sending(next_week, now=clock())
        assert send(clock.advance(hours=5)) == 0
        assert len(mail.outbox) == 1

    def test_a_user_who_left_the_tenant_gets_no_digest_and_is_unsubscribed(self, reader: User, tenant: Tenant) -> None:
        Membership.objects.filter(user=reader).delete()
        assert send(MONDAY) == 0
        assert mail.outbox == []
        assert subscribed_tenants(reader) == set()

    def test_a_subscription_after_monday_morning_starts_next_week(
        self, manager: User, tenant: Tenant, settings: Any
    ) -> None:
        settings.EMAIL_IS_SET = True
        User.objects.filter(pk=manager.pk).update(email="manager@example.com")
        subscribe(manager, tenant, now=MONDAY + timedelta(hours=1))
        assert send(MONDAY + timedelta(hours=2)) == 0
        assert send(MONDAY + timedelta(days=7)) == 1

    def test_no_digest_is_claimed_without_a_mail_server(self, reader: User, settings: Any) -> None:
        settings.EMAIL_IS_SET = False
        assert send(MONDAY) == 0
        assert mongo.collection("digests").count_documents({}) == 0


@pytest.mark.usefixtures("db")
class TestThePages:
    def test_users_choose_digests_for_themselves_and_their_own_tenants(
        self, tenant: Tenant, other_tenant: Tenant, manager: User, client_of: ClientOf
    ) -> None:
        client = client_of(manager)
        page = text_of(client.get("/account/digests/").content.decode())
        assert "Acme" in page and "Globex" not in page
        client.post("/account/digests/", {"tenant": ["acme", "globex"]})
        assert subscribed_tenants(manager) == {"acme"}
        assert 'value="acme" checked' in client.get("/account/digests/").content.decode()
        client.post("/account/digests/", {})
        assert subscribed_tenants(manager) == set()

    def test_the_message_after_saving_promises_only_digests_that_will_arrive(
        self, tenant: Tenant, manager: User, client_of: ClientOf, settings: Any
    ) -> None:
        client = client_of(manager)
        settings.EMAIL_IS_SET, manager.email = True, ""
        manager.save()
        wish = {"tenant": ["acme"]}
        assert "You will not get any digest." in client.post("/account/digests/", {}, follow=True).content.decode()
        assert "Digests start once" in client.post("/account/digests/", wish, follow=True).content.decode()
        manager.email = "manager@example.com"
        manager.save()
        assert "arrives on Monday" in client.post("/account/digests/", wish, follow=True).content.decode()

    def test_the_unsubscribe_link_ends_the_digest_and_only_when_confirmed(
        self, reader: User, tenant: Tenant, other_tenant: Tenant, owner: User
    ) -> None:
        subscribe(reader, other_tenant, now=EARLIER)
        subscribe(owner, tenant, now=EARLIER)
        path = f"/digest/end/{unsubscribe_token(reader)}/"
        anybody = Client(enforce_csrf_checks=True)
        assert anybody.get(path).status_code == 200
        assert subscribed_tenants(reader) == {"acme", "globex"}
        assert anybody.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert subscribed_tenants(reader) == set() and subscribed_tenants(owner) == {"acme"}

    def test_a_link_of_an_older_mail_ends_its_tenant_alone(
        self, reader: User, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        subscribe(reader, other_tenant, now=EARLIER)
        token = signing.dumps([str(reader.pk), "acme"], salt="digest-unsubscribe")
        assert Client().post(f"/digest/end/{token}/").status_code == 200
        assert subscribed_tenants(reader) == {"globex"}

    def test_a_forged_unsubscribe_link_is_not_found(self, reader: User, tenant: Tenant) -> None:
        token = unsubscribe_token(reader)
        for forged in (f"{token}x", "x", token[::-1]):
            assert Client().post(f"/digest/end/{forged}/").status_code == 404
        assert subscribed_tenants(reader) == {"acme"}


def use(settings: Any, server: SmtpServer) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_IS_SET = True
