"""Periodic work for many tenants: what goes wrong with one never keeps it from the others."""

import threading

import pytest
from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure

from supportsaas import clock as time_source
from supportsaas.db import mongo
from supportsaas.ops.health_checks import Vital
from supportsaas.ops.per_tenant_work import COLLECTION, LONGEST_PAUSE, VITALS, take_turns
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.conftest import FakeClock
from tickets.store.search import TicketSearch, store_waiting_words

pytestmark = pytest.mark.django_db

TENANTS = [f"t{n}" for n in range(9)]
(VITAL,) = VITALS


@pytest.mark.parametrize(
    "fault", [ValueError("odd data"), OperationFailure("too large", 10334), ExecutionTimeout("slow")]
)
def test_a_fault_in_one_tenants_data_does_not_stop_the_others(fault: Exception, clock: FakeClock) -> None:
    served: list[str] = []

    def work(tenant_id: str) -> int:
        if tenant_id == "t4":
            raise fault
        served.append(tenant_id)
        return 1

    assert take_turns("sums", TENANTS, work, stop=threading.Event(), now=clock) == 8
    assert sorted(served) == [each for each in TENANTS if each != "t4"]


def test_a_tenant_that_fails_is_tried_again_after_growing_pauses_until_it_succeeds(clock: FakeClock) -> None:
    tries: list[float] = []
    began = clock()
    is_mended = False

    def work(_tenant_id: str) -> int:
        tries.append((clock() - began).total_seconds())
        if not is_mended:
            raise ValueError("odd data")
        return 1

    for _ in range(100):
        take_turns("sums", ["t1"], work, stop=threading.Event(), now=clock)
        clock.advance(seconds=10)
    assert tries == [0, 10, 30, 70, 150, 310, 630]
    clock.advance(seconds=LONGEST_PAUSE.total_seconds())
    is_mended = True
    assert take_turns("sums", ["t1"], work, stop=threading.Event(), now=clock) == 1
    assert mongo.collection(COLLECTION).count_documents({}) == 0


def test_the_pause_never_exceeds_the_longest(clock: FakeClock) -> None:
    def fail(_tenant_id: str) -> int:
        raise ValueError("odd data")

    for _ in range(40):
        take_turns("sums", ["t1"], fail, stop=threading.Event(), now=clock)
        clock.advance(seconds=LONGEST_PAUSE.total_seconds())
    (fault,) = mongo.collection(COLLECTION).find()
    assert fault["failures"] == 40
    assert fault["next_at"] - fault["last_at"] == LONGEST_PAUSE


def test_a_database_that_is_away_is_no_fault_of_a_tenant(clock: FakeClock) -> None:
    def work(_tenant_id: str) -> int:
        raise ConnectionFailure("away")

    with pytest.raises(ConnectionFailure):
        take_turns("sums", TENANTS, work, stop=threading.Event(), now=clock)
    assert mongo.collection(COLLECTION).count_documents({}) == 0


def test_not_the_same_tenant_is_always_first(clock: FakeClock) -> None:
    first: set[str] = set()
    for _ in range(200):
        stop = threading.Event()

        def work(tenant_id: str, stop: threading.Event = stop) -> int:
            first.add(tenant_id)
            stop.set()
            return 1

        assert take_turns("sums", TENANTS, work, stop=stop, now=clock) == 1
    assert len(first) > 1


def test_health_and_metrics_tell_which_work_fails_and_for_how_many(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_source, "now", clock)
    assert read(VITAL) == ([], {})

    def work(_tenant_id: str) -> int:
        raise ValueError("odd data of a customer")

    take_turns("sums", ["acme", "globex"], work, stop=threading.Event(), now=clock)
    clock.advance(minutes=5)
    sentences, failing = read(VITAL)
    assert sentences == [
        "The background work “sums” fails for 2 tenants since 5 minutes ago; the log says why. "
        "All other tenants are served."
    ]
    assert failing == {(("work", "sums"),): 2}
    clock.advance(days=2)
    assert read(VITAL) == ([], {})


def test_words_of_one_tenant_that_cannot_be_stored_keep_no_other_from_the_search(
    tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (tenant, other_tenant):
        store_tickets(each, [{}])
    store_words = TicketSearch.store_words

    def fail_for_one(search: TicketSearch, **values: int) -> int:
        if search.tenant_id == tenant.slug:
            raise OperationFailure("a document would be too large", 17419)
        return store_words(search, **values)

    monkeypatch.setattr(TicketSearch, "store_words", fail_for_one)
    assert store_waiting_words(threading.Event()) == 1
    waiting = mongo.collection("tickets").distinct("tenant_id", {"unindexed_since": {"$exists": True}})
    assert waiting == [tenant.slug]


def read(vital: Vital) -> tuple[list[str], dict[tuple[tuple[str, str], ...], float]]:
    reading = vital.read()
    (gauge,) = reading.gauges
    return [each.sentence for each in reading.findings], dict(gauge.values)
