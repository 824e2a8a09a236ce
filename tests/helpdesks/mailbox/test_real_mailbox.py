"""Tickets from a real IMAP server: threads, replies, moved and removed mails, and everything that can go wrong."""

import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.net import outbound
from supportsaas.net.addresses import AllowedHosts
from tenants.models import Tenant
from tests.commands import run
from tests.helpdesks.mailbox.dovecot import PASSWORD, Dovecot, TestMailbox, connect, mail, reply, why_missing
from tests.real_servers import counts, ingest
from tickets.erasure.customers import erase_customer
from tickets.helpdesks import SourceError
from tickets.helpdesks.mailbox.connection import Mailbox
from tickets.helpdesks.model import Source
from tickets.ingestion.checking import check_source
from tickets.ingestion.connecting import remove_source, save_source
from tickets.ingestion.preview_records import preview_records
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.skipif(bool(why_missing()), reason=why_missing() or "-")

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot() as dovecot:
        yield dovecot


@pytest.fixture
def mailbox(server: Dovecot, request: pytest.FixtureRequest) -> TestMailbox:
    """Empty: each test has a user of its own."""
    return TestMailbox(server, f"{request.node.name.removeprefix('test_')[:40]}@shop.example")


@pytest.fixture
def source(tenant: Tenant, mailbox: TestMailbox) -> Source:
    return connect(tenant, mailbox)


def tickets(tenant: Tenant) -> dict[str, dict[str, Any]]:
    """By subject."""
    store = TicketStore(tenant)
    found = [store.find_ticket(id_) for id_ in store.iterate_live_ids()]
    return {each["subject"]: each for each in found if each}


def texts(tenant: Tenant, subject: str) -> list[str]:
    found = TicketStore(tenant).find_conversation(tickets(tenant)[subject]["external_id"])
    return [each.text for each in found.messages] if found else []


