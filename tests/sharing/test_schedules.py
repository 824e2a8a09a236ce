"""Schedules: made on a page, sent once each time, and ended by managers and recipients."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from analytics.sharing.mails import COLLECTION as MAILS
from analytics.sharing.schedules import Schedule, ScheduleStore
from analytics.sharing.scheduling import queue_due_schedules
from analytics.sharing.sending import send_shared_mails
from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import AuditEntry, Membership, Role, Tenant, User
from tests.builders import store_tickets
from tests.mails import html_of
from tests.reading_pages import page_of, text_of
from tests.smtp_server import SmtpServer

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("db")
LIST, NEW = "/t/acme/settings/schedules/", "/t/acme/settings/schedules/new/"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def boss(team_mate: User, settings: Any) -> User:
    """A viewer with an address."""
    settings.EMAIL_IS_SET = True
    team_mate.email = "boss@example.com"
    team_mate.save()
    return team_mate


@pytest.fixture
def client(manager: User, tenant: Tenant, client_of: ClientOf) -> Client:
    made = {"created_at": clock.now().isoformat(), "source": "email", "message": "a lawsuit"}
    store_tickets(tenant, [made, made, {**made, "source": "chat"}])
    return client_of(manager)


def schedule(client: Client, *to: User, query: str = "period=30d", **values: str) -> Any:
    given = {"to": [str(each.pk) for each in to], "every": "day", "hour": "7", "form": "f1", **values}
    return client.post(f"{NEW}?{query}", given)


def made(tenant: Tenant) -> Schedule:
    (only,) = ScheduleStore(tenant).find_all()
    return only


def queue(now: datetime) -> int:
    return queue_due_schedules(threading.Event(), now=lambda: now)


def send(now: datetime) -> int:
    return send_shared_mails(threading.Event(), now=lambda: now)


def run(now: datetime) -> int:
    queue(now)
    return send(now)


def test_a_schedule_sends_the_numbers_of_its_period_and_filter_at_its_time(
    client: Client, tenant: Tenant, boss: User, client_of: ClientOf
) -> None:
    answer = schedule(client, boss, query="period=30d&source=email")
    assert answer.status_code == 302 and answer["Location"] == LIST
    due = made(tenant).next_at
    assert due.hour == 7 and clock.now() < due <= clock.now() + DAY
    assert run(due - MINUTE) == 0
    assert run(due) == 1
    (sent,) = mail.outbox
    assert sent.to == ["boss@example.com"] and sent.subject.startswith("[Acme] Dashboard: ")
    for text in (str(sent.body), text_of(html_of(sent))):
        assert "Every day at 07:00, scheduled by manager" in " ".join(text.split())
        assert "2 tickets, of which 2 with high urgency" in text and "source Email" in text
    link = re.search(r"Open it: (\S+)", str(sent.body))
    assert link is not None
    parts = urlsplit(link[1])
    assert client_of(boss).get(f"{parts.path}?{parts.query}").context["totals"].total == 2
    assert made(tenant).next_at == due + DAY and made(tenant).sent_at == due
    assert run(due + MINUTE) == 0


def test_the_same_form_makes_one_schedule(client: Client, tenant: Tenant, boss: User) -> None:
    for _ in range(3):
        schedule(client, boss)
    assert made(tenant).to == (str(boss.pk),)


def test_workers_at_the_same_time_queue_and_send_once(
    client: Client, tenant: Tenant, boss: User, settings: Any
) -> None:
    schedule(client, boss)
    due, barrier, queued = made(tenant).next_at, threading.Barrier(2), []

    def work() -> None:
        barrier.wait()
        queued.append(queue(due))
        send(due)

    with SmtpServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        threads = [threading.Thread(target=work) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        send(due)
        assert len(server.mails) == 1
    assert sorted(queued) == [0, 1]
    assert mongo.collection(MAILS).count_documents({}) == 1


def test_times_that_were_missed_make_one_mail(client: Client, tenant: Tenant, boss: User) -> None:
    schedule(client, boss)
    due = made(tenant).next_at
    assert run(due + 5 * DAY + MINUTE) == 1
    assert run(due + 5 * DAY + 2 * MINUTE) == 0
    assert made(tenant).next_at == due + 6 * DAY


def test_a_mail_is_skipped_while_no_number_has_changed(client: Client, tenant: Tenant, boss: User) -> None:
    schedule(client, boss, skip="1")
    due = made(tenant).next_at
    assert [run(due), run(due + DAY), run(due + 2 * DAY)] == [1, 0, 0]
    assert made(tenant).next_at == due + 3 * DAY
    store_tickets(tenant, [{"id": "NEW", "created_at": clock.now().isoformat()}])
    assert [run(due + 3 * DAY), run(due + 4 * DAY)] == [1, 0]
    assert "4 tickets" in str(mail.outbox[-1].body)


def test_without_skipping_the_same_numbers_are_sent_again(client: Client, tenant: Tenant, boss: User) -> None:
    schedule(client, boss)
    due = made(tenant).next_at
    assert [run(due), run(due + DAY)] == [1, 1]


def test_a_mail_that_never_left_is_no_reason_to_skip_the_next(client: Client, tenant: Tenant, boss: User) -> None:
    schedule(client, boss, skip="1")
    due = made(tenant).next_at
    assert queue(due) == 1
    mongo.collection(MAILS).delete_many({})
    assert run(due + DAY) == 1


def test_the_list_shows_why_a_mail_was_not_sent(client: Client, tenant: Tenant, boss: User, settings: Any) -> None:
    schedule(client, boss)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nothing listens there
    assert run(made(tenant).next_at) == 0
    page = page_of(client, LIST)
    assert "ConnectionRefusedError" in page and "Never" in page


def test_a_recipient_who_has_lost_access_gets_nothing(client: Client, tenant: Tenant, boss: User, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(email="owner@example.com")
    schedule(client, boss, owner)
    due = made(tenant).next_at
    Membership.objects.filter(user=boss).delete()
    assert run(due) == 1 and mail.outbox[0].to == ["owner@example.com"]
    assert queue(due + DAY) == 1
    Membership.objects.filter(user=owner).delete()
    assert send(due + DAY) == 0
    assert run(due + 2 * DAY) == 0
    assert "No recipient has access any more." in page_of(client, LIST)


def test_a_schedule_pauses_when_its_maker_is_no_manager_and_goes_on_in_the_name_of_whoever_resumes_it(
    client: Client, tenant: Tenant, boss: User, manager: User, owner: User, client_of: ClientOf
) -> None:
    schedule(client, boss)
    due = made(tenant).next_at
    Membership.objects.filter(user=manager).update(role=Role.VIEWER)
    assert run(due) == 0 and made(tenant).is_paused
    others = client_of(owner)
    assert "manager is no longer a manager." in page_of(others, LIST)
    others.post(f"{LIST}{made(tenant).id}/resume/")
    assert made(tenant).maker == "owner" and not made(tenant).is_paused
    assert run(made(tenant).next_at) == 1
    assert "scheduled by owner." in str(mail.outbox[0].body)


def test_pausing_also_stops_what_waits_and_resuming_sends_nothing_late(
    client: Client, tenant: Tenant, boss: User
) -> None:
    schedule(client, boss)
    made_first = made(tenant)
    due, address = made_first.next_at, f"{LIST}{made_first.id}/"
    assert queue(due) == 1
    client.post(f"{address}pause/")
    assert send(due) == 0 and run(due + DAY) == 0
    assert "Paused" in page_of(client, LIST)
    client.post(f"{address}resume/")
    assert made(tenant).next_at > clock.now() and run(clock.now()) == 0


def test_a_deleted_schedule_sends_nothing_more(client: Client, tenant: Tenant, boss: User) -> None:
    schedule(client, boss)
    due, key = made(tenant).next_at, made(tenant).id
    assert queue(due) == 1
    client.post(f"{LIST}{key}/delete/")
    assert ScheduleStore(tenant).find_all() == []
    assert send(due) == 0 and run(due + DAY) == 0
    assert "Nothing was changed." in client.post(f"{LIST}{key}/delete/", follow=True).content.decode()
    assert set(AuditEntry.objects.filter(kind="schedule").values_list("action", flat=True)) == {"created", "deleted"}


def test_a_recipient_unsubscribes_by_the_link_and_only_by_a_post(
    client: Client, tenant: Tenant, boss: User, owner: User
) -> None:
    User.objects.filter(pk=owner.pk).update(email="owner@example.com")
    schedule(client, boss, owner)
    due = made(tenant).next_at
    assert run(due) == 2
    (sent,) = [each for each in mail.outbox if each.to == ["boss@example.com"]]
    link = urlsplit(sent.extra_headers["List-Unsubscribe"].strip("<>")).path
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in str(sent.body) and link in html_of(sent)
    anybody = Client(enforce_csrf_checks=True)
    assert "<button" in page_of(anybody, link) and len(made(tenant).to) == 2
    assert queue(due + DAY) == 2
    assert "You are unsubscribed" in anybody.post(link).content.decode()
    assert made(tenant).to == (str(owner.pk),)
    assert send(due + DAY) == 1 and mail.outbox[-1].to == ["owner@example.com"], "not even what waited"
    assert anybody.post(f"{link[:-1]}x/").status_code == 404


def test_schedules_are_of_one_tenant_and_for_managers(
    client: Client, tenant: Tenant, boss: User, stranger: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=stranger.pk).update(email="stranger@example.com")
    assert schedule(client, stranger).status_code == 422, "no member"
    schedule(client, boss)
    key = made(tenant).id
    for who, status in ((boss, 403), (stranger, 404)):
        others = client_of(who)
        assert others.get(LIST).status_code == others.get(NEW).status_code == status
        assert others.post(f"{LIST}{key}/delete/").status_code == status
    theirs = client_of(stranger)
    assert made(tenant).about not in page_of(theirs, "/t/globex/settings/schedules/")
    theirs.post(f"/t/globex/settings/schedules/{key}/delete/")
    assert made(tenant).id == key
    assert "Schedule…" not in page_of(client_of(boss), "/t/acme/share/dashboard/")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"every": "week", "weekday": "7"}, "Choose a day and an hour."),
        ({"every": "month", "day": "29"}, "Choose a day and an hour."),
        ({"hour": "x"}, "Choose a day and an hour."),
        ({"query": "period=custom&from=2026-03-02&to=2026-03-08"}, "this period has fixed dates"),
    ],
)
def test_what_cannot_be_scheduled_is_said_at_its_place(
    client: Client, tenant: Tenant, boss: User, values: dict[str, str], said: str
) -> None:
    answer = schedule(client, boss, **values)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert ScheduleStore(tenant).find_all() == []


def test_the_share_page_leads_to_the_form_with_its_period_and_the_list_says_how(client: Client, boss: User) -> None:
    assert "No schedules yet." in page_of(client, LIST)
    link = re.search(r'href="([^"]+)">Schedule…', page_of(client, "/t/acme/share/dashboard/?period=30d&source=email"))
    assert link is not None
    form = page_of(client, link[1].replace("&amp;", "&"))
    assert "source Email" in form and "boss@example.com" in form
