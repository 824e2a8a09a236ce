"""Channels: validation, settings pages, Django admin and command."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from supportsaas.clock import now
from supportsaas.db import mongo
from supportsaas.reliability.circuit_breaker import CircuitBreaker
from tenants.audit.audit_log import AuditEntry
from tenants.models import Tenant, User
from tests.builders import store_tickets
from tests.endpoint import ScriptedEndpoint
from tests.reading_pages import body, page_of, text_of
from tickets.alerts.channels import endpoint_of
from tickets.alerts.dispatcher import Dispatcher
from tickets.alerts.model import Channel, make_signing_secret
from tickets.alerts.test_send import OF_A_PERSON_AN_HOUR, OF_A_TENANT_AN_HOUR

ClientOf = Callable[[User], Client]
HERE = "/t/acme/settings/channels/"
PAGER = {"name": "Pager", "address": "https://pager.example/hook", "urgencies": ["high"], "enabled": "on"}
SLACK_URL = "https://hooks.slack.example/services/T0/B0/s3cret"


@pytest.fixture
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as running:
        yield running


@pytest.fixture
def pages(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


def make(tenant: Tenant, kind: str = "house", address: str = "https://help.example", **values: Any) -> Channel:
    channel = Channel(tenant=tenant, kind=kind, address=address, **{"name": "On call", **values})
    if kind == "webhook":
        channel.set_secret(make_signing_secret())
    channel.full_clean()
    channel.save()
    return channel


def complaints(tenant: Tenant, **values: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        make(tenant, **values)
    return dict(caught.value.message_dict)


class TestWhatMayBeEntered:
    @pytest.mark.parametrize("kind", ["house", "webhook", "slack"])
    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("pager.example", "starts with http"),
            ("ftp://pager.example/x", "starts with http"),
            ("https://user:pw@pager.example/x", "without user, password"),
            ("https://pager.example/x#y", "without user, password"),
            ("https://pager .example/x", "starts with http"),
            ("http://[::1/x", "starts with http"),
            ("https://pager.example:99999/x", "port in the URL is not a number from 1 to 65535"),
            ("https://pager.example:0/x", "port in the URL is not a number from 1 to 65535"),
            ("https://pager.example:https/x", "port in the URL is not a number from 1 to 65535"),
            ("http://10.1.2.3/x", "OUTBOUND_ALLOWED_HOSTS"),
            ("http://2130706434/x", "OUTBOUND_ALLOWED_HOSTS"),
            ("http://[::ffff:169.254.169.254]/x", "OUTBOUND_ALLOWED_HOSTS"),
        ],
    )
    def test_an_invalid_channel_url_is_rejected_at_its_field(
        self, kind: str, address: str, words: str, tenant: Tenant
    ) -> None:
        found = complaints(tenant, kind=kind, address=address)
        assert set(found) == {"address"} and words in found["address"][0]

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("", "cannot be blank"),
            (" , ", "at least one"),
            ("a@example.com, b", "“b” is not an e-mail address"),
            ("a@example.com\nBcc: c@example.com", "not an e-mail address"),
            ("Max <a@example.com>", "not an e-mail address"),
            (",".join(f"a{n}@example.com" for n in range(21)), "at most 20"),
        ],
    )
    def test_an_invalid_email_address_is_rejected_with_the_reason(
        self, address: str, words: str, tenant: Tenant
    ) -> None:
        assert words in complaints(tenant, kind="email", address=address)["address"][0]

    @pytest.mark.parametrize(
        "values", [{"urgencies": ["extreme"]}, {"urgencies": "high"}, {"sentiments": [{"$ne": 1}]}]
    )
    def test_unknown_urgencies_and_sentiments_are_rejected(self, values: dict[str, Any], tenant: Tenant) -> None:
        assert set(complaints(tenant, **values)) == set(values)

    def test_the_maximum_ticket_age_defaults_to_the_system_setting(self, tenant: Tenant, settings: Any) -> None:
        settings.NOTIFY_MAX_AGE_HOURS = 7
        assert make(tenant).max_age.total_seconds() == 7 * 3600
        assert make(tenant, name="b", max_age_hours=2).max_age.total_seconds() == 2 * 3600


class TestSlackAddress:
    """Anyone who knows the full URL can post, so it is stored as a secret."""

    def test_only_the_host_of_a_slack_url_is_stored_unencrypted(self, tenant: Tenant) -> None:
        channel = Channel.objects.get(pk=make(tenant, "slack", SLACK_URL).pk)
        assert channel.address == "https://hooks.slack.example"
        assert "s3cret" not in channel.encrypted_secret and channel.reveal_secret() == SLACK_URL

    def test_saving_a_slack_channel_without_the_path_keeps_its_url(self, tenant: Tenant) -> None:
        channel = make(tenant, "slack", SLACK_URL)
        channel.full_clean()
        channel.save()
        assert channel.reveal_secret() == SLACK_URL

    @pytest.mark.parametrize(
        "address", ["https://evil.example", "http://hooks.slack.example", "https://hooks.slack.example:444"]
    )
    def test_the_address_of_a_slack_channel_never_moves_to_another_host(self, address: str, tenant: Tenant) -> None:
        channel = make(tenant, "slack", SLACK_URL)
        channel.address = address
        with pytest.raises(ValidationError, match="full URL"):
            channel.full_clean()

    def test_a_new_slack_channel_needs_the_full_url(self, tenant: Tenant) -> None:
        found = complaints(tenant, kind="slack", address="https://hooks.slack.example/")
        assert "full URL" in found["address"][0]


class TestPages:
    def test_the_channels_page_without_channels_says_what_to_do(self, pages: Client) -> None:
        assert "No channels yet" in page_of(pages, HERE)

    def test_a_webhook_is_made_and_its_secret_shown_once(self, pages: Client, tenant: Tenant) -> None:
        assert "Signing secret" in page_of(pages, f"{HERE}add/?kind=webhook")
        answer = pages.post(f"{HERE}add/?kind=webhook", PAGER)
        channel = Channel.objects.get()
        assert (channel.kind, channel.tenant, channel.urgencies) == ("webhook", tenant, ["high"])
        secret = channel.reveal_secret()
        assert secret.startswith("whsec_") and secret in body(answer)
        assert answer["Cache-Control"] == "no-store"
        for path in (HERE, f"{HERE}{channel.pk}/", "/t/acme/settings/changes/"):
            shown = page_of(pages, path)
            assert secret not in shown and channel.encrypted_secret not in shown

    def test_a_signing_secret_is_kept_replaced_or_generated(self, pages: Client, tenant: Tenant) -> None:
        channel = make(tenant, "webhook", "https://pager.example/hook", name="Pager")
        first, own = channel.reveal_secret(), make_signing_secret()
        assert pages.post(f"{HERE}{channel.pk}/", {**PAGER, "name": "Renamed"}).status_code == 302
        channel.refresh_from_db()
        assert (channel.name, channel.reveal_secret()) == ("Renamed", first)
        assert pages.post(f"{HERE}{channel.pk}/", {**PAGER, "secret": own}).status_code == 302
        channel.refresh_from_db()
        assert channel.reveal_secret() == own
        answer = pages.post(f"{HERE}{channel.pk}/", {**PAGER, "new_secret": "on"})
        channel.refresh_from_db()
        assert channel.reveal_secret() not in (first, own) and channel.reveal_secret() in body(answer)

    def test_a_slack_url_is_never_shown_again(self, pages: Client) -> None:
        form = {
            "name": "Team",
            "address": SLACK_URL,
            "urgencies": ["high", "medium"],
            "sentiments": ["negative"],
            "enabled": "on",
        }
        shown = body(pages.post(f"{HERE}add/?kind=slack", form, follow=True))
        channel = Channel.objects.get()
        assert channel.reveal_secret() == SLACK_URL
        assert "https://hooks.slack.example" in shown and "s3cret" not in shown
        assert "high or medium urgency, negative sentiment" in text_of(shown)
        edit = page_of(pages, f"{HERE}{channel.pk}/")
        assert "s3cret" not in edit
        assert (
            pages.post(f"{HERE}{channel.pk}/", {**form, "address": channel.address, "enabled": ""}).status_code == 302
        )
        channel.refresh_from_db()
        assert (channel.reveal_secret(), channel.enabled) == (SLACK_URL, False)

    @pytest.mark.parametrize(
        ("kind", "values", "complaint"),
        [
            ("webhook", {"name": ""}, "This field is required"),
            ("webhook", {"name": "On call"}, "A channel with this name already exists"),
            ("webhook", {"address": "nowhere"}, "starts with http"),
            ("webhook", {"secret": "hunter2"}, "24 to 64 bytes"),
            ("webhook", {"max_age_hours": "0"}, "greater than or equal to 1"),
            ("webhook", {"urgencies": ["extreme"]}, "Select a valid choice"),
            ("email", {"address": "nobody"}, "is not an e-mail address"),
            ("slack", {"address": "https://hooks.slack.example"}, "full URL"),
            ("house", {"address": "http://192.168.0.1:9000"}, "OUTBOUND_ALLOWED_HOSTS"),
        ],
    )
    def test_invalid_channel_input_is_reported_at_its_field(
        self, kind: str, values: dict[str, Any], complaint: str, pages: Client, tenant: Tenant
    ) -> None:
        make(tenant)
        response = pages.post(f"{HERE}add/?kind={kind}", {**PAGER, **values})
        assert response.status_code == 422
        (field,) = set(values)
        shown = re.search(rf'id="id_{field}_error">(.+?)</span>', body(response))
        assert shown is not None and complaint in shown.group(1)
        assert Channel.objects.count() == 1

    def test_channel_names_are_unique_per_tenant_only(
        self, pages: Client, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        make(other_tenant, name="Pager")
        assert pages.post(f"{HERE}add/?kind=house", PAGER).status_code == 302

    def test_a_channel_is_switched_off_and_on_and_deleted(self, pages: Client, tenant: Tenant) -> None:
        channel = make(tenant)
        for _ in range(2):  # pressed twice, it is off all the same
            assert "off" in body(pages.post(f"{HERE}{channel.pk}/switch/", {"enabled": "0"}, follow=True))
            assert not Channel.objects.get().enabled
        assert "Delete “On call”?" in page_of(pages, HERE)
        assert "“On call” deleted." in body(pages.post(f"{HERE}{channel.pk}/delete/", follow=True))
        assert Channel.objects.count() == 0

    def test_a_channel_test_shows_the_response(self, pages: Client, tenant: Tenant, endpoint: ScriptedEndpoint) -> None:
        channel = make(tenant, "webhook", endpoint.url)
        endpoint.script = lambda _request: (200, {}, b"<b>thank you</b>")
        shown = body(pages.post(f"{HERE}{channel.pk}/test/", follow=True))
        assert "Test delivered: status 200" in shown and "&lt;b&gt;thank you&lt;/b&gt;" in shown
        (request,) = endpoint.requests
        assert b'"kind": "test"' in request.body and b"sent by owner" in request.body
        endpoint.script = lambda _request: (500, {}, b"out of order")
        shown = body(pages.post(f"{HERE}{channel.pk}/test/", follow=True))
        assert "Test failed." in shown and "status 500" in shown and "out of order" in shown

    def test_a_failed_channel_test_is_shown_until_one_is_delivered(
        self, pages: Client, tenant: Tenant, endpoint: ScriptedEndpoint
    ) -> None:
        channel = make(tenant, "webhook", "http://127.0.0.1:9/hook")
        places = (HERE, f"{HERE}{channel.pk}/", "/t/acme/alerts/")
        assert all("Not tested" in page_of(pages, each) for each in places)
        pages.post(f"{HERE}{channel.pk}/test/")
        for each in places:
            shown = page_of(pages, each)
            assert re.search(r"Last test failed <time [^>]*>just now</time>:", shown), each
            assert "the connection was refused" in shown and "way-failing" in shown and "way-healthy" not in shown
        channel.refresh_from_db()
        channel.address = endpoint.url
        channel.save()
        assert all("Last test failed" not in page_of(pages, each) for each in places), "it was of another address"
        pages.post(f"{HERE}{channel.pk}/test/")
        for each in places:
            shown = page_of(pages, each)
            assert "way-healthy" in shown and "way-failing" not in shown, each
        endpoint.script = lambda _request: (500, {}, b"out of order")
        pages.post(f"{HERE}{channel.pk}/test/")
        assert "out of order" in page_of(pages, HERE)
        endpoint.script = None
        pages.post(f"{HERE}{channel.pk}/test/")
        assert all("Last test failed" not in page_of(pages, each) for each in places)

    def test_a_later_delivered_alert_clears_a_failed_channel_test(
        self, pages: Client, tenant: Tenant, endpoint: ScriptedEndpoint
    ) -> None:
        channel = make(tenant, "webhook", endpoint.url)
        endpoint.script = lambda _request: (500, {}, b"out of order")
        pages.post(f"{HERE}{channel.pk}/test/")
        circuit = CircuitBreaker(endpoint_of(channel))
        circuit.record(circuit.admit(), ok=True, note="status 200")  # type: ignore[arg-type]
        assert "Last test failed" not in page_of(pages, HERE)

    @pytest.mark.parametrize(
        ("fault", "words"), [("settings", "The last message was rejected"), ("message", "Not this")]
    )
    def test_a_channel_whose_last_message_was_rejected_is_not_shown_as_healthy(
        self, fault: str, words: str, pages: Client, tenant: Tenant
    ) -> None:
        circuit = CircuitBreaker(endpoint_of(make(tenant)))
        circuit.note_fault(circuit.admit(), fault, seconds=0.1, note="Not this one.")  # type: ignore[arg-type]
        shown = page_of(pages, "/t/acme/alerts/")
        assert words in shown and "way-failing" in shown and "way-healthy" not in shown

    def test_one_rejected_message_among_delivered_ones_leaves_the_channel_healthy(
        self, pages: Client, tenant: Tenant
    ) -> None:
        circuit = CircuitBreaker(endpoint_of(make(tenant)))
        circuit.record(circuit.admit(), ok=True)  # type: ignore[arg-type]
        circuit.note_fault(circuit.admit(), "message", seconds=0.1, note="Not this one.")  # type: ignore[arg-type]
        shown = page_of(pages, "/t/acme/alerts/")
        assert "The last message was rejected; others were delivered. Not this one." in shown and "way-healthy" in shown

    def test_channel_tests_are_limited_per_user_and_tenant(
        self, pages: Client, client_of: ClientOf, superuser: User, tenant: Tenant, endpoint: ScriptedEndpoint
    ) -> None:
        channel = make(tenant, "webhook", endpoint.url)
        for _ in range(OF_A_PERSON_AN_HOUR + 3):
            said = body(pages.post(f"{HERE}{channel.pk}/test/", follow=True))
        assert len(endpoint.requests) == OF_A_PERSON_AN_HOUR
        assert "Test not sent." in said and "Try again in" in said
        assert "way-healthy" in page_of(pages, HERE), "a test that was not sent says nothing of the channel"
        boss = client_of(superuser)
        for _ in range(OF_A_TENANT_AN_HOUR):
            boss.post(f"{HERE}{channel.pk}/test/")
        assert len(endpoint.requests) == OF_A_TENANT_AN_HOUR
        form = {"action": "send_test", "_selected_action": [str(channel.pk)]}
        assert "Test not sent." in body(boss.post("/admin/tenants/channel/", form, follow=True))

    def test_a_channel_test_to_an_internal_address_says_who_can_allow_it(
        self, pages: Client, tenant: Tenant, settings: Any
    ) -> None:
        channel = make(tenant, "house", "http://127.0.0.1:9")
        settings.OUTBOUND_ALLOWED_HOSTS = type(settings.OUTBOUND_ALLOWED_HOSTS).parse([])
        assert "OUTBOUND_ALLOWED_HOSTS" in body(pages.post(f"{HERE}{channel.pk}/test/", follow=True))

    @pytest.mark.parametrize("what", ["", "switch/", "delete/", "test/", "ask/"])
    def test_a_channel_of_another_tenant_is_not_found(
        self, what: str, pages: Client, tenant: Tenant, other_tenant: Tenant, endpoint: ScriptedEndpoint
    ) -> None:
        theirs = make(other_tenant, "house", endpoint.url)
        for id_ in (theirs.pk, "x", "0" * 24):
            assert pages.post(f"{HERE}{id_}/{what}", PAGER).status_code == 404
        assert Channel.objects.get().enabled and endpoint.requests == []

    def test_channel_changes_are_audited_without_the_secret(self, pages: Client, tenant: Tenant) -> None:
        pages.post(f"{HERE}add/?kind=slack", {**PAGER, "address": SLACK_URL})
        entry = AuditEntry.objects.get(kind="channel")
        assert (entry.actor, entry.action, entry.name) == ("owner", "created", "Pager")
        assert "s3cret" not in str(entry.changes)


class TestConfirming:
    """Nobody can have mail sent to strangers."""

    FORM = {"name": "Mail", "address": "a@example.com, own@acme.example", "urgencies": ["high"], "enabled": "on"}

    @pytest.fixture(autouse=True)
    def _mail_is_set_up(self, settings: Any, owner: User) -> None:
        settings.EMAIL_IS_SET = True
        owner.email = "Own@acme.example"
        owner.save()

    def links(self) -> dict[str, str]:
        """The path of the link in each confirmation mail, by its recipient."""
        asking = [each for each in mail.outbox if "/alerts/confirm/" in each.body]
        return {each.to[0]: re.findall(r"/alerts/confirm/\S+", str(each.body))[0] for each in asking}

    def test_an_address_of_no_member_gets_only_a_confirmation_mail_until_it_confirms(self, pages: Client) -> None:
        shown = body(pages.post(f"{HERE}add/?kind=email", self.FORM, follow=True))
        assert "Confirmation link sent to a@example.com." in shown
        assert "Waiting for confirmation, no alerts yet: <bdi>a@example.com</bdi>" in shown
        channel = Channel.objects.get()
        assert channel.unconfirmed == ["a@example.com"]
        pages.post(f"{HERE}{channel.pk}/", self.FORM)
        assert [each.to for each in mail.outbox] == [["a@example.com"]], "saved again, nobody is asked again"
        assert "Not sent to a@example.com" in body(pages.post(f"{HERE}{channel.pk}/test/", follow=True))
        assert mail.outbox[-1].to == ["own@acme.example"]
        link, anybody = self.links()["a@example.com"], Client()
        assert "Receive alerts from Acme?" in page_of(anybody, link)
        channel.refresh_from_db()
        assert channel.unconfirmed == ["a@example.com"], "to open the link is not enough"
        assert "Confirmed" in body(anybody.post(link))
        channel.refresh_from_db()
        assert channel.unconfirmed == []
        pages.post(f"{HERE}{channel.pk}/test/")
        assert mail.outbox[-1].to == ["a@example.com", "own@acme.example"]

    def test_waiting_alerts_are_sent_once_the_address_is_confirmed(self, pages: Client, tenant: Tenant) -> None:
        pages.post(f"{HERE}add/?kind=email", {**self.FORM, "address": "a@example.com"})
        at = now().isoformat()
        store_tickets(tenant, [{"message": "We will file a lawsuit", "created_at": at, "updated_at": at}], now=now())
        dispatcher = Dispatcher(owner="test", jitter=lambda _low, high: high)
        for _ in range(3):
            dispatcher.deliver_due()
            mongo.collection("deliveries").update_many({}, {"$set": {"next_attempt_at": now()}})
        assert len(mail.outbox) == 1
        assert "No address of this channel is confirmed yet." in page_of(pages, "/t/acme/alerts/")
        mongo.collection("deliveries").update_many({}, {"$set": {"next_attempt_at": now() + timedelta(hours=1)}})
        Client().post(self.links()["a@example.com"])
        dispatcher.deliver_due()
        assert "lawsuit" in mail.outbox[-1].body and mail.outbox[-1].to == ["a@example.com"]

    def test_an_address_confirmed_for_another_channel_of_the_tenant_needs_no_second_confirmation(
        self, pages: Client, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        make(tenant, "email", "old@example.com", name="From before")
        make(other_tenant, "email", "b@example.com", name="Theirs")
        form = {**self.FORM, "address": "OLD@example.com, b@example.com"}
        pages.post(f"{HERE}add/?kind=email", form)
        assert Channel.objects.get(name="Mail").unconfirmed == ["b@example.com"]

    def test_an_address_removed_from_a_channel_must_confirm_again(self, pages: Client) -> None:
        pages.post(f"{HERE}add/?kind=email", self.FORM)
        Client().post(self.links()["a@example.com"])
        channel = Channel.objects.get()
        for address, waiting in (("own@acme.example", []), ("own@acme.example, a@example.com", ["a@example.com"])):
            pages.post(f"{HERE}{channel.pk}/", {**self.FORM, "address": address})
            channel.refresh_from_db()
            assert channel.unconfirmed == waiting

    def test_an_address_gets_at_most_two_confirmation_mails_a_day(
        self, pages: Client, client_of: ClientOf, stranger: User, tenant: Tenant
    ) -> None:
        pages.post(f"{HERE}add/?kind=email", self.FORM)
        channel = Channel.objects.get()
        for _ in range(3):
            said = body(pages.post(f"{HERE}{channel.pk}/ask/", follow=True))
        assert "Too many confirmation mails to a@example.com today." in said
        client_of(stranger).post("/t/globex/settings/channels/add/?kind=email", self.FORM)
        assert [each.to[0] for each in mail.outbox].count("a@example.com") == 2

    @pytest.mark.parametrize(
        "token",
        [
            "x",
            "a:b:c",
            pytest.param(signing.dumps(["0" * 24, "a@example.com"], salt="channel-address"), id="no such channel"),
            pytest.param(signing.dumps(["1", "a@example.com"], salt="another"), id="made for another purpose"),
        ],
    )
    def test_an_invalid_confirmation_link_confirms_nothing(self, token: str, pages: Client) -> None:
        pages.post(f"{HERE}add/?kind=email", self.FORM)
        for answer in (Client().get(f"/alerts/confirm/{token}/"), Client().post(f"/alerts/confirm/{token}/")):
            assert answer.status_code == 404
        assert Channel.objects.get().unconfirmed == ["a@example.com"]

    def test_no_mail_subject_contains_a_name_chosen_by_an_admin(self, pages: Client, tenant: Tenant) -> None:
        form = {
            **self.FORM,
            "name": "Your account is suspended, call 555",
            "address": "own@acme.example, a@example.com",
        }
        pages.post(f"{HERE}add/?kind=email", form)
        pages.post(f"{HERE}{Channel.objects.get().pk}/test/")
        assert len(mail.outbox) == 2
        assert not any("suspended" in each.subject for each in mail.outbox)
        asking, test = mail.outbox
        assert "suspended" not in asking.body and "suspended" in test.body

    def test_a_channel_stored_before_confirmation_existed_keeps_working(self, pages: Client, tenant: Tenant) -> None:
        channel = make(tenant, "email", "a@example.com", name="Mail")
        stored = mongo.collection(Channel._meta.db_table)
        assert stored.update_one(
            {"_id": channel.pk},
            {"$unset": {"unconfirmed": "", "tested_at": "", "test_problem": "", "tested_settings": ""}},
        ).modified_count
        assert "Not tested" in page_of(pages, HERE)
        assert "Test sent" in body(pages.post(f"{HERE}{channel.pk}/test/", follow=True))
        pages.post(f"{HERE}{channel.pk}/", {**self.FORM, "address": "a@example.com"})
        assert Channel.objects.get().unconfirmed == []

    def test_the_django_admin_sends_confirmation_mails_too(
        self, client_of: ClientOf, superuser: User, tenant: Tenant
    ) -> None:
        form = {**self.FORM, "tenant": str(tenant.pk), "kind": "email"}
        said = body(client_of(superuser).post("/admin/tenants/channel/add/", form, follow=True))
        assert "sent to a@example.com, own@acme.example" in said or "sent to a@example.com" in said
        assert "a@example.com" in Channel.objects.get().unconfirmed


class TestAdmin:
    LIST = "/admin/tenants/channel/"

    @pytest.fixture
    def staff(self, superuser: User, client_of: ClientOf) -> Client:
        return client_of(superuser)

    def test_a_webhook_is_made_and_its_secret_shown_once(self, staff: Client, tenant: Tenant) -> None:
        form = {**PAGER, "tenant": str(tenant.pk), "kind": "webhook"}
        said = body(staff.post(f"{self.LIST}add/", form, follow=True))
        channel = Channel.objects.get()
        secret = channel.reveal_secret()
        assert secret in said
        for path in (self.LIST, f"{self.LIST}{channel.pk}/change/", f"{self.LIST}{channel.pk}/history/"):
            page = staff.get(path).content.decode()
            assert secret not in page and channel.encrypted_secret not in page

    def test_the_admin_cannot_change_a_channels_tenant_or_kind(self, staff: Client, tenant: Tenant) -> None:
        for kind, address in (("house", "https://help.example"), ("slack", SLACK_URL), ("email", "a@example.com")):
            channel = make(tenant, kind, address, name=kind)
            page = staff.get(f"{self.LIST}{channel.pk}/change/").content.decode()
            assert 'name="kind"' not in page and 'name="tenant"' not in page and 'name="secret"' not in page
            changed = {**PAGER, "name": kind, "address": channel.address, "max_age_hours": "3"}
            assert staff.post(f"{self.LIST}{channel.pk}/change/", changed).status_code == 302
            channel.refresh_from_db()
            assert channel.max_age_hours == 3
        assert Channel.objects.get(name="slack").reveal_secret() == SLACK_URL

    def test_the_admin_checks_channel_names_per_tenant(self, staff: Client, tenant: Tenant) -> None:
        make(tenant, name="Pager")
        form = {**PAGER, "tenant": str(tenant.pk), "kind": "house"}
        assert "A channel with this name already exists" in staff.post(f"{self.LIST}add/", form).content.decode()

    def test_the_admin_sends_a_channel_test_by_an_action(
        self, staff: Client, tenant: Tenant, endpoint: ScriptedEndpoint
    ) -> None:
        channel = make(tenant, "house", endpoint.url)
        form = {"action": "send_test", "_selected_action": [str(channel.pk)]}
        assert "Test delivered" in body(staff.post(self.LIST, form, follow=True))
        assert len(endpoint.requests) == 1


class TestCommand:
    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("channel", *arguments, stdout=out)
        return out.getvalue()

    def test_every_kind_of_channel_can_be_added_listed_tested_and_removed(
        self, tenant: Tenant, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.EMAIL_IS_SET = True
        monkeypatch.setenv("SLACK_URL", f"{endpoint.url}/services/s3cret")
        monkeypatch.setenv("OWN", make_signing_secret())
        said = self.run("add", "acme", "--kind", "webhook", "--name", "Pager", "--address", endpoint.url)
        assert Channel.objects.get(name="Pager").reveal_secret() in said
        said = self.run(
            "add", "acme", "--kind", "webhook", "--name", "Own", "--address", endpoint.url, "--secret-from", "env:OWN"
        )
        assert "whsec_" not in said
        self.run("add", "acme", "--kind", "slack", "--name", "Team", "--address-from", "env:SLACK_URL")
        self.run("add", "acme", "--kind", "native", "--name", "Desk", "--address", endpoint.url, "--max-age-hours", "3")
        self.run("add", "acme", "--kind", "email", "--name", "Mail", "--address", "a@example.com", "--urgency", "high",
                 "--urgency", "medium", "--sentiment", "negative", "--off")  # fmt: skip
        listed = self.run("list")
        assert listed == self.run("list", "acme")
        assert "s3cret" not in listed and "whsec_" not in listed
        assert "acme  Mail  E-mail, a@example.com  high, medium, negative  off" in listed
        for name in ("Pager", "Own", "Team", "Desk", "Mail"):
            assert "Test " in self.run("test", "acme", name)
            self.run("remove", "acme", name)
        assert len(endpoint.requests) == 4 and Channel.objects.count() == 0

    def test_replacing_a_webhook_keeps_its_secret(self, tenant: Tenant) -> None:
        add = ["add", "acme", "--kind", "webhook", "--name", "Pager", "--address"]
        self.run(*add, "https://a.example")
        first = Channel.objects.get().reveal_secret()
        assert "whsec_" not in self.run(*add, "https://b.example", "--replace")
        assert (Channel.objects.get().address, Channel.objects.get().reveal_secret()) == ("https://b.example", first)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["add", "nobody", "--kind", "native", "--name", "x", "--address", "https://h.example"], "Tenant “nobody” does not exist"),
            (["add", "acme", "--kind", "native", "--name", "x", "--address", "http://10.0.0.1"], "OUTBOUND_ALLOWED_HOSTS"),
            (["add", "acme", "--kind", "native", "--name", "x"], "address: This field cannot be blank"),
            (["add", "acme", "--kind", "native", "--name", "On call", "--address", "https://h.example"], "--replace"),
            (["add", "acme", "--kind", "email", "--name", "On call", "--address", "a@b.example", "--replace"], "of kind Native protocol"),
            (["add", "acme", "--kind", "native", "--name", "x", "--address", "https://h.example", "--secret-from", "ask"], "only webhooks"),
            (["add", "acme", "--kind", "slack", "--name", "x", "--address-from", "env:MISSING_HERE"], "--address-from"),
            (["add", "acme", "--kind", "webhook", "--name", "x", "--address", "https://h.example", "--secret-from", "env:PATH"], "24 to 64"),
            (["test", "acme", "nothing"], "no channel “nothing”"),
            (["test", "acme", "On call"], "Test failed."),
            (["remove", "acme", "nothing"], "no channel “nothing”"),
        ],
    )  # fmt: skip
    def test_channel_command_errors_are_sentences(self, arguments: list[str], words: str, tenant: Tenant) -> None:
        make(tenant, "house", "http://127.0.0.1:9")
        with pytest.raises(CommandError, match=re.escape(words)):
            self.run(*arguments)
        assert Channel.objects.count() == 1