def test_a_thread_is_a_ticket_with_the_replies_from_the_sent_folder(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    mailbox.deliver(
        mail("1@c", "Hello,\nit has not come.\n", at=after(0), subject="Wo bleibt meine Bestellung? 📦"),
        mail("3@c", "Thank you!", at=after(5), subject="Re: Wo bleibt meine Bestellung? 📦", answers=["1@c", "2@s"]),
        mail("4@c", "I want a refund immediately", at=after(6), subject="Refund", sender="carl@other.example"),
    )
    mailbox.deliver(
        reply("2@s", "It is on its way.", at=after(2), answers=["1@c"]),
        reply("5@s", "You have it.", at=after(8), answers=["4@c"], subject="Re: Refund"),
        reply("6@s", "Buy more!", at=after(9), answers=[], subject="An offer that nobody answered"),
        folder=mailbox.sent,
    )

    assert counts(ingest(tenant)) == {"new_ingested": 2}
    found = tickets(tenant)
    assert set(found) == {"Wo bleibt meine Bestellung? 📦", "Refund"}
    order = found["Wo bleibt meine Bestellung? 📦"]
    fields = {
        "source": "email",
        "customer_id": "ann@customer.example",
        "customer_name": "Ann Müller",
        "message": "Hello,\nit has not come.",
        "latest_message": "Thank you!",
        "status": "open",
        "created_at": after(0),
        "updated_at": after(5),
        "first_reply_at": after(2),
        "replies": 2,
    }
    assert {name: order[name] for name in fields} == fields
    conversation = TicketStore(tenant).find_conversation(order["external_id"])
    assert conversation is not None
    assert [
        (each.author, each.at, each.text, each.is_customer, each.is_internal) for each in conversation.messages
    ] == [
        ("Ann Müller", after(0), "Hello,\nit has not come.", True, False),
        ("Bo at Shop", after(2), "It is on its way.", False, False),
        ("Ann Müller", after(5), "Thank you!", True, False),
    ]
    assert (found["Refund"]["status"], found["Refund"]["urgency"]) == ("answered", "high")
    assert "Seen" not in mailbox.flags(), "nothing is marked as read"

    assert set(counts(ingest(tenant))) <= {"unchanged"}


def test_only_new_mails_are_requested_and_join_what_is_stored(
    tenant: Tenant, source: Source, mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.deliver(*(mail(f"{n}@c", f"Question {n}", at=after(n), subject=f"Thread {n}") for n in range(5)))
    ingest(tenant)
    requested = note_requests(monkeypatch)
    ingest(tenant)
    assert requested == []
    mailbox.deliver(reply("a@s", "An answer", at=after(10), answers=["2@c"]), folder=mailbox.sent)
    mailbox.deliver(
        mail("b@c", "Not good at all", at=after(11), answers=["2@c", "a@s"]),
        mail("c@c", "Another question", at=after(12), subject="Thread 1"),
    )
    assert counts(ingest(tenant)) | {"unchanged": 0} == {"new_ingested": 1, "updated": 1, "unchanged": 0}
    assert len(requested) == 3, "each mail is requested once"
    assert texts(tenant, "Thread 2") == ["Question 2", "An answer", "Not good at all"]
    assert len(tickets(tenant)) == 5, "equal subjects of two threads are two tickets"
    assert TicketStore(tenant).count_live() == 6

    ingest(tenant, full=True)
    assert len(requested) == 3, "a full sync lists every thread and requests no mail twice"
    assert texts(tenant, "Thread 2") == ["Question 2", "An answer", "Not good at all"]


def note_requests(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The UIDs of all mails whose text is requested."""
    requested: list[int] = []
    request = Mailbox.mails

    def noting(self: Mailbox, name: str, uids: Any) -> Any:
        requested.extend(uids)
        return request(self, name, uids)

    monkeypatch.setattr(Mailbox, "mails", noting)
    return requested


def test_mails_that_are_moved_or_deleted_stay_in_their_ticket(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    mailbox.deliver(
        mail("1@c", "First", at=after(0), subject="Archived"), mail("2@c", "Only", at=after(1), subject="Deleted")
    )
    ingest(tenant)
    mailbox.move(["SUBJECT", "Archived"], to=mailbox.archive)
    mailbox.delete(["SUBJECT", "Deleted"])
    mailbox.deliver(
        mail("3@c", "Second", at=after(2), subject="Re: Archived", answers=["1@c"]),
        mail("4@c", "Once more", at=after(3), subject="Re: Deleted", answers=["2@c"]),
    )
    assert counts(ingest(tenant)) == {"updated": 2}
    assert texts(tenant, "Archived") == ["First", "Second"]
    assert texts(tenant, "Deleted") == ["Only", "Once more"]
    assert tickets(tenant)["Deleted"]["message"] == "Only"
    assert "deleted" not in counts(ingest(tenant, full=True))


def test_a_folder_that_is_numbered_anew_is_read_again_without_doubles(
    tenant: Tenant, mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(tenant, mailbox, folders=r"INBOX, Kunden/Köln, \Sent".replace("/", "."))
    with mailbox.server.client(mailbox.user) as client:
        client.create("Kunden.K&APY-ln")
    mailbox.deliver(
        *(mail(f"{n}@c", f"Text {n}", at=after(n), subject=f"Thread {n}") for n in range(4)), folder="Kunden.K&APY-ln"
    )
    assert counts(ingest(tenant)) == {"new_ingested": 4}
    requested = note_requests(monkeypatch)
    before = tickets(tenant)
    mailbox.number_anew("Kunden.K&APY-ln")
    mailbox.deliver(mail("9@c", "Text 9", at=after(9), answers=["3@c"]), folder="Kunden.K&APY-ln")

    assert counts(ingest(tenant)) | {"unchanged": 0} == {"updated": 1, "unchanged": 0}
    assert set(tickets(tenant)) == set(before)
    assert texts(tenant, "Thread 3") == ["Text 3", "Text 9"]
    assert requested == [5], "at its new number"


def test_automatic_mails_are_notes_in_a_ticket_and_no_ticket_alone(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    bot = "Shop <form@shop.example>"
    mailbox.deliver(
        mail("1@c", "Broken", at=after(0), subject="Broken"),
        mail("2@c", "I am on holiday", at=after(3), answers=["1@c", "s@s"], Auto_Submitted="auto-replied"),
        mail("3@c", "50% off", at=after(4), subject="Newsletter", Precedence="bulk", List_Id="<news.other.example>"),
        mail("4@c", "By the group", at=after(5), subject="Group", Precedence="list", List_Id="<help.shop.example>"),
        mail("5@c", "By the form", at=after(6), subject="Form", sender=bot, Reply_To="Eve <eve@else.example>"),
        mail("6@c", "Undeliverable", at=after(7), subject="Failure", sender="MAILER-DAEMON@mx.example"),
    )
    mailbox.deliver(reply("s@s", "Sent again", at=after(2), answers=["1@c"]), folder=mailbox.sent)
    ingest(tenant)
    found = tickets(tenant)
    assert set(found) == {"Broken", "Group", "Form"}
    assert (found["Form"]["customer_id"], found["Form"]["customer_name"]) == ("eve@else.example", "Eve")
    assert found["Broken"]["status"] == "answered", "an out-of-office reply is nobody's answer"
    assert not found["Broken"].get("latest_message")
    conversation = TicketStore(tenant).find_conversation(found["Broken"]["external_id"])
    assert conversation is not None
    assert [each.is_internal for each in conversation.messages] == [False, False, True]


def test_what_the_team_wrote_first_counts_once_the_customer_answers(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    mailbox.deliver(reply("1@s", "Your invoice", at=after(0), answers=[], subject="Invoice 7"), folder=mailbox.sent)
    assert counts(ingest(tenant)) == {}
    mailbox.deliver(mail("2@c", "It is wrong", at=after(4), subject="Re: Invoice 7", answers=["1@s"]))
    assert counts(ingest(tenant)) == {"new_ingested": 1}
    ticket = tickets(tenant)["Invoice 7"]
    assert (ticket["message"], ticket["created_at"], ticket["status"]) == ("It is wrong", after(4), "open")
    assert "first_reply_at" not in ticket
    assert texts(tenant, "Invoice 7") == ["Your invoice", "It is wrong"]


def test_huge_and_malformed_mails_hold_up_no_other(tenant: Tenant, source: Source, mailbox: TestMailbox) -> None:
    big = mail("big@c", "See the file", at=after(1), subject="Big")
    big.add_attachment(os.urandom(6_000_000), maintype="application", subtype="octet-stream", filename="log.bin")
    parts = b"".join(b"--b\r\nContent-Type: text/plain\r\n\r\npart\r\n" for _ in range(10_000))
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3_000))
    head = b"From: Ann <ann@customer.example>\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n"
    mailbox.deliver(
        big,
        head + b"Message-ID: <p@c>\r\nSubject: Parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + parts,
        head + b"Message-ID: <d@c>\r\nSubject: Deep\r\n" + deep,
        head + b"Message-ID: <h@c>\r\nSubject: Heads\r\n" + b"X-Bomb: 1\r\n" * 200_000 + b"\r\nafter the bomb",
        head + b"Message-ID: <n@c>\r\nSubject: =?utf-8?q?N=00ul?= =?x-nothing?b?w6Q=?=\r\n\r\na\xe9b\x80 caf\xe9",
        b"\r\n\r\n",
        b"no header at all",
        head + b"Message-ID: <q@c>\r\nSubject: Long" + b" word" * 100_000 + b"\r\n\r\nfine",
        mail("ok@c", "Good", at=after(2), subject="Good"),
    )
    assert ingest(tenant).status == "completed"
    found = tickets(tenant)
    assert found["Big"]["message"] == "See the file"
    assert found["Parts"]["message"].startswith("part\n\npart")
    assert found["Deep"]["message"] == ""
    assert found["Heads"]["customer_id"] == "ann@customer.example"
    assert found["Nulä"]["message"] == "aéb€ café"
    assert found["Good"]["message"] == "Good"
    assert len(next(each for subject, each in found.items() if subject.startswith("Long"))["subject"]) <= 1_000


def test_a_connection_is_checked_and_previewed_without_storing_anything(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    mailbox.deliver(mail("1@c", "Where is it?", at=after(0)), mail("2@c", "And now?", at=after(1), answers=["1@c"]))
    checked = check_source(source)
    assert checked.sentence == (
        f"Connected to 127.0.0.1:{mailbox.server.port}. It reads INBOX (2 mails), Gesendete Objekte (0 mails), "
        "Archiv (0 mails)."
    )
    preview = preview_records(source)
    assert [(each.subject, each.customer, each.status) for each in preview.tickets] == [
        ("Where is my order?", "Ann Müller", "open")
    ]
    assert mongo.collection("mailbox_mails").count_documents({}) == 0


def test_what_the_server_refuses_is_said_in_its_own_words(tenant: Tenant, source: Source, mailbox: TestMailbox) -> None:
    source.set_secret("wrong")
    with pytest.raises(SourceError) as refused:
        check_source(source)
    assert refused.value.code == "refused_login"
    assert "rejected the user name or password: “Authentication failed”. Check both." in str(refused.value)

    source.set_secret(PASSWORD)
    source.options |= {"folders": "INBOX, Support"}
    with pytest.raises(SourceError, match=r"has no folder “Support”. Its folders: .*Archiv"):
        check_source(source)


def test_tls_is_used_and_a_certificate_that_nobody_vouches_for_is_refused(
    tenant: Tenant, source: Source, mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.deliver(mail("1@c", "Hello", at=after(0)))
    source.options |= {"encryption": "required"}
    for url in (mailbox.server.tls_url, mailbox.server.url):
        source.url = url
        with pytest.raises(SourceError, match=r"certificate of the mail server .* is not trusted: self-signed"):
            check_source(source)
    trusting = ssl.create_default_context(cafile=mailbox.server.certificate)
    monkeypatch.setattr(outbound, "tls_context", lambda: trusting)
    for url in (mailbox.server.tls_url, mailbox.server.url):
        source.url = url
        assert check_source(source).is_usable


def test_a_mail_server_in_the_own_network_is_not_connected_to(tenant: Tenant, source: Source, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = AllowedHosts.parse([])
    with pytest.raises(SourceError, match=r"This URL is not allowed: 127.0.0.1 leads to this machine") as refused:
        check_source(source)
    assert refused.value.code == "refused_address"


def test_a_removed_connection_leaves_nothing_behind_but_its_tickets(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    mailbox.deliver(mail("1@c", "Hello", at=after(0)))
    ingest(tenant)
    remove_source(source)
    assert mongo.collection("mailbox_mails").count_documents({}) == 0
    assert mongo.collection("mailboxes").count_documents({}) == 0
    connect(tenant, mailbox)
    assert counts(ingest(tenant)) == {"unchanged": 1}


def test_a_first_sync_can_leave_older_mails_out(tenant: Tenant, mailbox: TestMailbox) -> None:
    connect(tenant, mailbox, first_since="2026-03-01T00:00:00Z")
    mailbox.deliver(mail("1@c", "Old", at=after(-100), subject="Old"), at=after(-100))
    mailbox.deliver(mail("2@c", "New", at=after(0), subject="New"), at=after(0))
    ingest(tenant)
    assert set(tickets(tenant)) == {"New"}


def test_an_erased_customer_is_forgotten_and_may_write_again(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    mailbox.deliver(
        mail("1@c", "Hello", at=after(0), subject="Erased"), mail("2@c", "Hi", at=after(1), sender="eve@x.example")
    )
    ingest(tenant)
    erase_customer(tenant, "ann@customer.example")
    assert "ann" not in str(mongo.collection("mailbox_mails").find().to_list()).lower()
    assert set(tickets(tenant)) == {"Where is my order?"}
    ingest(tenant, full=True)
    assert set(tickets(tenant)) == {"Where is my order?"}

    later = clock.now() + timedelta(hours=1)
    mailbox.deliver(mail("3@c", "Me again", at=later, subject="Re: Erased", answers=["1@c"]), at=later)
    ingest(tenant)
    assert {each["message"] for each in tickets(tenant).values()} == {"Hi", "Me again"}


def test_mails_past_the_retention_period_are_forgotten(tenant: Tenant, source: Source, mailbox: TestMailbox) -> None:
    tenant.retention_days = 30
    tenant.save()
    now = clock.now()
    mailbox.deliver(
        mail("1@c", "Old", at=now - timedelta(days=40), subject="Old"),
        mail("2@c", "New", at=now - timedelta(days=1), subject="New"),
    )
    ingest(tenant)
    assert set(tickets(tenant)) == {"New"}
    assert [each.get("subject") for each in mongo.collection("mailbox_mails").find().sort("uid")] == [None, "New"]


def test_a_mailbox_is_connected_checked_and_previewed_from_the_command_line(
    tenant: Tenant, mailbox: TestMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILBOX_PASSWORD", PASSWORD)
    mailbox.deliver(mail("1@c", "Where is it?", at=after(0)), reply("2@s", "There.", at=after(1), answers=["1@c"]))
    add = [
        "source",
        "add",
        "acme",
        "--kind",
        "imap",
        "--auth-name",
        mailbox.user,
        "--secret-from",
        "env:MAILBOX_PASSWORD",
    ]
    add += ["--option", "team=shop.example", "--option", "encryption=none", "--url"]

    status, _, problem = run(*add, "https://127.0.0.1")
    assert (status, problem) == (
        1,
        "url: Enter the mail server as imaps://imap.example.com, or with imap:// for STARTTLS.",
    )
    assert run(*add, mailbox.server.url)[0] == 0
    status, said, _ = run("source", "check", "acme")
    assert status == 0
    assert "It reads INBOX (2 mails)" in said
    assert "“answered”" in said, "the status that is to be mapped"
    status, said, _ = run("source", "preview", "acme")
    assert status == 0
    assert "Where is my order?" in said
    assert '"by": "team"' in said
    status, said, _ = run("ingest", "--tenant", "acme", "--dry-run")
    assert status == 0
    assert "1 new" in said
    assert mongo.collection("mailbox_mails").count_documents({}) == 0


def test_two_mailboxes_of_one_server_are_two_connections(tenant: Tenant, source: Source, mailbox: TestMailbox) -> None:
    mailbox.deliver(mail("1@c", "To sales", at=after(0), subject="Sales"))
    ingest(tenant)
    remove_source(source)
    other = TestMailbox(mailbox.server, f"other-{mailbox.user}")
    other.deliver(mail("2@c", "To support", at=after(0), subject="Support"))
    second = connect(tenant, other)
    assert second.name == "imap-2"
    assert counts(ingest(tenant)) == {"new_ingested": 1}
    assert tickets(tenant)["Support"]["external_id"].startswith("imap-2:")


def test_a_ticket_keeps_its_text_when_its_messages_have_expired(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    mailbox.deliver(mail("1@c", "Where is it?", at=after(0)))
    ingest(tenant)
    mongo.collection("conversations").delete_many({})  # as CONVERSATION_DAYS has it
    mailbox.deliver(mail("2@c", "I am angry now", at=after(1), answers=["1@c"]))
    ingest(tenant)
    ticket = tickets(tenant)["Where is my order?"]
    assert (ticket["message"], ticket["latest_message"]) == ("Where is it?", "I am angry now")
    assert texts(tenant, "Where is my order?") == ["I am angry now"]


def test_a_new_address_of_the_team_has_its_mails_read_as_replies(
    tenant: Tenant, source: Source, mailbox: TestMailbox
) -> None:
    mailbox.deliver(
        mail("1@c", "Where is it?", at=after(0)),
        mail("2@p", "There.", at=after(1), sender="Partner <help@partner.example>", answers=["1@c"]),
    )
    ingest(tenant)
    assert tickets(tenant)["Where is my order?"]["status"] == "open"
    source.options |= {"team": "shop.example, help@partner.example"}
    save_source(source, is_read_differently=True)
    assert counts(ingest(tenant)) == {"updated": 1}
    ticket = tickets(tenant)["Where is my order?"]
    assert (ticket["status"], ticket["first_reply_at"]) == ("answered", after(1))
