"""Every sender against a real server: requests, responses, and safety against untrusted text."""

import base64
import hashlib
import hmac
import json
import logging
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core import mail

from tenants.models import Tenant
from tests.endpoint import Received, ScriptedEndpoint
from tests.faults.raw_server import RawServer, reset
from tests.loopback_server import Answer
from tests.mails import html_of
from tests.smtp_server import SmtpServer
from tickets.alerts.acknowledge_links import read_acknowledge_token
from tickets.alerts.kinds import DeliveryError, open_sender
from tickets.alerts.kinds.base import Response
from tickets.alerts.kinds.email import compose
from tickets.alerts.kinds.slack import blocks_of
from tickets.alerts.kinds.webhook import WebhookSender, payload_of
from tickets.alerts.links import acknowledge_url
from tickets.alerts.messages import Message, TicketFacts
from tickets.alerts.model import Channel, make_signing_secret
from tickets.demo.notify_endpoint import NotifyRules
from tickets.demo.server import DemoHelpdesk

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
OURS = settings.PUBLIC_URL
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"


def facts(**values: Any) -> TicketFacts:
    return TicketFacts(
        **{
            "ticket_id": "T-1",
            "subject": "Wrong invoice",
            "customer_id": "cust_1",
            "urgency": "high",
            "sentiment": "negative",
            "reason": "High urgency: legal threat (“lawsuit”, “immediately”)",
            "created_at": NOON - timedelta(hours=1),
            "text": "Your invoice is wrong.\nWe will file a lawsuit.",
            **values,
        }
    )


def message(*tickets: TicketFacts, **values: Any) -> Message:
    return Message(
        **{
            "key": "5f1c2e",
            "kind": "ticket",
            "tenant_id": "acme",
            "tenant_name": "Acme",
            "headline": "T-1 is urgent",
            "tickets": tickets or (facts(),),
            "at": NOON,
            **values,
        }
    )


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as running:
        yield running


def channel(kind: str, address: str, *, secret: str = "") -> Channel:
    made = Channel(tenant=Tenant(slug="acme", name="Acme"), kind=kind, name="On call", address=address)
    made.set_secret(secret)
    return made


def send(which: Channel, what: Message) -> Response:
    sender = open_sender(which)
    try:
        return sender.send(what)
    finally:
        sender.close()


