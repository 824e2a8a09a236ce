"""The alerts page: channels with their circuits, messages with their attempts, and actions."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from supportsaas import clock as real_clock
from supportsaas.db import mongo
from supportsaas.reliability.circuit_breaker import CircuitBreaker
from tenants.models import Tenant, User
from tests.alerts.conftest import Urgent
from tests.alerts.endpoint import Endpoint, Reply
from tests.conftest import FakeClock
from tests.reading_pages import body, page_of, text_of
from tickets.alerts.channels import endpoint_of
from tickets.alerts.dispatcher import Dispatcher
from tickets.alerts.model import Channel
from tickets.alerts.store import DeliveryStore

ClientOf = Callable[[User], Client]
HERE = "/t/acme/alerts/"


@pytest.fixture
def clock() -> FakeClock:
    """A clock set to the real time, because pages use that."""
    return FakeClock(real_clock.now())


@pytest.fixture
def dispatcher() -> Dispatcher:
    """A dispatcher on the server's clock, as in production, without waits."""
    return Dispatcher(owner="test", jitter=lambda _shortest, _longest: 0.0)


@pytest.fixture
def pages(client_of: ClientOf, manager: User) -> Client:
    return client_of(manager)


def kill(*ids: str, at: datetime | None = None) -> None:
    """Mark messages (all, or those of a ticket) as failed, as after a day of attempts."""
    which = {"tickets.ticket_id": {"$in": list(ids)}} if ids else {}
    values = {"status": "dead", "ended_at": at or real_clock.now(), "claimed_by": None}
    assert mongo.collection("deliveries").update_many(which, {"$set": values}).matched_count


def statuses() -> dict[str, str]:
    return {each["tickets"][0]["ticket_id"]: each["status"] for each in mongo.collection("deliveries").find()}


def key_of(ticket_id: str) -> str:
    found = mongo.collection("deliveries").find_one({"tickets.ticket_id": ticket_id})
    assert found is not None
    return str(found["_id"])


