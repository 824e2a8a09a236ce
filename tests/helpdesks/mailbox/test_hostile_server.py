"""An IMAP server that lies, stalls or floods: the run ends with a sentence, in time and within its memory."""

import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from supportsaas.reliability.rate_limiter import RateLimiter
from tickets.helpdesks import SourceError
from tickets.helpdesks.mailbox import wire
from tickets.helpdesks.mailbox.connection import Mailbox, MailboxAddress

pytestmark = pytest.mark.usefixtures("db")

FINE: Mapping[str, bytes] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
    "LIST": b'* LIST () "." INBOX\r\n',
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 5] fine\r\n",
}


@contextmanager
def scripted(
    answers: Mapping[str, bytes | Callable[[Any], None]], greeting: bytes = b"* OK ready\r\n"
) -> Iterator[int]:
    """A server on loopback that answers each command as told, then with OK; its port."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(greeting)
            for line in self.rfile:
                tag, name, *rest = line.decode().split()
                answer = answers.get(rest[0] if name == "UID" else name, FINE.get(name, b""))
                try:
                    if callable(answer):
                        answer(self.wfile)
                    elif answer.startswith(b"!"):
                        self.wfile.write(tag.encode() + b" " + answer[1:])
                        continue
                    else:
                        self.wfile.write(answer)
                    self.wfile.write(tag.encode() + b" OK done\r\n")
                except OSError:
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def open_mailbox(port: int) -> Mailbox:
    address = MailboxAddress(url=f"imap://127.0.0.1:{port}", user="ann", password="s3cret-word", is_plain=True)
    return Mailbox(address, tenant_id="acme", limiter=RateLimiter("-", limit=0), wait=lambda _seconds, _why: None)


def why(port: int, ask: Callable[[Mailbox], Any]) -> tuple[str, str]:
    """The code and the sentence of the error."""
    mailbox = open_mailbox(port)
    with pytest.raises(SourceError) as error:
        ask(mailbox)
    mailbox.close()
    assert "s3cret" not in str(error.value)
    return error.value.code, str(error.value)


def flood(stream: Any) -> None:
    while True:
        stream.write(b"* LIST () NIL " + b"x" * 1_000 + b"\r\n")


def endless_line(stream: Any) -> None:
    stream.write(b"* LIST ")
    while True:
        stream.write(b"x" * 65_536)


def drip(stream: Any) -> None:
    pause = threading.Event()
    while not pause.wait(0.05):
        stream.write(b"x")


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 BODY[] {4000000000}\r\n",
        b"* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\n",
        flood,
        endless_line,
    ],
    ids=["a literal of 4 GB", "a literal beyond all numbers", "endless lines", "an endless line"],
)
def test_a_server_that_sends_without_end_is_cut_off(
    answer: bytes | Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER_BYTES", 2_000_000)
    monkeypatch.setattr(wire, "LONGEST_LINE_BYTES", 1_000_000)
    with scripted({"LIST": answer}) as port:
        code, sentence = why(port, Mailbox.folders)
    assert (code, sentence) == ("too_large", f"The mail server at 127.0.0.1:{port} sent more than it was asked for.")


def test_a_server_that_drips_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WHOLE_ANSWER_SECONDS", 0.3)
    with scripted({"LIST": drip}) as port:
        assert why(port, Mailbox.folders) == (
            "timeout",
            f"The mail server at 127.0.0.1:{port} did not respond in time.",
        )


@pytest.mark.parametrize(
    ("greeting", "answers", "code", "part"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", {}, "unreachable", "closed the connection"),
        (b"* BYE too many connections\r\n", {}, "unexpected_answer", "does not answer like a mail server"),
        (b"* OK ready\r\n", {"LOGIN": b"!NO [UNAVAILABLE] try later\r\n"}, "server_error", "refuses sign-ins for now"),
        (b"* OK ready\r\n", {"LOGIN": b"!NO s3cret-word is wrong\r\n"}, "refused_login", "“… is wrong”"),
        (b"* OK ready\r\n", {"CAPABILITY": b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n"}, "misconfigured", "no sign-in"),
        (b"* OK ready\r\n", {"LIST": b"!NO no right\r\n"}, "misconfigured", "did not list its folders: “no right”"),
        (b"* OK ready\r\n", {"LIST": b"!BAD what?\r\n"}, "unexpected_answer", "what?"),
    ],
)
def test_what_an_odd_server_says_is_quoted(greeting: bytes, answers: Mapping[str, bytes], code: str, part: str) -> None:
    with scripted(answers, greeting) as port:
        found = why(port, Mailbox.folders)
    assert found[0] == code
    assert part in found[1]


def test_without_encryption_no_password_is_sent() -> None:
    sent: list[str] = []
    with scripted({"LOGIN": lambda _stream: sent.append("password")}) as port:
        mailbox = Mailbox(
            MailboxAddress(url=f"imap://127.0.0.1:{port}", user="ann", password="s3cret-word"),
            tenant_id="acme",
            limiter=RateLimiter("-", limit=0),
            wait=lambda _seconds, _why: None,
        )
        with pytest.raises(SourceError, match=r"offers no encryption .* so the password was not sent"):
            mailbox.folders()
    assert sent == []


def test_mails_that_were_not_requested_are_passed_over() -> None:
    lies = b"* 1 FETCH (UID 99 BODY[] {3}\r\nabc)\r\n* 2 FETCH (UID 1 BODY[] {2}\r\nok)\r\n* 3 EXPUNGE\r\n"
    with scripted({"FETCH": lies, "SEARCH": b"* SEARCH 1 7 4294967296\r\n"}) as port:
        mailbox = open_mailbox(port)
        assert mailbox.open_folder("INBOX").validity == 5
        assert mailbox.find("INBOX", first_uid=2, since=None) == [7]
        assert [(each.uid, each.body) for each in mailbox.mails("INBOX", [1, 2])] == [(1, b"ok")]
        mailbox.close()


def test_a_lost_connection_is_opened_again_in_the_same_folder() -> None:
    times: list[int] = []

    def hang_up_once(stream: Any) -> None:
        times.append(1)
        if len(times) == 1:
            raise OSError
        stream.write(b"* 1 FETCH (UID 1 BODY[] {2}\r\nok)\r\n")

    with scripted({"FETCH": hang_up_once}) as port:
        mailbox = open_mailbox(port)
        mailbox.open_folder("INBOX")
        assert [each.body for each in mailbox.mails("INBOX", [1])] == [b"ok"]
        mailbox.close()
    assert len(times) == 2