def refused(which: Channel, what: Message | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(which, what or message())
    return caught.value


def webhook(url: str) -> Channel:
    return channel("webhook", url, secret=make_signing_secret())


class TestHouse:
    def test_the_demo_helpdesk_accepts_native_messages(self) -> None:
        with DemoHelpdesk(notify=NotifyRules(failures_per_ticket=0, shortest_delay=0, longest_delay=0)) as helpdesk:
            assert send(channel("house", helpdesk.url), message()).status == 200
            assert helpdesk.notifications == [
                {
                    "ticket_id": "T-1",
                    "tenant_id": "acme",
                    "urgency": "high",
                    "reason": "High urgency: legal threat (“lawsuit”, “immediately”)",
                }
            ]

    def test_a_failed_native_message_reports_the_response(self) -> None:
        with DemoHelpdesk(notify=NotifyRules(failures_per_ticket=2, shortest_delay=0, longest_delay=0)) as helpdesk:
            error = refused(channel("house", helpdesk.url))
        assert (error.status, error.endpoint_is_healthy) == (500, False)
        assert "internal error (status 500)" in str(error) and "attempt 1 failed" in error.excerpt

    def test_a_closed_endpoint_says_how_long(self) -> None:
        with DemoHelpdesk(
            notify=NotifyRules(failures_per_ticket=9, closes_after=1, shortest_delay=0, longest_delay=0)
        ) as helpdesk:
            refused(channel("house", helpdesk.url))
            error = refused(channel("house", helpdesk.url))
        assert error.status == 503 and error.retry_after is not None and 0 < error.retry_after <= 30

    @pytest.mark.parametrize(
        ("what", "body"),
        [
            (
                message(facts(), facts(ticket_id="T-2"), headline="2 tickets of cust_1"),
                {"ticket_id": "T-1", "urgency": "high", "reason": "2 tickets of cust_1"},
            ),
            (
                message(kind="trouble", tickets=(), headline="The source fails"),
                {"ticket_id": "5f1c2e", "urgency": "high", "reason": "The source fails"},
            ),
            (
                message(kind="test", tickets=(), headline="A test"),
                {"ticket_id": "5f1c2e", "urgency": "low", "reason": "A test"},
            ),
            (message(facts(reason="")), {"ticket_id": "T-1", "urgency": "high", "reason": "T-1 is urgent"}),
        ],
        ids=["several", "trouble", "test", "no reason"],
    )
    def test_native_messages_always_fill_their_four_fields(
        self, what: Message, body: dict[str, str], endpoint: ScriptedEndpoint
    ) -> None:
        send(channel("house", endpoint.url + "/"), what)
        (request,) = endpoint.requests
        assert request.path == "/notify"
        assert request.headers["idempotency-key"] == "5f1c2e"
        assert json.loads(request.body) == {"tenant_id": "acme", **body}


class TestEndpointNames:
    """Endpoint names identify circuits: equal for equal endpoints, different for others."""

    @pytest.mark.parametrize(
        ("kind", "address", "name"),
        [
            ("house", "http://127.0.0.1:9000", "notify:127.0.0.1:9000"),
            ("house", "http://127.0.0.1:9000/", "notify:127.0.0.1:9000"),
            ("house", "http://127.0.0.1:9000/notify", "notify:127.0.0.1:9000"),
            ("house", "https://Help.example", "notify:help.example:443"),
            ("house", "http://[::1]:9000", "notify:[::1]:9000"),
            ("email", "a@example.com", "email"),
        ],
    )
    def test_endpoint_names_of_plain_urls(self, kind: str, address: str, name: str) -> None:
        assert open_sender(channel(kind, address)).endpoint == name

    def test_endpoint_names_distinguish_paths_without_revealing_them(self) -> None:
        urls = [f"https://hooks.example/services/T{n}/secret" for n in (1, 2)]
        names = [open_sender(channel("slack", "https://hooks.example", secret=url)).endpoint for url in urls]
        assert names[0] != names[1]
        assert all(re.fullmatch(r"slack:hooks\.example:443:[0-9a-f]{8}", name) for name in names)
        assert open_sender(webhook(urls[0])).endpoint == open_sender(webhook(urls[0])).endpoint
        # A wrong base path of one tenant says nothing of the others' right one.
        assert (
            open_sender(channel("house", "http://h/x")).endpoint != open_sender(channel("house", "http://h")).endpoint
        )


class TestLinks:
    """Every message links to its subject, below PUBLIC_URL."""

    @pytest.mark.parametrize(
        ("what", "path"),
        [
            (message(), "/t/acme/tickets/T-1/"),
            (message(facts(ticket_id="a/b c?d#e")), "/t/acme/tickets/a/b%20c%3Fd%23e/"),
            (message(facts(ticket_id="Größe|<x>")), "/t/acme/tickets/Gr%C3%B6%C3%9Fe%7C%3Cx%3E/"),
            (message(facts(ticket_id="no\naddress")), "/t/acme/alerts/"),
            (message(facts(), facts(ticket_id="T-2")), "/t/acme/customers/cust_1/"),
            (message(facts(), facts(customer_id="cust_2"), kind="digest"), "/t/acme/tickets/?urgency=high"),
            (message(facts(), facts(urgency="low"), kind="digest"), "/t/acme/tickets/"),
            (message(kind="trouble", tickets=()), "/t/acme/alerts/"),
            (message(kind="recovery", tickets=()), "/t/acme/alerts/"),
            (message(kind="test", tickets=()), "/t/acme/alerts/"),
        ],
    )
    def test_a_message_leads_to_what_it_is_about_in_every_kind_of_channel(
        self, what: Message, path: str, endpoint: ScriptedEndpoint, settings: Any
    ) -> None:
        settings.PUBLIC_URL = "https://support.example/at"
        url = f"https://support.example/at{path}"
        send(webhook(endpoint.url), what)
        assert json.loads(endpoint.requests[0].body)["url"] == url
        slack = blocks_of(what)
        assert slack["text"].endswith(f": {url}") and f"<{url}|" in json.dumps(slack["blocks"])
        composed = compose(what, ["a@example.com"])
        assert url in str(composed.body) and f'href="{url}"' in html_of(composed)


def example_verifier() -> Any:
    """The verification function from docs/alerts.md."""
    (code,) = re.findall(r"```python\n(.+?)```", DOCUMENT.read_text(), re.DOTALL)
    scope: dict[str, Any] = {}
    exec(code, scope)
    return scope["verify"]


class TestWebhook:
    def test_the_webhook_body_has_all_documented_fields(self, endpoint: ScriptedEndpoint) -> None:
        send(webhook(f"{endpoint.url}/hook"), message(facts(subject="Rückerstattung <b>")))
        (request,) = endpoint.requests
        assert request.path == "/hook" and request.headers["content-type"] == "application/json"
        assert json.loads(request.body) == {
            "id": "5f1c2e", "kind": "ticket", "tenant_id": "acme", "tenant_name": "Acme", "headline": "T-1 is urgent",
            "url": f"{OURS}/t/acme/tickets/T-1/", "helpdesk_url": "", "acknowledge_url": "", "note": "",
            "at": "2026-03-10T12:00:00Z",
            "tickets": [
                {
                    "ticket_id": "T-1", "subject": "Rückerstattung <b>", "customer_id": "cust_1", "urgency": "high",
                    "sentiment": "negative", "reason": "High urgency: legal threat (“lawsuit”, “immediately”)",
                    "text": "Your invoice is wrong.\nWe will file a lawsuit.",
                    "customer_name": "", "customer_open": None, "customer_high": None, "helpdesk_url": "",
                    "url": f"{OURS}/t/acme/tickets/T-1/", "created_at": "2026-03-10T11:00:00Z",
                }
            ],
        }  # fmt: skip

    def test_the_documented_example_verifies_what_is_really_sent(self, endpoint: ScriptedEndpoint) -> None:
        verify = example_verifier()
        target = webhook(endpoint.url)
        secret = target.reveal_secret()
        sender = WebhookSender(target, now=lambda: NOON)
        sender.send(message())
        (request,) = endpoint.requests
        moment = NOON.timestamp()
        assert verify(secret, request.headers, request.body, now=moment) == "5f1c2e"
        assert verify(secret, request.headers, request.body, now=moment + 299) == "5f1c2e"
        forged = {**request.headers, "webhook-id": "another"}
        for headers, body, key, now in (
            (request.headers, request.body + b" ", secret, moment),
            (forged, request.body, secret, moment),
            ({**request.headers, "webhook-timestamp": str(int(moment) + 1)}, request.body, secret, moment),
            ({**request.headers, "webhook-signature": "v1,AAAA"}, request.body, secret, moment),
            (request.headers, request.body, make_signing_secret(), moment),
            (request.headers, request.body, secret, moment + 301),  # replayed later
            (request.headers, request.body, secret, moment - 301),
        ):
            with pytest.raises(ValueError):
                verify(key, headers, body, now=now)

    def test_every_attempt_has_the_same_id_and_its_own_time(self, endpoint: ScriptedEndpoint) -> None:
        moments = iter([NOON, NOON + timedelta(hours=2)])
        sender = WebhookSender(webhook(endpoint.url), now=lambda: next(moments))
        for _ in range(2):
            sender.send(message())
        first, second = (each.headers for each in endpoint.requests)
        assert first["webhook-id"] == second["webhook-id"] == first["idempotency-key"] == second["idempotency-key"]
        assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 7200
        assert first["webhook-signature"] != second["webhook-signature"]

    def test_the_signature_is_plain_hmac_sha256_over_id_timestamp_and_body(self, endpoint: ScriptedEndpoint) -> None:
        key = bytes(range(32))
        send(channel("webhook", endpoint.url, secret="whsec_" + base64.b64encode(key).decode()), message())
        (request,) = endpoint.requests
        signed = b".".join([b"5f1c2e", request.headers["webhook-timestamp"].encode(), request.body])
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        assert request.headers["webhook-signature"] == f"v1,{expected}"

    def test_without_a_usable_secret_nothing_is_sent_unsigned(self, endpoint: ScriptedEndpoint) -> None:
        for secret in ("", "hunter2", "whsec_AAAA"):
            error = refused(channel("webhook", endpoint.url, secret=secret))
            assert "signing secret" in str(error) and error.endpoint_is_healthy
        assert endpoint.requests == []


class TestAnswers:
    @pytest.mark.parametrize(
        ("reply", "words", "fault"),
        [
            ((500, {}, b"boom"), "internal error (status 500)", "endpoint"),
            ((404, {}, b"no"), "Check the URL", "endpoint"),
            ((410, {}, b"no"), "permanently removed this URL (status 410)", "settings"),
            ((401, {}, b"no"), "denied access", "endpoint"),
            ((400, {}, b"invalid_blocks"), "rejected the message", "message"),
            ((413, {}, b"too large"), "rejected the message", "message"),
            ((422, {}, b"no such field"), "rejected the message", "message"),
            ((408, {}, b""), "rejected the message", "endpoint"),
            ((301, {"Location": "http://127.0.0.1:9/"}, b""), "Enter the final URL", "endpoint"),
            ((429, {"Retry-After": "7"}, b""), "is limiting requests", "endpoint"),
        ],
    )
    def test_an_answer_other_than_2xx_is_reported_in_a_sentence_with_the_reason(
        self, reply: Answer, words: str, fault: str, endpoint: ScriptedEndpoint
    ) -> None:
        endpoint.script = lambda _request: reply
        error = refused(webhook(endpoint.url))
        assert words in str(error)
        assert (error.status, error.excerpt) == (reply[0], reply[2].decode())
        assert error.retry_after == (7 if reply[0] == 429 else None)
        assert (error.fault, error.is_final) == (fault, reply[0] == 410)

    @pytest.mark.parametrize(("asked", "kept"), [("1800", 1800), ("3600", 3600), ("86400", 3600), ("never", None)])
    def test_retry_after_is_reported_up_to_an_hour(
        self, asked: str, kept: float | None, endpoint: ScriptedEndpoint
    ) -> None:
        endpoint.script = lambda _request: (503, {"Retry-After": asked}, b"")
        assert refused(webhook(endpoint.url)).retry_after == kept

    def test_a_response_is_read_to_a_limit_and_stored_shortened(self, endpoint: ScriptedEndpoint) -> None:
        endpoint.script = lambda _request: (200, {}, b"x" * 5_000_000)
        assert len(send(webhook(endpoint.url), message()).excerpt) == 500

    def test_an_endless_response_is_cut_off(self) -> None:
        poured = threading.Event()

        def pour(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                server.drip(connection, b" " * 65536, every=0, at_most=100_000)
            finally:
                poured.set()

        with RawServer(pour) as server:
            assert send(webhook(server.url), message()).status == 200
            assert poured.wait(10)

    def test_a_compressed_response_is_not_unpacked(self, endpoint: ScriptedEndpoint) -> None:
        import gzip

        endpoint.script = lambda _request: (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 10_000_000))
        assert send(webhook(endpoint.url), message()).excerpt == ""
        assert endpoint.requests[0].headers["accept-encoding"] == "identity"

    def test_unprintable_characters_are_removed_from_the_excerpt(self, endpoint: ScriptedEndpoint) -> None:
        endpoint.script = lambda _request: (200, {}, b"a\0b\x1b[31m \xff \xe2\x80\xae<script>\n\nend")
        assert send(webhook(endpoint.url), message()).excerpt == "a b [31m � <script> end"

    @pytest.mark.parametrize("behaviour", [reset, lambda connection: connection.close()])
    def test_a_connection_that_breaks_is_a_sentence(self, behaviour: Any) -> None:
        with RawServer(behaviour) as server:
            error = refused(webhook(server.url))
        assert "is not reachable" in str(error) and error.status is None and not error.endpoint_is_healthy

    def test_an_endpoint_that_cannot_be_reached_is_reported_in_a_sentence(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        assert "the connection was refused" in str(refused(webhook(f"http://127.0.0.1:{port}")))

    def test_an_endpoint_that_does_not_respond_times_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tickets.alerts.kinds.http.WHOLE_SECONDS", 0.2)
        with RawServer(lambda connection: server.drip(connection, b"", every=0.05, at_most=100)) as server:
            assert "did not answer within" in str(refused(webhook(server.url)))

    def test_an_internal_address_is_rejected_without_blaming_the_endpoint(self) -> None:
        error = refused(webhook("http://127.0.0.2:80/"))
        assert "OUTBOUND_ALLOWED_HOSTS" in str(error) and error.endpoint_is_healthy


# What strangers write into subjects, and what must not come out of it.
HOSTILE = [
    "<!channel> look", "<!here|here>", "<@U012AB3CD>", "<https://evil.example|Click>", "@channel @here @everyone @all",
    "@alice", "[click](https://evil.example)", "![x](http://evil.example/pixel.png)", "https://evil.example/login",
    "www.evil.example", "evil.example", "a@evil.example", "mailto:a@evil.example", "javascript:alert(1)",
    "*bold* _it_ ~gone~ `code` ```block```", "> quote", "# heading", "#general ~town-square", "|| spoiler ||",
    "&lt;!channel&gt;", "one\ntwo\r\nthree\u2028four", "right\u202eleft\u2066x", "nul\0 bell\a", "<script>alert(1)</script>",
    "http://user:pw@evil.example:8080/x?y=z", "tel:+123", "x" * 5_000, "\ud83d half",
]  # fmt: skip
_MENTION = re.compile(r"@\w")
_LINK = re.compile(r"\w://|\w\.\w|\w:\w|\]\(|<http")


class TestSlack:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_untrusted_text_forms_no_link_mention_or_markup(self, text: str) -> None:
        told = message(
            facts(subject=text, ticket_id=text, customer_id=text, reason=text, sentiment=text, text=text),
            headline=text,
            tenant_name=text,
            note=text,
        )
        body = blocks_of(told)
        json.dumps(body).encode()
        texts = [block["text"] for block in body["blocks"]]
        (link,) = [each["text"] for each in texts if each["type"] != "plain_text"]
        assert re.fullmatch(rf"<{OURS}/t/acme/[^\s<>|]*\|Open ticket>", link), "our own address and words alone"
        lines = [line for each in texts if each["type"] == "plain_text" for line in each["text"].split("\n")]
        in_text = body["text"].split("\n")
        assert in_text.pop() == f"Open ticket: {link[1:].partition('|')[0]}"
        for line in [*lines, *in_text]:
            assert "<" not in line and ">" not in line
            assert not _MENTION.search(line), line
            assert not _LINK.search(line), line
            assert not re.search(r"[*_~`|\[\]#](?!\N{WORD JOINER})", line), line
            assert line.isprintable() or "\N{WORD JOINER}" in line
            assert not set(line) & set("\0\a\r\n\u202e\u2066\u2028")
            assert len(line) < 3_000
        assert in_text == lines

    def test_plain_words_stay_as_they_are(self) -> None:
        body = blocks_of(message(facts(subject="Refund & damages, 3 of 5?")))
        assert body["text"].split("\n") == [
            "🔴 Acme: T-1 is urgent",
            "T-1 Refund &amp; damages, 3 of 5?",
            "High urgency: legal threat (“lawsuit”, “immediately”)",
            "“Your invoice is wrong.”",
            "“We will file a lawsuit.”",
            "Customer cust_\N{WORD JOINER}1",
            "Created 10 Mar 2026, 11\N{WORD JOINER}:\N{WORD JOINER}00\N{WORD JOINER}:\N{WORD JOINER}00 UTC",
            f"Open ticket: {OURS}/t/acme/tickets/T-1/",
        ]

    def test_a_digest_names_the_first_and_counts_the_rest(self) -> None:
        tickets = tuple(facts(ticket_id=f"T-{n}") for n in range(500))
        body = blocks_of(message(*tickets, kind="digest", headline="500 urgent tickets"))
        assert len(body["blocks"]) <= 50
        assert body["text"].endswith(f"and 485 more\nOpen tickets: {OURS}/t/acme/tickets/?urgency=high")
        assert body["text"].count("Open ticket:") == 15

    def test_a_slack_message_goes_to_the_whole_address_that_is_kept_secret(self, endpoint: ScriptedEndpoint) -> None:
        url = f"{endpoint.url}/services/T0/B0/s3cret?thread=1"
        send(channel("slack", endpoint.url, secret=url), message())
        (request,) = endpoint.requests
        assert request.path == "/services/T0/B0/s3cret?thread=1"
        assert request.headers["idempotency-key"] == "5f1c2e"
        assert json.loads(request.body)["text"].startswith("🔴 Acme: T-1")


class TestEmail:
    @pytest.fixture(autouse=True)
    def _mail_is_set_up(self, settings: Any) -> None:
        settings.EMAIL_IS_SET = True

    def test_an_alert_by_e_mail_is_plain_text_and_html(self) -> None:
        answer = send(channel("email", "a@example.com, b@example.com"), message())
        assert answer.status == 0
        (sent,) = mail.outbox
        assert sent.to == ["a@example.com", "b@example.com"]
        assert sent.subject == "[Acme] T-1 is urgent"
        html = html_of(sent)
        assert "T-1  Wrong invoice" in sent.body
        assert "<strong>Wrong invoice</strong>" in html
        for each in (sent.body, html):
            assert "High urgency: legal threat (“lawsuit”, “immediately”)" in each
            assert "Your invoice is wrong." in each and "We will file a lawsuit." in each
            assert f"{OURS}/t/acme/tickets/T-1/" in each

    def test_times_are_the_tenants_own_with_their_zone(self) -> None:
        composed = compose(message(zone=ZoneInfo("Europe/Berlin")), ["a@example.com"])
        for each in (str(composed.body), html_of(composed)):
            assert "Created 10 Mar 2026, 12:00:00 CET" in each and "10 Mar 2026, 13:00:00 CET" in each

    def test_every_kind_says_who_the_customer_is_why_and_where_to_answer(self, endpoint: ScriptedEndpoint) -> None:
        """The whole message of a night: the customer's numbers, the reason, and three links."""
        known = facts(
            customer_name="Ann Smith",
            customer_open=3,
            customer_high=2,
            helpdesk_url="https://desk.example/tickets/1?a=b&c=|x>",
        )
        what = message(known, can_be_acknowledged=True, zone=ZoneInfo("America/New_York"))
        answer = acknowledge_url(what)
        claim = read_acknowledge_token(answer.rstrip("/").rpartition("/")[2], now=NOON)
        assert claim is not None and (claim.tenant_id, claim.message, claim.has_ended) == ("acme", "5f1c2e", False)
        composed, slack = compose(what, ["a@example.com"]), blocks_of(what)
        unjoined = slack["text"].replace("\N{WORD JOINER}", "")
        for each in (str(composed.body), html_of(composed), unjoined):
            assert "Customer Ann Smith (cust_1): 3 open tickets, 2 of high urgency" in each
            assert "Created 10 Mar 2026, 07:00:00 EDT" in each
            assert each.index("Open ticket") < each.index("Open in helpdesk") < each.index("Acknowledge")
            assert answer in each
        assert f'href="{answer}"' in html_of(composed) and f"<{answer}|Acknowledge>" in json.dumps(slack["blocks"])
        assert "|Open in helpdesk>" in json.dumps(slack["blocks"]) and "c=%7Cx%3E|" in json.dumps(slack["blocks"])
        body = payload_of(what)
        assert (body["acknowledge_url"], body["helpdesk_url"]) == (answer, known.helpdesk_url)

    def test_a_message_about_a_number_leads_to_its_list_or_incident(self) -> None:
        what = message(kind="number", tickets=(), path="/t/acme/incidents/3/", can_be_acknowledged=True)
        for each in (str(compose(what, ["a@example.com"]).body), blocks_of(what)["text"]):
            assert f"{OURS}/t/acme/incidents/3/" in each and acknowledge_url(what) in each
        assert payload_of(what)["url"] == f"{OURS}/t/acme/incidents/3/"

    def test_many_tickets_have_a_link_each_and_one_to_all_of_them(self) -> None:
        told = message(*(facts(ticket_id=f"T-{n}") for n in range(3)), kind="digest")
        composed = compose(told, ["a@example.com"])
        for each in (str(composed.body), html_of(composed)):
            assert each.count(f"{OURS}/t/acme/tickets/T-") == 3
            assert f"{OURS}/t/acme/tickets/?urgency=high" in each

    def test_what_the_customer_wrote_forms_no_link_beside_ours(self) -> None:
        link = "see https://evil.example/login"
        told = message(
            facts(subject=link, text="Log in at https://evil.example/login now\nor www.evil.example, a@evil.example")
        )
        body = compose(told, ["a@example.com"]).body.replace("\N{WORD JOINER}", " ")
        assert re.findall(r"\S*\w\.[a-z]\S*|\w+://\S+|\S+@\S+", body) == [f"{OURS}/t/acme/tickets/T-1/"]

    def test_every_attempt_carries_the_same_key(self) -> None:
        ids = {compose(message(), ["a@example.com"]).message()["Message-ID"] for _ in range(2)}
        assert ids == {"<5f1c2e@supportsaas>"}

    @pytest.mark.parametrize(
        "text",
        [*HOSTILE, "x\r\nBcc: spy@evil.example", "x\nTo: spy@evil.example\n\nbody", "x\r\n\r\n<html>", "=?utf-8?q?=0AX:?=",
         "x\x0bBcc: a", "x\x85Bcc: a"],
    )  # fmt: skip
    def test_untrusted_text_adds_no_header_or_markup(self, text: str) -> None:
        told = message(
            facts(subject=text, reason=text, ticket_id=text, customer_id=text, text=text),
            headline=text,
            tenant_name=text,
            note=text,
        )
        composed = compose(told, ["a@example.com"])
        wire = composed.message().as_bytes()
        parsed = message_from_bytes(wire, policy=policy.default)
        assert sorted(parsed.keys()) == sorted(
            ["Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Idempotency-Key",
             "Auto-Submitted"]
        )  # fmt: skip
        assert composed.recipients() == ["a@example.com"]
        plain, html = (part.get_content() for part in parsed.iter_parts())
        without_ours = re.sub(
            r"<style>[^<]*</style>|</?(html|head|meta|title|body|h1|div|strong|br|span|p)\b[^>]*>|<!doctype html>|</a>"
            rf'|<a href="{OURS}/t/acme/[^"<>\s]*" class="[^"]*" style="[^"]*">',
            "",
            html,
        )
        assert "<" not in without_ours
        for line in plain.split("\n"):
            assert not line.startswith(("Bcc:", "To:"))

    def test_an_alert_by_e_mail_goes_through_the_mail_server(self, settings: Any) -> None:
        with SmtpServer() as server:
            use(settings, server)
            send(channel("email", "a@example.com"), message())
            (received,) = server.mails
        assert received.recipients == ["a@example.com"]
        assert b"Subject: [Acme] T-1 is urgent" in received.data

    @pytest.mark.parametrize(
        ("refusals", "words", "status", "fault"),
        [
            ({"RCPT": "550 no such user"}, "rejected the recipients a@example.com", 550, "message"),
            ({"RCPT": "450 greylisted"}, "rejected the recipients a@example.com", 450, "message"),
            ({"RCPT": "421 closing"}, "rejected the recipients a@example.com", 421, "endpoint"),
            ({"MAIL": "451 try later"}, "rejected the message (code 451)", 451, "endpoint"),
            ({"MAIL": "550 not from you"}, "rejected the message (code 550)", 550, "endpoint"),
            ({"MAIL": "552 too large"}, "rejected the message (code 552)", 552, "message"),
            ({"DATA": "554 spam"}, "rejected the message (code 554)", 554, "message"),
            ({"DATA": "451 scanner is busy"}, "rejected the message (code 451)", 451, "message"),
            ({"DATA": "421 closing"}, "rejected the message (code 421)", 421, "endpoint"),
            ({"DATA": ""}, "is not reachable", None, "endpoint"),
            ({"EHLO": "", "HELO": ""}, "is not reachable", None, "endpoint"),
        ],
    )
    def test_a_mail_server_error_is_a_sentence_with_the_right_fault(
        self, refusals: dict[str, str], words: str, status: int | None, fault: str, settings: Any
    ) -> None:
        with SmtpServer(refusals) as server:
            use(settings, server)
            error = refused(channel("email", "a@example.com"))
        assert words in str(error)
        assert (error.status, error.fault, error.is_final) == (status, fault, False)

    def test_without_a_mail_server_the_error_says_so(self, settings: Any) -> None:
        settings.EMAIL_IS_SET = False
        assert "EMAIL_HOST" in str(refused(channel("email", "a@example.com")))
        assert mail.outbox == []


def use(settings: Any, server: SmtpServer) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_IS_SET = True


class TestSecrets:
    def test_secrets_are_in_no_log_line_and_in_no_message(
        self, endpoint: ScriptedEndpoint, caplog: pytest.LogCaptureFixture
    ) -> None:
        secret = make_signing_secret()
        path = "/services/T0/B0/s3cret"
        endpoint.script = lambda _request: (500, {}, b"no")
        with caplog.at_level(logging.INFO):
            errors = [
                refused(channel("webhook", endpoint.url, secret=secret)),
                refused(channel("slack", endpoint.url, secret=endpoint.url + path)),
                refused(channel("slack", "http://127.0.0.1:9", secret=f"http://127.0.0.1:9{path}")),
                refused(channel("slack", "http://127.0.0.2", secret=f"http://127.0.0.2{path}")),
            ]
        said = caplog.text + " ".join(f"{each} {each.excerpt} {each!r}" for each in errors)
        assert secret not in said and "s3cret" not in said

    def test_an_unreadable_secret_is_reported_as_a_sentence(self, endpoint: ScriptedEndpoint) -> None:
        for kind in ("webhook", "slack"):
            broken = channel(kind, endpoint.url)
            broken.encrypted_secret = "gAAAAA-of-another-key"
            assert "ENCRYPTION_KEY" in str(refused(broken))
        assert endpoint.requests == []


def test_the_demo_helpdesk_records_requests(endpoint: ScriptedEndpoint) -> None:
    send(webhook(endpoint.url), message())
    assert isinstance(endpoint.requests[0], Received) and endpoint.requests[0].headers["user-agent"] == "SupportSaaS"