class TestPage:
    def test_the_alerts_page_without_channels_says_what_to_do(
        self, client_of: ClientOf, owner: User, team_mate: User, tenant: Tenant
    ) -> None:
        assert "Add a channel" in page_of(client_of(owner), HERE)
        shown = page_of(client_of(team_mate), HERE)
        assert "Ask an admin of Acme" in shown and "Add a channel" not in shown

    def test_the_alerts_page_counts_events_waiting_to_become_messages(
        self, native_channel: Channel, urgent: Urgent, pages: Client
    ) -> None:
        urgent(2)
        said = text_of(page_of(pages, HERE))
        assert "2 events waiting to be sent" in said and "No messages yet" not in said

    def test_a_message_is_shown_with_every_attempt_its_response_and_time(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        endpoint.behaviour = lambda _key, _body: (
            Reply(500, b"<b>out of order</b>") if len(endpoint.received) < 2 else Reply()
        )
        urgent()
        dispatcher.deliver_due()
        html = page_of(pages, HERE)
        said = text_of(html)
        assert "Delivered" in said and "Ticket sent to Desk" in said
        assert 'href="/t/acme/tickets/T-1/"' in html
        attempts = re.findall(r"<tr><td[^>]*>.*?</tr>", html.split('id="messages-title"')[1])
        assert ["Failed" in each for each in attempts] == [False, True, True]
        assert "thank you" in attempts[0] and "status 500" in attempts[2] and "&lt;b&gt;out of order" in attempts[2]
        assert "<b>out" not in html

    def test_the_message_list_is_filtered_by_status_and_paged(
        self, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        urgent(30)
        dispatcher.deliver_due()
        kill("T-1", "T-2")
        dead = page_of(pages, HERE + "?status=dead")
        assert len(re.findall("badge delivery-dead", dead)) == 2 and "badge delivery-delivered" not in dead
        assert "Failed 2" in text_of(dead) and "Delivered 28" in text_of(dead)
        first = page_of(pages, HERE)
        address = re.search(r'rel="next"[^>]*href="([^"]+)"', first)
        assert address is not None
        second = page_of(pages, address.group(1).replace("&amp;", "&"))
        keys = [set(re.findall(r"/tickets/(T-\d+)/", each)) for each in (first, second)]
        assert [len(each) for each in keys] == [25, 5] and not keys[0] & keys[1]
        assert 'rel="prev"' in second
        for nonsense in ("?status=$ne", "?cursor=nonsense", "?status[$ne]=x"):
            assert "All 30" in text_of(page_of(pages, HERE + nonsense))

    def test_untrusted_ticket_text_is_escaped_on_the_alerts_page(
        self, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        urgent(subject="<script>alert(1)</script>", customer_id="<img src=x onerror=alert(1)>", id="T<b>/1")
        dispatcher.deliver_due()
        html = page_of(pages, HERE)
        assert "<script>alert" not in html and "<img" not in html and "T<b>" not in html

    def test_a_viewer_of_the_alerts_page_gets_no_actions(
        self, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, client_of: ClientOf, team_mate: User
    ) -> None:
        urgent()
        dispatcher.deliver_due()
        kill()
        html = page_of(client_of(team_mate), HERE)
        assert "T-1" in html and "require the manager role. Your role is viewer" in text_of(html)
        assert '<form method="post" action="/t/acme/alerts' not in html
        assert native_channel.address not in html

    def test_the_page_shows_no_messages_of_another_tenant(
        self, other_tenant: Tenant, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        Channel.objects.create(tenant=other_tenant, kind="house", name="Theirs", address=endpoint.url)
        urgent(of=other_tenant, subject="pelican")
        dispatcher.deliver_due()
        assert statuses() == {"T-1": "delivered"}
        html = page_of(pages, HERE)
        assert "T-1" not in html and "Theirs" not in html and "pelican" not in html


class TestSendingAgain:
    def test_a_failed_message_that_is_retried_arrives_and_the_list_says_who_retried_it(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        urgent(2)
        dispatcher.deliver_due()
        kill()
        key = key_of("T-1")
        sent = len(endpoint.received)
        html = body(pages.post(HERE + "again/", {"delivery": key}, follow=True))
        assert "1 message is queued to resend." in html
        assert statuses() == {"T-1": "pending", "T-2": "dead"}
        dispatcher.deliver_due()
        assert statuses() == {"T-1": "delivered", "T-2": "dead"}
        assert [each.key for each in endpoint.received[sent:]] == [key]
        assert "resent by manager" in text_of(page_of(pages, HERE))

    def test_retrying_all_means_the_messages_that_had_failed_when_the_list_was_shown(
        self, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        urgent(3)
        dispatcher.deliver_due()
        kill()
        now = real_clock.now()
        kill("T-3", at=now + timedelta(minutes=1))
        assert "Resend all 3" in page_of(pages, HERE)
        pages.post(HERE + "again/", {"all": "1", "until": real_clock.iso_z(now + timedelta(seconds=1))})
        assert statuses() == {"T-1": "pending", "T-2": "pending", "T-3": "dead"}

    def test_a_retried_message_has_its_whole_time_again(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        urgent()
        dispatcher.deliver_due()
        kill()
        mongo.collection("deliveries").update_many({}, {"$set": {"give_up_at": real_clock.now() - timedelta(days=1)}})
        endpoint.behaviour = lambda _key, _body: Reply(500)
        pages.post(HERE + "again/", {"delivery": key_of("T-1")})
        Dispatcher(owner="another", jitter=lambda _shortest, _longest: 3600.0).deliver_due()
        assert statuses() == {"T-1": "pending"}

    @pytest.mark.parametrize("status", ["delivered", "dropped"])
    def test_a_delivered_or_discarded_message_cannot_be_resent(
        self, status: str, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        urgent()
        dispatcher.deliver_due()
        mongo.collection("deliveries").update_many({}, {"$set": {"status": status}})
        assert "Nothing to resend" in body(pages.post(HERE + "again/", {"delivery": key_of("T-1")}, follow=True))
        assert statuses() == {"T-1": status}

    def test_a_message_being_sent_cannot_be_resent(
        self, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, tenant: Tenant
    ) -> None:
        urgent()
        dispatcher.deliver_due()
        mongo.collection("deliveries").update_many({}, {"$set": {"status": "pending", "claimed_by": "somebody"}})
        assert DeliveryStore(tenant).send_again(key_of("T-1"), by="manager") == 0


class TestDropping:
    def test_dropping_a_message_asks_first_and_records_who_dropped_it(
        self, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        urgent(2)
        dispatcher.deliver_due()
        kill()
        assert "Discard this message?" in page_of(pages, HERE)
        html = body(pages.post(HERE + "drop/", {"delivery": key_of("T-1")}, follow=True))
        assert "1 message is discarded" in html and "discarded by manager" in text_of(html)
        assert statuses() == {"T-1": "dropped", "T-2": "dead"}
        assert "Nothing to discard" in body(pages.post(HERE + "drop/", {"delivery": key_of("T-1")}, follow=True))

    def test_dropping_all_drops_the_failed_messages_and_nothing_else(
        self, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        urgent(3)
        dispatcher.deliver_due()
        kill("T-1", "T-2")
        assert "Discard 2 failed messages?" in page_of(pages, HERE)
        pages.post(HERE + "drop/", {"all": "1", "until": "2099-01-01T00:00:00Z"})
        assert statuses() == {"T-1": "dropped", "T-2": "dropped", "T-3": "delivered"}

    @pytest.mark.parametrize("what", ["again/", "drop/"])
    @pytest.mark.parametrize("wish", [{}, {"all": "1"}, {"all": "1", "until": "soon"}, {"delivery": ""}])
    def test_a_resend_or_discard_without_messages_changes_nothing(
        self,
        what: str,
        wish: dict[str, str],
        native_channel: Channel,
        urgent: Urgent,
        dispatcher: Dispatcher,
        pages: Client,
    ) -> None:
        urgent()
        dispatcher.deliver_due()
        kill()
        assert "No messages selected" in body(pages.post(HERE + what, wish, follow=True))
        assert statuses() == {"T-1": "dead"}

    @pytest.mark.parametrize("what", ["again/", "drop/"])
    def test_a_message_of_another_tenant_cannot_be_retried_or_dropped(
        self, what: str, other_tenant: Tenant, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        Channel.objects.create(tenant=other_tenant, kind="house", name="Theirs", address=endpoint.url)
        urgent(of=other_tenant)
        dispatcher.deliver_due()
        kill()
        pages.post(HERE + what, {"delivery": key_of("T-1")})
        pages.post(HERE + what, {"all": "1", "until": "2099-01-01T00:00:00Z"})
        assert statuses() == {"T-1": "dead"}

    @pytest.mark.parametrize("address", ["again/", "drop/", "reset/"])
    def test_retrying_and_dropping_need_a_post_and_a_manager(
        self, address: str, client_of: ClientOf, manager: User, team_mate: User
    ) -> None:
        assert client_of(manager).get(HERE + address).status_code == 405
        assert client_of(team_mate).post(HERE + address).status_code == 403


class TestBreaker:
    def open_circuit(self, channel: Channel) -> CircuitBreaker:
        circuit = CircuitBreaker(endpoint_of(channel))
        for number in range(5):
            permit = circuit.admit()
            circuit.record(permit, ok=False, seconds=0.2, note=f"failure {number}")  # type: ignore[arg-type]
        return circuit

    def test_the_circuits_state_is_in_words_and_its_last_requests_in_marks(
        self, native_channel: Channel, pages: Client
    ) -> None:
        assert "No alerts sent yet" in page_of(pages, HERE)
        self.open_circuit(native_channel)
        html = page_of(pages, HERE)
        assert "5 of the last 5 deliveries failed" in html and "Retrying" in html
        assert html.count('class="mark-failed"') == 5
        assert "failure 4" in html

    def test_the_circuit_sentence_counts_the_requests_shown_as_marks(
        self, native_channel: Channel, pages: Client
    ) -> None:
        circuit = CircuitBreaker(endpoint_of(native_channel))
        for permit in [circuit.admit() for _ in range(7)]:  # two were still under way when it opened
            circuit.record(permit, ok=False)  # type: ignore[arg-type]
        html = page_of(pages, HERE)
        assert "7 of the last 7 deliveries failed" in html and html.count('class="mark-failed"') == 7

    def test_after_a_pause_the_circuit_sentence_counts_only_later_requests(
        self, native_channel: Channel, pages: Client
    ) -> None:
        circuit = self.open_circuit(native_channel)
        circuit.reset()
        assert "The pause is over. Nothing sent since." in page_of(pages, HERE)
        circuit.record(circuit.admit(), ok=True)  # type: ignore[arg-type]
        assert "All deliveries since the pause succeeded." in page_of(pages, HERE)
        circuit.record(circuit.admit(), ok=False)  # type: ignore[arg-type]
        assert "1 of the last 2 deliveries since the pause failed" in page_of(pages, HERE)

    def test_a_manager_ends_a_pause_and_waiting_messages_are_sent(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, pages: Client
    ) -> None:
        circuit = self.open_circuit(native_channel)
        urgent()
        assert dispatcher.deliver_due() == 0
        assert "End the pause" in page_of(pages, HERE)
        said = body(pages.post(HERE + "reset/", {"channel": str(native_channel.pk)}, follow=True))
        assert "Sending over “Desk” resumed" in said
        assert circuit.state().state == "closed"
        assert Dispatcher(owner="another").deliver_due() == 1
        assert statuses() == {"T-1": "delivered"}

    def test_a_viewer_sees_a_pause_but_cannot_end_it(
        self, native_channel: Channel, client_of: ClientOf, team_mate: User
    ) -> None:
        self.open_circuit(native_channel)
        html = page_of(client_of(team_mate), HERE)
        assert "Retrying" in html and "End the pause" not in html

    def test_channels_of_one_endpoint_share_its_circuit_within_a_tenant_only(
        self, native_channel: Channel, tenant: Tenant, other_tenant: Tenant, endpoint: Endpoint, pages: Client
    ) -> None:
        Channel.objects.create(tenant=tenant, kind="house", name="Second", address=endpoint.url)
        theirs = Channel.objects.create(tenant=other_tenant, kind="house", name="Theirs", address="http://127.0.0.1:9")
        circuit = self.open_circuit(theirs)
        html = page_of(pages, HERE)
        assert "same endpoint as Second" in html and "Theirs" not in html
        assert "no longer exists" in body(pages.post(HERE + "reset/", {"channel": str(theirs.pk)}, follow=True))
        assert circuit.state().state == "open"


class TestAdmin:
    LIST = "/admin/tickets/delivery/"

    def test_the_admin_lists_messages_read_only_with_filters(
        self, native_channel: Channel, urgent: Urgent, dispatcher: Dispatcher, client_of: ClientOf, superuser: User
    ) -> None:
        urgent(2, subject="<script>alert(1)</script>")
        dispatcher.deliver_due()
        kill("T-2")
        staff = client_of(superuser)
        html = staff.get(self.LIST + "?status=dead").content.decode()
        assert "1 delivery" in html or "1 result" in html
        key = key_of("T-2")
        assert "thank you" in staff.get(f"{self.LIST}{key}/change/").content.decode()
        assert "<script>alert" not in staff.get(f"{self.LIST}{key}/change/").content.decode()
        assert "1 result" in staff.get(f"{self.LIST}?q={key}").content.decode()
        assert staff.get(f"{self.LIST}add/").status_code == 403
        assert staff.post(f"{self.LIST}{key}/change/", {"status": "x"}).status_code == 403
        assert staff.post(f"{self.LIST}{key}/delete/", {"post": "yes"}).status_code == 403

    def test_the_admin_lists_circuits_and_resets_them_by_an_action(
        self, native_channel: Channel, client_of: ClientOf, superuser: User
    ) -> None:
        circuit = TestBreaker().open_circuit(native_channel)
        staff = client_of(superuser)
        name = endpoint_of(native_channel)
        path = "/admin/tickets/circuit/"
        assert name in staff.get(path).content.decode()
        said = body(staff.post(path, {"action": "reset", "_selected_action": [name]}, follow=True))
        assert "Closed the circuit" in said
        assert circuit.state().state == "closed"
        assert staff.get(f"{path}add/").status_code == 403
