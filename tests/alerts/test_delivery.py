"""From the outbox to a real endpoint: attempts, waits, circuits, digests and leases."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.circuit_breaker import CircuitBreaker
from tenants.models import Tenant
from tests.alerts.conftest import Urgent, make_webhook
from tests.alerts.endpoint import Endpoint, Reply
from tests.conftest import FakeClock
from tests.smtp_server import Mail, SmtpServer
from tickets.alerts import deliveries
from tickets.alerts.channels import endpoint_of
from tickets.alerts.composing import compose_next
from tickets.alerts.deliveries import Attempt
from tickets.alerts.dispatcher import Dispatcher
from tickets.alerts.model import Channel, make_signing_secret
from tickets.alerts.store import DeliveryStore
from tickets.alerts.timing import Pause

pytestmark = pytest.mark.usefixtures("db")


def failing(status: int = 500, **values: Any) -> Any:
    return lambda _key, _body: Reply(status=status, **values)


def stored() -> list[Document]:
    return list(mongo.collection("deliveries").find().sort([("composed_at", 1), ("created_at", 1), ("_id", 1)]))


def only() -> Document:
    (found,) = stored()
    return found


def statuses() -> list[str]:
    return [each["status"] for each in stored()]


def circuit(channel: Channel, clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker(endpoint_of(channel), clock=clock)


class TestAttempts:
    def test_an_urgent_ticket_arrives_with_its_facts_and_key(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        urgent()
        assert dispatcher.deliver_due() == 1
        (request,) = endpoint.received
        assert request.path == "/notify"
        assert request.body == {
            "ticket_id": "T-1",
            "tenant_id": "acme",
            "urgency": "high",
            "reason": "High urgency: legal threat (“lawsuit”)",
        }
        delivery = only()
        assert request.key == delivery["_id"]
        assert (delivery["status"], delivery["attempts"], delivery["ended_at"]) == ("delivered", 1, clock())
        (attempt,) = delivery["log"]
        assert (attempt["ok"], attempt["status"], attempt["note"]) == (True, 200, "thank you")
        assert dispatcher.deliver_due() == 0

    def test_a_failing_message_is_sent_in_series_with_growing_pauses_and_the_same_key(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing(body=b"out of order")
        urgent()
        began = clock()
        times = []
        for _ in range(450):
            if dispatcher.deliver_due():
                times.append(round((clock() - began).total_seconds()))
            circuit(native_channel, clock).reset()  # here only the message's own times are looked at
            clock.advance(seconds=1)
        assert times == [0, 2, 6, 66, 68, 72, 192, 194, 198, 438, 440, 444]
        assert {each.key for each in endpoint.received} == {only()["_id"]}
        assert only()["log"][-1]["note"].endswith("internal error (status 500). Response: out of order")

    def test_a_message_fails_after_a_day_of_attempts(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing()
        urgent()
        began = clock()
        while only_or_none() is None or only()["status"] == "pending":
            dispatcher.deliver_due()
            circuit(native_channel, clock).reset()
            if only()["status"] == "pending":
                clock.moment = max(clock(), only()["next_attempt_at"])
        assert only()["status"] == "dead"
        assert timedelta(hours=24) <= only()["ended_at"] - began < timedelta(hours=24, seconds=10)
        attempts = len(endpoint.received)
        assert attempts == only()["attempts"] > 20
        clock.advance(days=3)
        assert dispatcher.deliver_due() == 0

    def test_retry_after_delays_all_messages_to_the_endpoint(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing(429, retry_after="20")
        urgent()
        dispatcher.deliver_due()
        endpoint.behaviour = failing(200)
        urgent()
        clock.advance(seconds=19)
        assert dispatcher.deliver_due() == 0
        clock.advance(seconds=1)
        assert dispatcher.deliver_due() == 2
        assert statuses() == ["delivered", "delivered"]

    def test_the_oldest_message_is_sent_first(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        for _ in range(5):
            urgent()
            clock.advance(seconds=1)
        dispatcher.deliver_due()
        assert [each.body["ticket_id"] for each in endpoint.received] == ["T-1", "T-2", "T-3", "T-4", "T-5"]

    def test_messages_wait_for_a_channel_that_is_off_and_are_dropped_for_a_deleted_one(
        self, tenant: Tenant, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher,
        clock: FakeClock,
    ) -> None:  # fmt: skip
        urgent(2)
        endpoint.behaviour = failing()
        dispatcher.start_round(lambda work, *arguments: work(*arguments) if not endpoint.received else None)
        Channel.objects.update(enabled=False)
        clock.advance(minutes=10)
        sent = len(endpoint.received)
        assert dispatcher.deliver_due() == 0 and len(endpoint.received) == sent
        Channel.objects.update(enabled=True)
        endpoint.behaviour = failing(200)
        clock.advance(minutes=10)
        assert dispatcher.deliver_due() == 2
        endpoint.behaviour = failing()
        urgent()
        dispatcher.deliver_due()
        native_channel.delete()
        clock.advance(minutes=10)
        assert dispatcher.deliver_due() == 0
        assert statuses() == ["delivered", "delivered", "dropped"]
        assert stored()[-1]["ended_by"] == "channel deletion"


def only_or_none() -> Document | None:
    found = stored()
    return found[0] if found else None


class TestCircuit:
    def test_a_failing_endpoint_is_paused_and_then_probed_once(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing()
        urgent(8)
        dispatcher.deliver_due()
        assert len(endpoint.received) == 5, "the fifth failure opens"
        for _ in range(29):
            clock.advance(seconds=1)
            assert dispatcher.deliver_due() == 0
        clock.advance(seconds=1)
        assert dispatcher.deliver_due() == 1
        clock.advance(seconds=29)
        assert dispatcher.deliver_due() == 0
        endpoint.behaviour = failing(200)
        clock.advance(seconds=1)
        assert dispatcher.deliver_due() == 8
        assert statuses() == ["delivered"] * 8

    def test_probes_alternate_between_the_most_tried_message_and_a_new_one(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing()
        for _ in range(3):
            urgent()
            clock.advance(milliseconds=1)
        dispatcher.deliver_due()  # each once
        clock.advance(seconds=2)
        dispatcher.deliver_due()  # the first two twice, which opens
        new = set(urgent(20))
        before = len(endpoint.received)
        for _ in range(4):
            clock.advance(seconds=30)
            assert dispatcher.deliver_due() == 1
        probes = [each.body["ticket_id"] for each in endpoint.received[before:]]
        assert probes[0] in ("T-1", "T-2") and probes[3] in new and not new & set(probes[:3])

    def test_an_endpoint_that_accepts_only_third_attempts_recovers_by_its_probes(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        tries: Counter[str] = Counter()

        def third_time(key: str, _body: Any) -> Reply:
            tries[key] += 1
            return Reply(status=200 if tries[key] >= 3 else 500)

        endpoint.behaviour = third_time
        urgent(40)
        began = clock()
        while not stored() or statuses().count("delivered") < 40:
            dispatcher.deliver_due()
            clock.advance(seconds=1)
        # 80 failures, five of them or so between two silences of 30 s: a probe for each ticket would take 40 minutes
        assert clock() - began < timedelta(minutes=13)
        assert set(tries.values()) == {3}

    def test_a_rejected_message_is_not_used_as_a_probe_while_there_are_others(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = lambda _key, body: Reply(status=422 if body["ticket_id"] == "T-1" else 500)
        urgent(1)
        dispatcher.deliver_due()
        urgent(6)
        dispatcher.deliver_due()
        assert circuit(native_channel, clock).state().state == "open"
        clock.advance(minutes=5)
        endpoint.behaviour = lambda _key, body: Reply(status=422 if body["ticket_id"] == "T-1" else 200)
        before = len(endpoint.received)
        dispatcher.deliver_due()
        assert endpoint.received[before].body["ticket_id"] != "T-1"
        assert statuses().count("delivered") == 6

    def test_a_message_that_always_fails_does_not_keep_the_others_from_being_probes(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        poison = set(urgent(5))
        endpoint.behaviour = lambda _key, body: Reply(status=500 if body["ticket_id"] in poison else 200)
        for _ in range(10):
            dispatcher.deliver_due()
            clock.advance(seconds=1)
        assert circuit(native_channel, clock).state().state == "open"
        for count in range(1, 6):
            urgent()
            for _ in range(4):
                clock.advance(seconds=30)
                dispatcher.deliver_due()
            assert statuses().count("delivered") == count, "at the fourth probe at the latest"

    def test_a_recovered_endpoint_gets_all_waiting_messages_immediately(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing()
        urgent(4)
        for _ in range(500):
            clock.advance(minutes=1)
            dispatcher.deliver_due()
        due_in = [each["next_attempt_at"] - clock() for each in stored()]
        assert max(due_in) > timedelta(hours=1)
        endpoint.behaviour = failing(200)
        urgent()
        clock.advance(seconds=60)
        dispatcher.deliver_due()
        assert statuses() == ["delivered"] * 5

    def test_a_failing_endpoint_does_not_delay_another_one(
        self, tenant: Tenant, other_tenant: Tenant, endpoint: Endpoint, other_endpoint: Endpoint, urgent: Urgent,
        dispatcher: Dispatcher, clock: FakeClock,
    ) -> None:  # fmt: skip
        for owner, at in ((tenant, endpoint), (other_tenant, other_endpoint)):
            Channel.objects.create(tenant=owner, kind="house", name="House", address=at.url)
        endpoint.behaviour = failing()
        urgent(50)
        clock.advance(seconds=1)
        urgent(3, of=other_tenant)
        dispatcher.deliver_due()
        assert len(endpoint.received) == 5
        assert len(other_endpoint.accepted()) == 3


class TestRefusedMessages:
    """A working endpoint may reject one message and accept the others."""

    def test_a_rejected_message_opens_no_circuit_and_fails_after_a_few_attempts(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing(422, body=b"no such field")
        urgent()
        began, times = clock(), []
        while not stored() or only()["status"] == "pending":
            if dispatcher.deliver_due():
                times.append(round((clock() - began).total_seconds()))
            clock.advance(seconds=20)
        assert times == [0, 60, 360, 1860, 9360]
        assert only()["status"] == "dead" and "no such field" in only()["log"][-1]["note"]
        assert circuit(native_channel, clock).state().failure_count == 0

    @pytest.mark.parametrize("status", [400, 413, 422])
    def test_rejected_messages_hold_back_no_others(
        self, status: int, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher,
        clock: FakeClock,
    ) -> None:  # fmt: skip
        endpoint.behaviour = failing(status)
        urgent(20)
        dispatcher.deliver_due()
        clock.advance(minutes=1)
        dispatcher.deliver_due()
        endpoint.behaviour = lambda _key, body: Reply(status=200 if body["ticket_id"] == "T-21" else status)
        urgent()
        dispatcher.deliver_due()
        assert [each.body["ticket_id"] for each in endpoint.accepted()] == ["T-21"]

    def test_a_message_to_a_removed_url_fails_immediately_and_starts_over_when_resent(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing(410)
        urgent()
        dispatcher.deliver_due()
        assert only()["status"] == "dead"
        clock.advance(days=2)
        assert dispatcher.deliver_due() == 0 and len(endpoint.received) == 1
        endpoint.behaviour = failing(200)
        assert DeliveryStore(native_channel.tenant, clock=clock).send_again(only()["_id"], by="x") == 1
        dispatcher.deliver_due()
        assert only()["status"] == "delivered"

    def test_rejected_mails_delay_no_other_mails(
        self, tenant: Tenant, other_tenant: Tenant, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock,
        settings: Any,
    ) -> None:  # fmt: skip
        for owner in (tenant, other_tenant):
            Channel.objects.create(tenant=owner, kind="email", name="Mail", address=f"{owner.slug}@example.com")

        def content_filter(mail: Mail) -> str | None:
            return "554 5.7.1 spam" if b"POISON" in mail.data else None

        with SmtpServer(filter=content_filter) as server:
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_IS_SET = "127.0.0.1", server.port, True
            settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
            urgent(8, subject="POISON")
            for _ in range(6):
                dispatcher.deliver_due()
                clock.advance(seconds=10)
            assert server.mails == []
            urgent(of=other_tenant)
            urgent()
            dispatcher.deliver_due()
            assert sorted(each.recipients[0] for each in server.mails) == ["acme@example.com", "globex@example.com"]


class TestTenantsApart:
    """Channels of different tenants share nothing, even at the same URL."""

    @pytest.mark.parametrize("kind", ["house", "webhook", "email", "slack"])
    def test_each_tenants_channel_has_a_circuit_of_its_own(
        self, kind: str, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        address = "a@example.com" if kind == "email" else "https://hooks.example/services/T0"
        names = set()
        for owner in (tenant, other_tenant):
            channel = Channel(tenant=owner, kind=kind, name="Same", address=address)
            channel.set_secret(make_signing_secret())
            channel.save()
            names.add(endpoint_of(channel))
        assert len(names) == 2

    def test_an_open_circuit_of_one_tenant_stops_no_message_of_another(
        self, tenant: Tenant, other_tenant: Tenant, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher,
        clock: FakeClock,
    ) -> None:  # fmt: skip
        ours, theirs = (
            Channel.objects.create(tenant=owner, kind="house", name="House", address=endpoint.url)
            for owner in (tenant, other_tenant)
        )
        endpoint.behaviour = lambda _key, body: Reply(status=500 if body["tenant_id"] == "acme" else 200)
        urgent(8)
        dispatcher.deliver_due()
        assert circuit(ours, clock).state().state == "open"
        urgent(of=other_tenant)
        dispatcher.deliver_due()
        assert [each.body["tenant_id"] for each in endpoint.accepted()] == ["globex"]
        assert [each.ok for each in circuit(theirs, clock).state().results] == [True]


class TestRetryAfter:
    def test_a_retry_after_of_an_hour_is_respected_until_the_deadline(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock,
        settings: Any,
    ) -> None:  # fmt: skip
        settings.NOTIFY_GIVE_UP_HOURS = 2
        endpoint.behaviour = failing(503, retry_after="3600")
        urgent()
        began, times = clock(), []
        while not stored() or only()["status"] == "pending":
            if dispatcher.deliver_due():
                times.append(round((clock() - began).total_seconds()))
            clock.advance(seconds=60)
        assert times == [0, 3600, 7200]
        assert only()["status"] == "dead"

    def test_a_retry_after_is_capped_at_one_hour(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing(429, retry_after="86400")
        urgent()
        dispatcher.deliver_due()
        endpoint.behaviour = failing(200)
        clock.advance(seconds=3599)
        assert dispatcher.deliver_due() == 0
        clock.advance(seconds=1)
        assert dispatcher.deliver_due() == 1


def test_messages_stored_by_an_earlier_version_are_sent(
    native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
) -> None:
    endpoint.behaviour = failing(500)
    urgent()
    dispatcher.deliver_due()
    urgent()
    mongo.collection("deliveries").update_many({}, {"$unset": {"refusals": "", "tickets.$[].text": ""}})
    mongo.collection("outbox").update_many({}, {"$unset": {"facts.text": ""}})
    mongo.collection("channels").update_many({}, {"$unset": {"unconfirmed": "", "tested_at": "", "test_problem": ""}})
    for status in (422, 200):
        endpoint.behaviour = failing(status)
        clock.advance(minutes=2)
        dispatcher.deliver_due()
    assert statuses() == ["delivered", "delivered"]


class TestFolding:
    def test_many_at_once_become_one_digest(
        self, webhook: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher
    ) -> None:
        urgent(37)
        assert dispatcher.deliver_due() == 1
        (request,) = endpoint.received
        assert (request.body["kind"], len(request.body["tickets"])) == ("digest", 37)

    def test_news_during_an_outage_becomes_one_digest(
        self, webhook: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing()
        for _ in range(60):
            urgent()
            dispatcher.deliver_due()
            clock.advance(minutes=1)
        endpoint.behaviour = failing(200)
        clock.advance(minutes=1)
        dispatcher.deliver_due()
        arrived = [len(each.body["tickets"]) for each in endpoint.accepted()]
        assert sum(arrived) == 60
        assert len(arrived) < 60 and max(arrived) > 1
        assert len({each.key for each in endpoint.accepted()}) == len(arrived)

    def test_more_news_about_a_customer_within_an_hour_is_one_message_at_its_end(
        self, webhook: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        began = clock()
        urgent(customer_id="cust_x")
        dispatcher.deliver_due()
        for _ in range(3):
            clock.advance(minutes=10)
            urgent(customer_id="cust_x")
            dispatcher.deliver_due()
        assert len(endpoint.received) == 1
        urgent(customer_id="cust_y")
        dispatcher.deliver_due()
        assert len(endpoint.received) == 2, "another customer is told at once"
        clock.moment = began + timedelta(minutes=59, seconds=59)
        assert dispatcher.deliver_due() == 0
        clock.advance(seconds=1)
        assert dispatcher.deliver_due() == 1
        assert [each["ticket_id"] for each in endpoint.received[-1].body["tickets"]] == ["T-2", "T-3", "T-4"]

    def test_each_channel_has_its_own_hour_per_customer(
        self, tenant: Tenant, webhook: Channel, endpoint: Endpoint, other_endpoint: Endpoint, urgent: Urgent,
        dispatcher: Dispatcher, clock: FakeClock,
    ) -> None:  # fmt: skip
        urgent(customer_id="cust_x")
        dispatcher.deliver_due()
        make_webhook(tenant, other_endpoint, name="Late")
        clock.advance(minutes=5)
        urgent(customer_id="cust_x")
        dispatcher.deliver_due()
        assert (len(endpoint.received), len(other_endpoint.received)) == (1, 1)

    def test_a_digest_stays_the_same_in_every_attempt(
        self, webhook: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        endpoint.behaviour = failing()
        urgent(3, customer_id="cust_x")
        dispatcher.deliver_due()
        urgent(2, customer_id="cust_x")
        clock.advance(seconds=2)
        dispatcher.deliver_due()
        endpoint.behaviour = failing(200)
        clock.advance(seconds=4)
        dispatcher.deliver_due()
        assert len({each.key for each in endpoint.received}) == 1
        assert {len(each.body["tickets"]) for each in endpoint.received} == {3}
        clock.advance(hours=1)
        dispatcher.deliver_due()
        assert len(endpoint.received[-1].body["tickets"]) == 2


class TestClaims:
    def test_a_delivery_of_a_crashed_process_is_due_again_after_its_lease(
        self, native_channel: Channel, endpoint: Endpoint, urgent: Urgent, dispatcher: Dispatcher, clock: FakeClock
    ) -> None:
        urgent()
        dead = compose_next(native_channel, owner="dead", clock=clock)
        assert dead is not None
        clock.advance(seconds=59)
        assert dispatcher.deliver_due() == 0
        clock.advance(seconds=1)
        assert dispatcher.deliver_due() == 1
        assert endpoint.received[0].key == dead.key

    def test_a_worker_past_its_lease_cannot_record_a_result_for_anothers_claim(
        self, native_channel: Channel, urgent: Urgent, clock: FakeClock
    ) -> None:
        urgent()
        sleeper = compose_next(native_channel, owner="a", clock=clock)
        assert sleeper is not None
        clock.advance(seconds=61)
        other = deliveries.claim([str(native_channel.pk)], owner="b", clock=clock)
        assert other is not None and other.key == sleeper.key
        attempt = Attempt(seconds=1, status=200, note="")
        pause = Pause(1, series_is_over=False)
        assert not deliveries.record_delivered(sleeper, attempt, clock=clock)
        assert not deliveries.record_failed(sleeper, attempt, pause, was_refused=False, clock=clock)
        assert only()["status"] == "pending"
        assert deliveries.record_delivered(other, attempt, clock=clock)
        assert not deliveries.record_failed(sleeper, attempt, pause, was_refused=False, clock=clock)
        assert only()["status"] == "delivered"

    def test_eight_workers_at_once_claim_each_message_once(
        self, transactional_db: None, native_channel: Channel, urgent: Urgent, clock: FakeClock
    ) -> None:
        urgent(40)
        taken: list[str] = []
        ready = threading.Barrier(8)

        def take() -> None:
            ready.wait()
            while claimed := compose_next(native_channel, owner=threading.current_thread().name, clock=clock):
                taken.append(claimed.document["tickets"][0]["ticket_id"])

        threads = [threading.Thread(target=take) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == sorted(f"T-{n}" for n in range(1, 41))


def test_on_the_servers_own_clock_with_threads_all_arrive_and_none_waits_for_another(
    transactional_db: None, tenant: Tenant, other_tenant: Tenant, endpoint: Endpoint, other_endpoint: Endpoint,
    urgent: Urgent,
) -> None:  # fmt: skip
    """The first endpoint responds only after the second one has received everything."""
    for owner, at in ((tenant, endpoint), (other_tenant, other_endpoint)):
        Channel.objects.create(tenant=owner, kind="house", name="House", address=at.url)
    all_arrived = threading.Event()

    def hang(_key: str, _body: Document) -> Reply:
        return Reply(seconds=0 if all_arrived.is_set() else 1.0)

    def count(_key: str, _body: Document) -> Reply:
        if len(other_endpoint.received) == 29:
            all_arrived.set()
        return Reply()

    endpoint.behaviour, other_endpoint.behaviour = hang, count
    urgent(30)
    urgent(30, of=other_tenant)
    stop = threading.Event()
    dispatcher = Dispatcher(owner="test")
    running = threading.Thread(target=dispatcher.run, args=(stop,))
    running.start()
    assert all_arrived.wait(60)
    while mongo.collection("deliveries").count_documents({"status": "delivered"}) < 60 and running.is_alive():
        threading.Event().wait(0.05)
    stop.set()
    running.join()
    assert len(endpoint.accepted()) == len(other_endpoint.accepted()) == 30
    assert 1 < endpoint.most_together <= 4
