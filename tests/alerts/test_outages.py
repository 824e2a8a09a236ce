"""Outages and recoveries are reported once, however many workers check."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from supportsaas.db import mongo
from supportsaas.reliability.circuit_breaker import CircuitBreaker, Permit
from tenants.models import Tenant, User
from tests.alerts.conftest import make_webhook
from tests.alerts.endpoint import Endpoint
from tests.builders import finished_job
from tests.conftest import FakeClock
from tickets.alerts.channels import endpoint_of
from tickets.alerts.dispatcher import Dispatcher
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source
from tickets.ingestion.outages import find_outages, watch

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def circuit(native_channel: Channel, clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker(endpoint_of(native_channel), clock=clock)


def fail(circuit: CircuitBreaker, times: int = 5) -> None:
    for _ in range(times):
        permit = circuit.admit()
        assert isinstance(permit, Permit)
        circuit.record(permit, ok=False)


def refuse(circuit: CircuitBreaker, fault: str, *, times: int) -> None:
    for _ in range(times):
        permit = circuit.admit()
        assert isinstance(permit, Permit)
        circuit.note_fault(permit, fault, seconds=0.1, note="Not this one.")


def probe(circuit: CircuitBreaker, *, ok: bool) -> None:
    permit = circuit.admit()
    assert isinstance(permit, Permit) and permit.is_probe
    circuit.record(permit, ok=ok)


def told() -> list[tuple[str, str]]:
    """The kind and channel of every message about outages, in order."""
    names = {str(each.pk): each.name for each in Channel.objects.all()}
    found = mongo.collection("deliveries").find({"kind": {"$in": ["trouble", "recovery"]}}).sort("composed_at")
    return [(each["kind"], names[each["channel_id"]]) for each in found]


def watch_for(clock: FakeClock, *, minutes: int, every: int = 15) -> None:
    for _ in range(minutes * 60 // every):
        clock.advance(seconds=every)
        watch(clock=clock)


class TestEndpoints:
    def test_an_endpoint_that_stays_away_is_reported_once_over_the_other_channels(
        self, tenant: Tenant, circuit: CircuitBreaker, other_endpoint: Endpoint, clock: FakeClock,
        dispatcher: Dispatcher,
    ) -> None:  # fmt: skip
        make_webhook(tenant, other_endpoint)
        fail(circuit)
        watch_for(clock, minutes=1)
        assert told() == []
        watch_for(clock, minutes=60, every=60)
        assert told() == [("trouble", "Hook")]
        (outage,) = find_outages(tenant)
        assert outage.kind == "endpoint" and "“Desk”" in outage.sentence
        mongo.collection("deliveries").update_many({}, {"$set": {"next_attempt_at": clock()}})
        dispatcher.deliver_due()
        (request,) = other_endpoint.received
        assert (request.body["kind"], request.body["headline"]) == ("trouble", outage.sentence)

    def test_the_recovery_of_an_endpoint_is_reported_once_after_it_was_healthy_for_a_while(
        self, tenant: Tenant, circuit: CircuitBreaker, other_endpoint: Endpoint, clock: FakeClock
    ) -> None:
        make_webhook(tenant, other_endpoint)
        fail(circuit)
        watch_for(clock, minutes=10)
        probe(circuit, ok=True)
        watch_for(clock, minutes=5)
        assert told() == [("trouble", "Hook")]
        watch_for(clock, minutes=60, every=60)
        assert told() == [("trouble", "Hook"), ("recovery", "Hook")]
        assert find_outages(tenant) == []

    def test_an_endpoint_that_comes_and_goes_is_reported_once_and_not_every_minute(
        self, tenant: Tenant, circuit: CircuitBreaker, other_endpoint: Endpoint, clock: FakeClock
    ) -> None:
        make_webhook(tenant, other_endpoint)
        for _ in range(10):
            fail(circuit)
            watch_for(clock, minutes=3)
            probe(circuit, ok=True)
            watch_for(clock, minutes=2)
        assert told() == [("trouble", "Hook")]

    def test_an_endpoint_that_fails_for_moments_only_is_not_reported(
        self, tenant: Tenant, circuit: CircuitBreaker, other_endpoint: Endpoint, clock: FakeClock
    ) -> None:
        """Like the demo's endpoint, which fails each ticket's first attempts."""
        make_webhook(tenant, other_endpoint)
        for _ in range(40):
            fail(circuit)
            clock.advance(seconds=30)
            watch(clock=clock)
            probe(circuit, ok=True)
        assert told() == []

    def test_without_another_channel_it_is_shown_and_not_sent(
        self, tenant: Tenant, circuit: CircuitBreaker, clock: FakeClock
    ) -> None:
        fail(circuit)
        watch_for(clock, minutes=10)
        assert told() == []
        assert len(find_outages(tenant)) == 1

    def test_endpoint_outages_are_reported_only_to_their_tenant(
        self, tenant: Tenant, other_tenant: Tenant, circuit: CircuitBreaker, endpoint: Endpoint,
        other_endpoint: Endpoint, clock: FakeClock,
    ) -> None:  # fmt: skip
        make_webhook(other_tenant, other_endpoint, name="Elsewhere")
        Channel.objects.create(tenant=other_tenant, kind="house", name="Shared", address=endpoint.url)
        fail(circuit)
        watch_for(clock, minutes=10)
        assert len(find_outages(tenant)) == 1
        assert find_outages(other_tenant) == [] and told() == []

    def test_an_endpoint_that_rejects_every_message_is_reported_but_a_single_rejection_is_not(
        self, tenant: Tenant, circuit: CircuitBreaker, other_endpoint: Endpoint, clock: FakeClock
    ) -> None:
        make_webhook(tenant, other_endpoint)
        refuse(circuit, "message", times=4)
        watch_for(clock, minutes=10)
        assert told() == []
        refuse(circuit, "message", times=1)
        watch_for(clock, minutes=10)
        assert told() == [("trouble", "Hook")]
        assert "“Desk” do not arrive. Not this one." in find_outages(tenant)[0].sentence

    def test_invalid_channel_settings_are_reported_after_the_first_message(
        self, tenant: Tenant, circuit: CircuitBreaker, other_endpoint: Endpoint, clock: FakeClock
    ) -> None:
        make_webhook(tenant, other_endpoint)
        refuse(circuit, "settings", times=1)
        watch_for(clock, minutes=3)
        assert told() == [("trouble", "Hook")]
        permit = circuit.admit()
        assert isinstance(permit, Permit)
        circuit.record(permit, ok=True)
        watch_for(clock, minutes=10)
        assert told() == [("trouble", "Hook"), ("recovery", "Hook")]

    def test_a_deleted_channel_is_no_outage(
        self, tenant: Tenant, native_channel: Channel, circuit: CircuitBreaker, clock: FakeClock
    ) -> None:
        fail(circuit)
        watch_for(clock, minutes=10)
        native_channel.delete()
        watch_for(clock, minutes=1)
        assert find_outages(tenant) == []


def test_the_page_of_alerts_shows_what_fails(
    tenant: Tenant, team_mate: User, client_of: Callable[[User], Client], circuit: CircuitBreaker, clock: FakeClock
) -> None:
    page = client_of(team_mate)
    fail(circuit)
    assert "do not get through" not in page.get("/t/acme/alerts/").content.decode()
    watch_for(clock, minutes=10)
    assert "Alerts to “Desk” do not get through." in page.get("/t/acme/alerts/").content.decode()


class TestSources:
    @pytest.fixture
    def source(self, tenant: Tenant, webhook: Channel) -> Source:
        return Source.objects.create(tenant=tenant, url="http://127.0.0.1:9")

    def test_two_failed_reads_in_a_row_are_reported_once_and_a_good_read_resolves_the_outage(
        self, tenant: Tenant, source: Source, clock: FakeClock
    ) -> None:
        finished_job(tenant, status="failed", now=clock())
        watch_for(clock, minutes=5)
        assert told() == []
        for _ in range(4):
            finished_job(tenant, status="failed", now=clock())
            watch_for(clock, minutes=5)
        assert told() == [("trouble", "Hook")]
        assert "cannot be read" in find_outages(tenant)[0].sentence
        finished_job(tenant, now=clock())
        watch_for(clock, minutes=30)
        assert told() == [("trouble", "Hook"), ("recovery", "Hook")]

    def test_a_source_that_fails_two_of_three_times_is_reported_once(
        self, tenant: Tenant, source: Source, clock: FakeClock
    ) -> None:
        for _ in range(10):
            for status in ("failed", "failed", "completed"):
                finished_job(tenant, status=status, now=clock())
                watch_for(clock, minutes=1)
        assert told() == [("trouble", "Hook")]

    def test_eight_workers_at_once_report_an_outage_once(
        self, transactional_db: None, tenant: Tenant, source: Source, clock: FakeClock
    ) -> None:
        for _ in range(2):
            finished_job(tenant, status="failed", now=clock())
        at_once(lambda: watch(clock=clock))
        assert told() == [("trouble", "Hook")]
        finished_job(tenant, now=clock())
        watch(clock=clock)
        clock.advance(minutes=5)
        at_once(lambda: watch(clock=clock))
        assert told() == [("trouble", "Hook"), ("recovery", "Hook")]


def at_once(work: Callable[[], object]) -> None:
    """Eight threads that start at the same time."""
    ready = threading.Barrier(8)

    def prepared() -> None:
        try:
            ready.wait()
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=prepared) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
