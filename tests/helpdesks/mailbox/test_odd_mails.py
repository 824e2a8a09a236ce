"""Mails as they really come: wrong charsets, broken headers, parts within parts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.helpdesks.mailbox.answers import read_fetched, read_folders, read_uids
from tickets.helpdesks.mailbox.folder_names import decode_name, encode_name, quoted
from tickets.helpdesks.mailbox.folders import NoSuchFolder, choose_folders
from tickets.helpdesks.mailbox.mail_headers import MailHeaders, Person, read_headers
from tickets.helpdesks.mailbox.mail_row import MailRow
from tickets.helpdesks.mailbox.mail_text import mail_text
from tickets.helpdesks.mailbox.team import Team
from tickets.helpdesks.mailbox.threads import assign_threads, record_of, worth_reading

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def headers(raw: str | bytes) -> MailHeaders:
    data = raw.encode() if isinstance(raw, str) else raw
    return read_headers(data.replace(b"\n", b"\r\n") + b"\r\n\r\n", received_at=NOW)


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        (b"Plain", "Plain"),
        (b"=?utf-8?b?V2llIGdlaHQncz8g8J+ZgQ==?=", "Wie geht's? 🙁"),
        (b"=?iso-8859-1?q?M=FCller?= =?iso-8859-1?q?_und_S=F6hne?=", "Müller und Söhne"),
        (b"=?utf-8?q?=E2=82?=\n =?utf-8?q?=AC?= 5", "€ 5"),
        (b"=?no-such-charset?q?caf=C3=A9?=", "café"),
        (b"=?utf-8?b?abcde?=", "=?utf-8?b?abcde?="),
        ("Größe".encode(), "Größe"),
        ("Größe".encode("latin-1"), "Größe"),
        (b"Two\n\tlines", "Two lines"),
    ],
)
def test_a_subject_is_decoded_whatever_it_is_written_in(subject: bytes, read: str) -> None:
    assert headers(b"Subject: " + subject).subject == read


@pytest.mark.parametrize(
    ("value", "person"),
    [
        ("Ann <Ann@Example.com>", Person("Ann", "ann@example.com")),
        ('"Müller, Ann" <ann@example.com>', Person("Müller, Ann", "ann@example.com")),
        ("=?utf-8?q?M=C3=BCller?= <ann@example.com>", Person("Müller", "ann@example.com")),
        ("ann@example.com (Ann)", Person("Ann", "ann@example.com")),
        ("Ann", Person("", "")),
        ("<<ann@example.com>", Person("", "ann@example.com")),
        ("", Person("", "")),
        ("<" + "a" * 500 + "@example.com>", Person("", "")),
    ],
)
def test_the_sender_is_read_or_unknown(value: str, person: Person) -> None:
    assert headers(f"From: {value}").author == person


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Mon, 02 Mar 2026 10:00:00 +0200", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 10:00:00", datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 10:00:00 +0000", NOW),  # later than the server received it
        ("Thu, 01 Jan 1970 00:00:00 +0000", NOW),
        ("yesterday", NOW),
        ("Mon, 99 Foo 99999 99:99:99 +9999", NOW),
    ],
)
def test_a_date_counts_unless_the_server_knows_better(date: str, at: datetime) -> None:
    assert headers(f"Date: {date}").at == at


def test_copies_are_one_mail_and_equal_ids_of_two_mails_are_not() -> None:
    first = headers("Message-ID: <1@x>\nFrom: a@x\nDate: Mon, 02 Mar 2026 10:00:00 +0000\nSubject: a")
    copy = headers(
        "Received: by y\nMessage-Id: <1@x>\nFrom: A <A@x>\nDate: Mon, 02 Mar 2026 10:00:00 +0000\nSubject: [list] a"
    )
    other = headers("Message-ID: <1@x>\nFrom: b@x\nDate: Mon, 02 Mar 2026 10:00:00 +0000\nSubject: a")
    assert first.identity == copy.identity
    assert first.identity != other.identity
    assert first.id == other.id


@pytest.mark.parametrize(
    ("raw", "automatic"),
    [
        ("From: a@x", ""),
        ("Auto-Submitted: no", ""),
        ("Auto-Submitted: auto-replied; owner-email=x", "reply"),
        ("X-Autoreply: yes", "reply"),
        ("Precedence: bulk", "list"),
        ("List-Id: News <news.x>", "list"),
        ("Return-Path: <>", "bounce"),
        ("From: Mail <MAILER-DAEMON@x>", "bounce"),
        ("Content-Type: multipart/report; report-type=delivery-status", "bounce"),
    ],
)
def test_a_program_is_told_from_a_person(raw: str, automatic: str) -> None:
    assert headers(raw).automatic == automatic


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Subject: x\n\nHello\n\n-- \nAnn", "Hello\n\n-- \nAnn"),
        (b"Content-Type: text/plain; charset=us-ascii\n\ncaf\xc3\xa9", "café"),
        (b"Content-Type: text/plain; charset=utf-8\n\ncaf\xe9 \x80", "café €"),
        (b"Content-Type: text/plain; charset=unknown-8bit\n\ncaf\xe9", "café"),
        (b"Content-Type: text/plain; charset=idna\n\ncafe", "cafe"),
        (b"Content-Type: text/plain; charset=base64\n\ncafe", "cafe"),
        (b"Content-Type: text/plain; charset=shift_jis\n\n\x82\xb1\x82\xf1", "こん"),
        (b"Content-Type: text/html\n\n<p>Hi &amp; <b>hello</b></p><p>You</p>", "Hi & hello\nYou"),
        (
            b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8gdGhlcmUsIHlvdSBh",
            "Hello there, you a",
        ),
        (b"Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\ncaf=C3=A9=\n s", "café s"),
        (b"Content-Type: application/pdf\n\n%PDF", ""),
        (b"Content-Type: multipart/mixed\n\nno boundary", "no boundary"),
        (b"Content-Type: nonsense\n\nstill text", "still text"),
        (b"", ""),
    ],
)
def test_the_text_of_one_part_is_read(raw: bytes, text: str) -> None:
    assert mail_text(raw.replace(b"\n", b"\r\n")) == text


def of_parts(kind: str, *parts: str, boundary: str = "b") -> str:
    return f"Content-Type: multipart/{kind}; boundary={boundary}\n\n" + "".join(
        f"--{boundary}\n{each}\n" for each in parts
    )


PLAIN = "Content-Type: text/plain\n\nplain"
HTML = "Content-Type: text/html\n\n<p>html</p>"
EMPTY = "Content-Type: text/plain\n\n "
FILE = "Content-Type: text/plain\nContent-Disposition: attachment; filename=log.txt\n\nERROR 7"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (of_parts("alternative", PLAIN, HTML), "plain"),
        (of_parts("alternative", HTML, PLAIN), "plain"),
        (of_parts("alternative", EMPTY, HTML), "html"),
        (of_parts("mixed", of_parts("alternative", PLAIN, HTML, boundary="c") + "--c--", FILE), "plain"),
        (of_parts("mixed", PLAIN, "Content-Type: image/png\n\nx", "Content-Type: text/plain\n\nmore"), "plain\n\nmore"),
        (of_parts("related", HTML, "Content-Type: text/plain\n\nstyle"), "html"),
        (of_parts("mixed", PLAIN, "Content-Type: message/rfc822\n\nSubject: inner\n\ninner"), "plain"),
        (of_parts("mixed", FILE), ""),
    ],
)
def test_of_several_parts_the_plain_text_counts_and_no_attachment(raw: str, text: str) -> None:
    assert mail_text(raw.encode().replace(b"\n", b"\r\n")) == text


@pytest.mark.parametrize("levels", [10, 500, 4_000])
def test_parts_within_parts_end_somewhere(levels: int) -> None:
    raw = "".join(of_parts("mixed", "", boundary=f"b{n}").rstrip("\n") + "\n" for n in range(levels)) + PLAIN
    assert mail_text(raw.encode()) == ("plain" if levels <= 10 else "")


@given(st.binary(max_size=400))
def test_no_mail_is_too_broken_to_be_looked_at(noise: bytes) -> None:
    for raw in (noise, b"From: " + noise, b"Content-Type: multipart/mixed; boundary=" + noise, b"Date: " + noise):
        read = read_headers(raw, received_at=NOW)
        assert read.at <= NOW
        assert isinstance(mail_text(raw), str)


def row(id_: str, *answers: str, sender: str = "ann@x", at: int = 0) -> MailRow:
    """The mail with that id, in answer to others: the first one of the thread first."""
    references = " ".join(f"<{each}@x>" for each in answers)
    read = headers(
        f"Message-ID: <{id_}@x>\nFrom: {sender}\nReferences: {references}\nDate: Mon, 02 Mar 2026 10:{at:02}:00 +0000\n"
        "Subject: Invoice"
    )
    return MailRow.found(read, folder="f", uid=at + 1)


def threads(rows: Sequence[MailRow]) -> list[set[int]]:
    """Which places in the list belong together."""
    found: dict[str, set[int]] = {}
    for place, each in enumerate(assign_threads(rows, {})):
        found.setdefault(each.thread, set()).add(place)
    return list(found.values())


def test_mails_belong_together_by_what_they_answer_and_never_by_their_subject() -> None:
    assert threads([row("1"), row("2", "1"), row("3", "1", "2")]) == [{0, 1, 2}]
    assert threads([row("1"), row("2")]) == [{0}, {1}], "both are called Invoice"
    assert threads([row("2", "1"), row("3", "1")]) == [{0, 1}], "the first mail of the thread is gone"
    assert threads([row("1"), row("3", "2"), row("4", "2", "1")]) == [{0, 2}, {1}]
    assert threads([row("1"), row("1", sender="eve@y")]) == [{0}, {1}], "two mails with one id by mistake"


def test_a_thread_keeps_its_ticket_when_its_first_mail_was_seen_before() -> None:
    first, *_ = assign_threads([row("1")], {})
    again, *_ = assign_threads([row("2", "1")], {first.id: (first.identity, first.thread)})
    assert again.thread == first.thread
    after_erasure, *_ = assign_threads([row("2", "1")], {first.id: (first.identity, "")})
    assert after_erasure.thread not in ("", first.thread)


def test_addresses_and_domains_of_the_team_are_told_from_customers() -> None:
    team = Team.parse("Support@Shop.example, @desk.example")
    assert [team.has(each) for each in ("support@shop.example", "bo@desk.example", "bo@mail.desk.example")] == [
        True
    ] * 3
    assert [team.has(each) for each in ("ann@shop.example", "bo@notdesk.example", "")] == [False] * 3


def test_the_status_follows_who_wrote_last() -> None:
    team = Team.parse("shop.example")
    question, answer = row("1"), row("2", "1", sender="bo@shop.example", at=1)
    records = [record_of("t", rows, {}, team=team) for rows in ([question], [question, answer], [answer])]
    assert [each and each["status"] for each in records] == ["open", "answered", None]


def test_of_a_thread_without_end_the_newest_mails_and_the_customers_first_are_read() -> None:
    team = Team.parse("shop.example")
    first = row("0")
    rows = [
        row("a", sender="bo@shop.example"),
        first,
        *(row(f"{n}", "0", sender="bo@shop.example") for n in range(1, 900)),
    ]
    kept = worth_reading(rows, team=team)
    assert kept == [first, *rows[-499:]]
    assert worth_reading(rows[:10], team=team) == rows[:10]


def test_answers_of_servers_are_read() -> None:
    listed = [
        b'(\\HasNoChildren \\Sent) "/" "Gesendete &ANw-bersicht"',
        (b'(\\X) "." {5}', b"INBOX"),
        b"junk",
        None,
        b'() NIL a"b',
    ]
    assert [(each.name, "\\sent" in each.uses) for each in read_folders(listed)] == [
        ("Gesendete Übersicht", True),
        ("INBOX", False),
        ('a"b', False),
    ]
    assert read_uids([b"3 1 2 2", None, b"x 99999999999 0"]) == [1, 2, 3]
    fetched = read_fetched(
        [
            (b'1 (UID 7 INTERNALDATE " 2-Mar-2026 11:00:00 +0100" BODY[HEADER]<0> {3}', b"a)\n"),
            b")",
            (b"2 (BODY[] {9}", b" UID 666)"),
            b" UID 8)",
            b'3 (UID 9 BODY[]<0> "say \\"UID 5)\\"")',
            b"4 (FLAGS (\\Seen) UID 10)",
            b'5 (UID 11 BODY[] NIL INTERNALDATE "odd")',
        ]
    )
    assert [(each.uid, each.body) for each in fetched] == [
        (7, b"a)\n"),
        (8, b" UID 666)"),
        (9, b'say "UID 5)"'),
        (11, None),
    ]
    assert fetched[0].received_at == NOW - timedelta(hours=2)


@given(st.text(max_size=30))
def test_every_name_of_a_folder_survives(name: str) -> None:
    name = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert decode_name(encode_name(name)) == name
    assert encode_name(name).isascii()
    assert "\n" not in quoted(name)
    assert "\r" not in quoted(name)


def test_folders_are_found_by_name_and_by_use() -> None:
    listed = read_folders([b'() "." INBOX', b'() "." "INBOX.Sent Items"', b'(\\Archive) "." Alt', b'() "." Kunden'])
    assert [each.name for each in choose_folders(r"inbox, \Sent, \Archive, \Junk", listed)] == [
        "INBOX",
        "INBOX.Sent Items",
        "Alt",
    ]
    assert [each.name for each in choose_folders("Kunden, Kunden", listed)] == ["Kunden"]
    with pytest.raises(NoSuchFolder, match=r"no folder “Fehlt”. Its folders: INBOX, INBOX.Sent Items, Alt, Kunden"):
        choose_folders("Fehlt", listed)
    with pytest.raises(NoSuchFolder, match="none of the folders"):
        choose_folders(r"\Junk", listed)
