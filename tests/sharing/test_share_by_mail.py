"""Sharing a page: its link, and the page by e-mail to other members of the tenant."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from analytics.sharing.mails import COLLECTION, GIVE_UP_AFTER, MAILINGS_AN_HOUR
from analytics.sharing.sending import send_shared_mails
from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import AuditEntry, Membership, Tenant, User
from tests.builders import store_tickets
from tests.mails import html_of
from tests.reading_pages import page_of, text_of
from tests.smtp_server import SmtpServer

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")
WEEK = "period=custom&from=2026-03-02&to=2026-03-08"


@pytest.fixture
def boss(team_mate: User, settings: Any) -> User:
    """Another member with an address."""
    settings.EMAIL_IS_SET = True
    team_mate.email = "boss@example.com"
    team_mate.save()
    return team_mate


@pytest.fixture
def client(manager: User, tenant: Tenant, client_of: ClientOf) -> Client:
    store_tickets(tenant, [{"created_at": "2026-03-03T12:00:00Z", "message": "a lawsuit"} for _ in range(2)])
    store_tickets(tenant, [{"id": "OLD", "created_at": "2026-02-20T12:00:00Z"}])
    return client_of(manager)


def send(now: datetime | None = None) -> int:
    return send_shared_mails(threading.Event(), now=lambda: now or clock.now())


def share(
    client: Client, *to: User, query: str = WEEK, form: str = "f1", note: str = "", page: str = "dashboard"
) -> Any:
    values = {"to": [str(each.pk) for each in to], "note": note, "form": form}
    return client.post(f"/t/acme/share/{page}/?{query}", values)


def test_a_page_by_mail_says_who_what_and_when_and_its_link_opens_the_same_page(
    client: Client, boss: User, client_of: ClientOf
) -> None:
    answer = share(client, boss, note="See <b>Monday</b>")
    assert answer.status_code == 302 and answer["Location"] == f"/t/acme/?{WEEK}"
    assert mail.outbox == [], "a worker sends it, not the request"
    assert send() == 1
    (sent,) = mail.outbox
    assert sent.to == ["boss@example.com"]
    assert sent.subject == "[Acme] Dashboard, sent by manager"
    for text in (str(sent.body), text_of(html_of(sent))):
        assert "manager sent you this page" in " ".join(text.split())
        assert "2–8 Mar 2026" in text and "Monday" in text
        assert "2 tickets, of which 2 with high urgency" in text
    assert "See <b>Monday</b>" in str(sent.body) and "See &lt;b&gt;Monday&lt;/b&gt;" in html_of(sent)
    link = re.search(r"Open it: (\S+)", str(sent.body))
    assert link is not None
    parts = urlsplit(link[1])
    assert client_of(boss).get(f"{parts.path}?{parts.query}").context["totals"].total == 2


def test_the_same_form_sends_once_however_often_it_is_submitted(client: Client, boss: User) -> None:
    for _ in range(3):
        share(client, boss)
    assert send() + send() == 1


def test_workers_at_the_same_time_send_a_mail_once(client: Client, boss: User, settings: Any) -> None:
    share(client, boss)
    with SmtpServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        threads = [threading.Thread(target=send) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        (received,) = server.mails
    assert message_from_bytes(received.data)["To"] == "boss@example.com"


def test_only_members_with_an_address_can_be_chosen(client: Client, boss: User, owner: User, stranger: User) -> None:
    User.objects.filter(pk=stranger.pk).update(email="stranger@example.com")
    page = page_of(client, f"/t/acme/share/dashboard/?{WEEK}")
    assert "boss@example.com" in page and "stranger@example.com" not in page
    answer = share(client, stranger)
    assert answer.status_code == 422 and "Choose at least one person." in answer.content.decode()
    share(client, stranger, boss)
    assert send() == 1


def test_who_sent_it_is_in_the_audit_log_without_the_note(client: Client, boss: User) -> None:
    share(client, boss, note="about cust_1", query=f"{WEEK}&source=email")
    entry = AuditEntry.objects.get(kind="page by e-mail")
    assert (entry.actor, entry.name, entry.changes["to"]["new"]) == ("manager", "Dashboard", boss.username)
    assert "cust_1" not in str(entry.changes)


def test_a_note_that_is_too_long_is_rejected_at_its_field(client: Client, boss: User) -> None:
    answer = share(client, boss, note="x" * 501)
    assert answer.status_code == 422 and "This one has 501." in answer.content.decode()
    assert send() == 0


def test_a_person_may_send_so_many_an_hour(client: Client, boss: User) -> None:
    for number in range(MAILINGS_AN_HOUR):
        assert share(client, boss, form=f"f{number}").status_code == 302
    assert share(client, boss, form="last").status_code == 422
    assert send() == MAILINGS_AN_HOUR


@pytest.mark.parametrize("who", ["manager", "boss"])
def test_nothing_is_sent_by_or_to_somebody_who_has_lost_access(
    client: Client, boss: User, manager: User, who: str
) -> None:
    share(client, boss)
    Membership.objects.filter(user=manager if who == "manager" else boss).delete()
    assert send() == 0 and mail.outbox == []


def test_a_mail_that_could_not_be_sent_for_a_day_is_dropped_and_what_it_says_removed(
    client: Client, boss: User
) -> None:
    share(client, boss, note="secret")
    assert send(clock.now() + GIVE_UP_AFTER + timedelta(minutes=1)) == 0
    assert send() == 0
    assert "secret" not in str(list(mongo.collection(COLLECTION).find()))


def test_what_a_mail_says_is_removed_once_it_is_sent(client: Client, boss: User) -> None:
    share(client, boss, note="secret")
    assert send() == 1
    assert "secret" not in str(list(mongo.collection(COLLECTION).find()))


@pytest.mark.parametrize(
    ("page", "query", "said"),
    [
        ("work", WEEK, "2 tickets"),
        ("response-times", WEEK, "2 tickets"),
        ("tickets", "urgency=high", "2 tickets match."),
        ("customers", "", "No customer is at risk."),
        ("customer", "customer=cust_1", "3 tickets, of which"),
    ],
)
def test_every_page_that_can_be_shared_has_its_numbers_in_words(
    client: Client, boss: User, page: str, query: str, said: str
) -> None:
    assert said in page_of(client, f"/t/acme/share/{page}/?{query}")
    answer = share(client, boss, page=page, query=query)
    assert client.get(answer["Location"]).status_code == 200
    assert send() == 1
    assert said in str(mail.outbox[0].body)


def test_an_address_that_is_no_page_is_not_found(client: Client) -> None:
    for path in ("nonsense/", "customer/", "customer/?customer=nobody", f"dashboard/?x={'x' * 5000}"):
        assert client.get(f"/t/acme/share/{path}").status_code == 404
    assert client.get("/t/acme/share/dashboard/?period=nonsense").status_code == 302


def test_the_menu_is_on_every_page_that_can_be_shared(client: Client) -> None:
    for path in ("", "/t/acme/", "/t/acme/work/", "/t/acme/response-times/", "/t/acme/tickets/", "/t/acme/customers/",
                 "/t/acme/customers/cust_1/"):  # fmt: skip
        page = client.get(path or "/").content.decode()
        assert 'class="drop share"' in page, path
        for link in re.findall(r'data-share="page" href="([^"]+)"', page):
            assert client.get(link.replace("&amp;", "&")).status_code == 200, link
