"""Alerts are acknowledged once, given back, and passed on to the next channel if nobody answers."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant, User
from tests.alerts.conftest import Urgent, make_webhook
from tests.alerts.endpoint import Endpoint, Reply
from tests.conftest import FakeClock
from tickets.alerts.acknowledge_links import LASTS, acknowledge_token, read_acknowledge_token
from tickets.alerts.acknowledging import acknowledge, find_acknowledgements, find_steps, give_back
from tickets.alerts.dispatcher import Dispatcher
from tickets.alerts.escalating import escalate_due
from tickets.alerts.model import Channel

pytestmark = pytest.mark.usefixtures("db")
ClientOf = Callable[[User], Client]


def sent_over(channel: Channel) -> list[Document]:
    return list(mongo.collection("deliveries").find({"channel_id": str(channel.pk)}).sort("created_at"))


@pytest.fixture
def second(tenant: Tenant, other_endpoint: Endpoint) -> Channel:
    return make_webhook(tenant, other_endpoint, name="On call 2", only_escalations=True)


@pytest.fixture
def first(tenant: Tenant, endpoint: Endpoint, second: Channel) -> Channel:
    return make_webhook(tenant, endpoint, name="On call 1", escalate_to=second)


class TestAcknowledging:
    def test_two_people_at_the_same_moment_see_who_was_first(
        self, first: Channel, urgent: Urgent, dispatcher: Dispatcher, tenant: Tenant, clock: FakeClock
    ) -> None:
        urgent()
        dispatcher.deliver_due()
        (message,) = sent_over(first)
        start, won = threading.Barrier(8), list[str]()

        def answer(name: str) -> None:
            start.wait()
            if acknowledge("acme", message["alerts"], by=name, now=clock()):
                won.append(name)

        people = [threading.Thread(target=answer, args=(f"p{n}",)) for n in range(8)]
        for each in people:
            each.start()
        for each in people:
            each.join()
        (winner,) = won
        (held,) = find_acknowledgements("acme", message["alerts"]).values()
        assert held.by == winner
        assert [step.by for step in find_steps("acme", message["alerts"][0])] == [winner]
        assert sent_over(first)[0]["acknowledged_by"] == winner

    def test_the_same_ticket_over_two_channels_is_one_alert(
        self, tenant: Tenant, endpoint: Endpoint, other_endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher,
        clock: FakeClock,
    ) -> None:  # fmt: skip
        one, other = make_webhook(tenant, endpoint), make_webhook(tenant, other_endpoint, name="Other")
        urgent()
        dispatcher.deliver_due()
        acknowledge("acme", sent_over(one)[0]["alerts"], by="ann", now=clock())
        assert sent_over(other)[0]["acknowledged_by"] == "ann"

    def test_a_digest_is_acknowledged_once_all_of_its_tickets_are(
        self, first: Channel, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        urgent(11)
        dispatcher.deliver_due()
        (digest,) = sent_over(first)
        acknowledge("acme", digest["alerts"][:1], by="ann", now=clock())
        assert sent_over(first)[0]["acknowledged_by"] == ""
        assert acknowledge("acme", digest["alerts"], by="ben", now=clock())
        assert sent_over(first)[0]["acknowledged_by"] == "ben"
        held = find_acknowledgements("acme", digest["alerts"])
        assert held[digest["alerts"][0]].by == "ann" and len(held) == 11

    def test_another_tenants_alerts_stay_apart(self, clock: FakeClock) -> None:
        acknowledge("acme", ["ticket T-1 x"], by="ann", now=clock())
        assert find_acknowledgements("globex", ["ticket T-1 x"]) == {}

    def test_what_is_given_back_can_be_acknowledged_by_another_and_both_are_kept(self, clock: FakeClock) -> None:
        assert not give_back("acme", ["a"], by="ann", now=clock())
        acknowledge("acme", ["a"], by="ann", now=clock())
        assert give_back("acme", ["a"], by="ann", now=clock())
        assert acknowledge("acme", ["a"], by="ben", now=clock())
        steps = [(each.by, each.is_given_back) for each in find_steps("acme", "a")]
        assert steps == [("ann", False), ("ann", True), ("ben", False)]


class TestLink:
    def link(self, message: Document) -> str:
        return f"/t/acme/alerts/acknowledge/{acknowledge_token('acme', message['_id'], at=message['composed_at'])}/"

    def test_opening_it_changes_nothing_and_the_button_acknowledges(
        self, first: Channel, urgent: Urgent, client_of: ClientOf, manager: User
    ) -> None:
        urgent()
        Dispatcher(owner="test").deliver_due()
        (message,) = sent_over(first)
        client, address = client_of(manager), self.link(message)
        assert "Not acknowledged" in client.get(address).content.decode()
        assert client.head(address).status_code in (200, 405)
        assert sent_over(first)[0]["acknowledged_by"] == ""
        page = client.post(address, follow=True).content.decode()
        assert "Acknowledged by" in page and "You have acknowledged the alert." in page
        assert sent_over(first)[0]["acknowledged_by"] == "manager"
        again = client.post(address, follow=True).content.decode()
        assert "You have already acknowledged the alert." in again
        assert (
            "Nobody looks after the alert now."
            in client.post(address, {"give_back": "1"}, follow=True).content.decode()
        )

    def test_the_next_person_sees_who_was_first(
        self, first: Channel, urgent: Urgent, client_of: ClientOf, manager: User, owner: User
    ) -> None:
        urgent()
        Dispatcher(owner="test").deliver_due()
        address = self.link(sent_over(first)[0])
        client_of(manager).post(address)
        assert "manager was first and has acknowledged" in client_of(owner).post(address, follow=True).content.decode()

    def test_who_is_not_signed_in_comes_back_after_the_sign_in(self, first: Channel, urgent: Urgent) -> None:
        urgent()
        Dispatcher(owner="test").deliver_due()
        address = self.link(sent_over(first)[0])
        response = Client().get(address)
        assert response.status_code == 302 and "/login/?next=/t/acme/alerts/acknowledge/" in response["Location"]
        assert Client().post(address).status_code == 302
        assert sent_over(first)[0]["acknowledged_by"] == ""

    def test_a_viewer_reads_and_a_stranger_learns_nothing(
        self, first: Channel, urgent: Urgent, client_of: ClientOf, team_mate: User, stranger: User
    ) -> None:
        urgent()
        Dispatcher(owner="test").deliver_due()
        address = self.link(sent_over(first)[0])
        assert "requires the manager role" in client_of(team_mate).get(address).content.decode()
        assert client_of(team_mate).post(address).status_code == 403
        for method in ("get", "post"):
            response = getattr(client_of(stranger), method)(address)
            assert response.status_code == 404 and "Case 1" not in response.content.decode()
        assert sent_over(first)[0]["acknowledged_by"] == ""

    def test_a_changed_or_foreign_link_is_not_found_and_an_old_one_has_expired(
        self, first: Channel, urgent: Urgent, client_of: ClientOf, manager: User, clock: FakeClock
    ) -> None:
        urgent()
        Dispatcher(owner="test").deliver_due()
        (message,) = sent_over(first)
        client, good = client_of(manager), self.link(message)
        for bad in (
            good[:-3] + "x/",
            good.replace("/acknowledge/", "/acknowledge/x"),
            "/t/acme/alerts/acknowledge/a:b/",
        ):
            assert client.get(bad).status_code == 404
            assert client.post(bad).status_code == 404
        foreign = acknowledge_token("globex", message["_id"], at=message["composed_at"])
        assert client.post(f"/t/acme/alerts/acknowledge/{foreign}/").status_code == 404
        old = acknowledge_token("acme", message["_id"], at=message["composed_at"] - LASTS - timedelta(days=1))
        response = client.post(f"/t/acme/alerts/acknowledge/{old}/")
        assert response.status_code == 410 and "This link has expired" in response.content.decode()
        assert sent_over(first)[0]["acknowledged_by"] == ""

    def test_an_erased_message_says_so(self, client_of: ClientOf, manager: User, clock: FakeClock) -> None:
        address = self.link({"_id": "gone", "composed_at": clock()})
        response = client_of(manager).get(address)
        assert response.status_code in (404, 410)

    @pytest.mark.parametrize("text", ["", "a", "a:b", "W10:x", "é:é", "[]" * 500])
    def test_no_text_is_taken_for_a_link(self, text: str, clock: FakeClock) -> None:
        assert read_acknowledge_token(text, now=clock()) is None


class TestEscalating:
    def test_without_an_answer_the_next_channel_gets_it_once(
        self, first: Channel, second: Channel, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock,
        other_endpoint: Endpoint,
    ) -> None:  # fmt: skip
        urgent()
        dispatcher.deliver_due()
        assert sent_over(second) == [], "it gets only what others pass on"
        clock.advance(minutes=14, seconds=59)
        assert escalate_due(clock=clock) == 0
        clock.advance(seconds=1)
        assert escalate_due(clock=clock) == 1
        assert escalate_due(clock=clock) == 0
        dispatcher.deliver_due()
        (request,) = other_endpoint.received
        assert request.body["tickets"][0]["ticket_id"] == "T-1"
        assert "Nobody acknowledged this within 15 min. It was first sent to “On call 1”" in request.body["note"]
        (passed,) = sent_over(first)
        assert passed["passed_on"] == {"channel_id": str(second.pk), "at": clock()}
        acknowledge("acme", passed["alerts"], by="ann", now=clock())
        assert sent_over(second)[0]["acknowledged_by"] == "ann"

    def test_an_acknowledged_message_goes_to_nobody_else_until_it_is_given_back(
        self, first: Channel, second: Channel, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        urgent()
        dispatcher.deliver_due()
        alerts = sent_over(first)[0]["alerts"]
        acknowledge("acme", alerts, by="ann", now=clock())
        clock.advance(hours=1)
        assert escalate_due(clock=clock) == 0
        give_back("acme", alerts, by="ann", now=clock())
        clock.advance(minutes=14)
        assert escalate_due(clock=clock) == 0
        clock.advance(minutes=1)
        assert escalate_due(clock=clock) == 1

    def test_many_workers_at_once_pass_it_on_once(
        self, first: Channel, second: Channel, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        urgent(3)
        dispatcher.deliver_due()
        clock.advance(minutes=15)
        start, counts = threading.Barrier(6), list[int]()

        def work() -> None:
            start.wait()
            counts.append(escalate_due(clock=clock))

        workers = [threading.Thread(target=work) for _ in range(6)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        assert sum(counts) == 3 and len(sent_over(second)) == 3

    def test_an_endpoint_that_is_paused_keeps_nothing_from_the_next_channel(
        self, first: Channel, second: Channel, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock,
        endpoint: Endpoint, other_endpoint: Endpoint,
    ) -> None:  # fmt: skip
        endpoint.behaviour = lambda _key, _body: Reply(500)
        for _ in range(8):
            urgent()
            dispatcher.deliver_due()
        clock.advance(minutes=15)
        escalate_due(clock=clock)
        dispatcher.deliver_due()
        found = {ticket["ticket_id"] for each in other_endpoint.received for ticket in each.body["tickets"]}
        assert found == {f"T-{n}" for n in range(1, 9)}

    def test_a_chain_goes_past_a_channel_that_is_off_and_ends_without_going_round(
        self, tenant: Tenant, first: Channel, second: Channel, endpoint: Endpoint, urgent: Urgent,
        dispatcher: Dispatcher, clock: FakeClock,
    ) -> None:  # fmt: skip
        third = make_webhook(tenant, endpoint, name="On call 3", only_escalations=True)
        Channel.objects.filter(pk=second.pk).update(enabled=False, escalate_to=third, escalate_minutes=5)
        Channel.objects.filter(pk=third.pk).update(escalate_to=first, escalate_minutes=5)  # two admins at once
        urgent()
        dispatcher.deliver_due()
        clock.advance(minutes=15)
        assert escalate_due(clock=clock) == 1
        assert (len(sent_over(second)), len(sent_over(third))) == (0, 1)
        clock.advance(minutes=5)
        escalate_due(clock=clock)
        assert len(sent_over(first)) == 1, "nobody gets it twice"
        assert sent_over(third)[0]["passed_on"]["channel_id"] == ""

    def test_a_deleted_channel_in_the_chain(
        self, tenant: Tenant, first: Channel, second: Channel, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock,
        client_of: ClientOf, owner: User,
    ) -> None:  # fmt: skip
        urgent(2)
        dispatcher.deliver_due()
        first.delete()
        clock.advance(minutes=15)
        assert escalate_due(clock=clock) == 2, "what was sent over it still reaches the next one"
        assert len(sent_over(second)) == 2

    def test_a_deleted_next_channel_is_said_on_the_page(
        self, tenant: Tenant, first: Channel, second: Channel, client_of: ClientOf, owner: User, urgent: Urgent,
        dispatcher: Dispatcher, clock: FakeClock,
    ) -> None:  # fmt: skip
        urgent()
        dispatcher.deliver_due()
        second.delete()
        first.refresh_from_db()
        assert first.escalate_to is None and first.lost_escalation
        clock.advance(minutes=15)
        escalate_due(clock=clock)
        page = client_of(owner).get("/t/acme/alerts/").content.decode()
        assert "the next channel was deleted" in page and "there is no other channel that could get it" in page

    def test_circles_and_other_tenants_are_refused(
        self, tenant: Tenant, other_tenant: Tenant, first: Channel, second: Channel, endpoint: Endpoint
    ) -> None:
        second.escalate_to = first
        with pytest.raises(ValidationError, match="go round in circles"):
            second.full_clean()
        first.escalate_to = first
        with pytest.raises(ValidationError, match="cannot pass alerts on to itself"):
            first.full_clean()
        first.escalate_to = make_webhook(other_tenant, endpoint)
        with pytest.raises(ValidationError, match="same tenant"):
            first.full_clean()


class TestQuietHours:
    NIGHT = "Mon-Sun 10:00-14:00"  # the tests' noon

    def test_all_but_high_urgency_waits_and_follows_in_one_message(
        self, tenant: Tenant, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock,
        client_of: ClientOf, owner: User,
    ) -> None:  # fmt: skip
        hook = make_webhook(tenant, endpoint, urgencies=[], quiet_hours=self.NIGHT)
        urgent(3, message="How does it work")
        urgent(1)
        dispatcher.deliver_due()
        (request,) = endpoint.received
        assert request.body["tickets"][0]["urgency"] == "high"
        end = clock().replace(hour=14, minute=0, second=0, microsecond=0)
        held = mongo.collection("outbox").find({"status": "waiting"}).to_list()
        assert [each["held_until"] for each in held] == [end] * 3
        clock.moment = end
        dispatcher.deliver_due()
        assert len(endpoint.received) == 2
        assert len(endpoint.received[1].body["tickets"]) == 3
        assert endpoint.received[1].body["note"] == "Held back during quiet hours."
        assert hook.pk

    def test_a_message_that_was_composed_before_waits_too_and_its_escalation_with_it(
        self, tenant: Tenant, endpoint: Endpoint, second: Channel, urgent: Urgent, dispatcher: Dispatcher,
        clock: FakeClock,
    ) -> None:  # fmt: skip
        hook = make_webhook(tenant, endpoint, urgencies=[], escalate_to=second)
        endpoint.behaviour = lambda _key, _body: Reply(500)
        urgent(message="How does it work")
        dispatcher.deliver_due()
        Channel.objects.filter(pk=hook.pk).update(quiet_hours=self.NIGHT)
        endpoint.behaviour = lambda _key, _body: Reply()
        clock.advance(minutes=2)
        dispatcher.deliver_due()
        end = clock().replace(hour=14, minute=0, second=0, microsecond=0)
        (held,) = sent_over(hook)
        assert (held["status"], held["held_until"], held["escalate_at"]) == (
            "pending",
            end,
            end + timedelta(minutes=15),
        )
        clock.moment = end
        dispatcher.deliver_due()
        assert sent_over(hook)[0]["status"] == "delivered"

    def test_the_page_says_until_when(
        self, tenant: Tenant, endpoint: Endpoint, client_of: ClientOf, owner: User, urgent: Urgent, clock: FakeClock,
        monkeypatch: pytest.MonkeyPatch, dispatcher: Dispatcher,
    ) -> None:  # fmt: skip
        make_webhook(tenant, endpoint, urgencies=[], quiet_hours=self.NIGHT)
        urgent(message="How does it work")
        dispatcher.deliver_due()
        mongo.collection("outbox").update_many({}, {"$set": {"held_until": clock() + timedelta(days=3650)}})
        page: Any = client_of(owner).get("/t/acme/alerts/").content.decode()
        assert "1 alert held until" in page and "Quiet hours of “<bdi>Hook</bdi>”" in page
