"""Periodic work over many tenants: a failure in one does not block the others."""

import threading

import pytest
from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure

from supportsaas import clock as time_source
from supportsaas.db import mongo
from supportsaas.ops.health_checks import HealthCheck
from supportsaas.ops.per_tenant_work import COLLECTION, HEALTH_CHECKS, LONGEST_PAUSE, for_each_tenant
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.conftest import FakeClock
from tickets.store.word_index import WordIndex, store_waiting_words

pytestmark = pytest.mark.usefixtures("db")

TENANTS = [f"t{n}" for n in range(9)]
(HEALTH_CHECK,) = HEALTH_CHECKS


@pytest.mark.parametrize(
    "fault", [ValueError("odd data"), OperationFailure("too large", 10334), ExecutionTimeout("slow")]
)
def test_per_tenant_work_continues_after_a_fault_in_one_tenants_data(fault: Exception, clock: FakeClock) -> None:
    served: list[str] = []

    def work(tenant_id: str) -> int:
        if tenant_id == "t4":
            raise fault
        served.append(tenant_id)
        return 1

    assert for_each_tenant("sums", TENANTS, work, stop=threading.Event(), now=clock) == 8
    assert sorted(served) == [each for each in TENANTS if each != "t4"]


def test_a_failing_tenant_is_retried_after_growing_pauses_until_it_succeeds(clock: FakeClock) -> None:
    tries: list[float] = []
    began = clock()
    is_fixed = False

    def work(_tenant_id: str) -> int:
        tries.append((clock() - began).total_seconds())
        if not is_fixed:
            raise ValueError("odd data")
        return 1

    for _ in range(100):
        for_each_tenant("sums", ["t1"], work, stop=threading.Event(), now=clock)
        clock.advance(seconds=10)
    assert tries == [0, 10, 30, 70, 150, 310, 630]
    clock.advance(seconds=LONGEST_PAUSE.total_seconds())
    is_fixed = True
    assert for_each_tenant("sums", ["t1"], work, stop=threading.Event(), now=clock) == 1
    assert mongo.collection(COLLECTION).count_documents({}) == 0


def test_the_pause_of_a_failing_tenant_has_an_upper_limit(clock: FakeClock) -> None:
    def fail(_tenant_id: str) -> int:
        raise ValueError("odd data")

    for _ in range(40):
        for_each_tenant("sums", ["t1"], fail, stop=threading.Event(), now=clock)
        clock.advance(seconds=LONGEST_PAUSE.total_seconds())
    (fault,) = mongo.collection(COLLECTION).find()
    assert fault["failures"] == 40
    assert fault["next_at"] - fault["last_at"] == LONGEST_PAUSE


def test_an_unreachable_database_is_not_recorded_as_a_tenants_fault(clock: FakeClock) -> None:
    def work(_tenant_id: str) -> int:
        raise ConnectionFailure("unreachable")

    with pytest.raises(ConnectionFailure):
        for_each_tenant("sums", TENANTS, work, stop=threading.Event(), now=clock)
    assert mongo.collection(COLLECTION).count_documents({}) == 0


def test_per_tenant_work_does_not_always_start_with_the_same_tenant(clock: FakeClock) -> None:
    first: set[str] = set()
    for _ in range(200):
        stop = threading.Event()

        def work(tenant_id: str, stop: threading.Event = stop) -> int:
            first.add(tenant_id)
            stop.set()
            return 1

        assert for_each_tenant("sums", TENANTS, work, stop=stop, now=clock) == 1
    assert len(first) > 1


def test_health_and_metrics_report_which_background_work_fails_for_how_many_tenants(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_source, "now", clock)
    assert read(HEALTH_CHECK) == ([], {})

    def work(_tenant_id: str) -> int:
        raise ValueError("odd data of a customer")

    for_each_tenant("sums", ["acme", "globex"], work, stop=threading.Event(), now=clock)
    clock.advance(minutes=5)
    sentences, failing = read(HEALTH_CHECK)
    assert sentences == [
        "Background work “sums” fails for 2 tenants (first failure 5 minutes ago); the server log says why. "
        "Other tenants are not affected."
    ]
    assert failing == {(("work", "sums"),): 2}
    clock.advance(days=2)
    assert read(HEALTH_CHECK) == ([], {})


def test_one_tenants_search_words_that_cannot_be_stored_do_not_delay_other_tenants(
    tenant: Tenant, other_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (tenant, other_tenant):
        store_tickets(each, [{}])
    store_words = WordIndex.store_words

    def fail_for_one(search: WordIndex, **values: int) -> int:
        if search.tenant_id == tenant.slug:
            raise OperationFailure("a document would be too large", 17419)
        return store_words(search, **values)

    monkeypatch.setattr(WordIndex, "store_words", fail_for_one)
    assert store_waiting_words(threading.Event()) == 1
    waiting = mongo.collection("tickets").distinct("tenant_id", {"unindexed_since": {"$exists": True}})
    assert waiting == [tenant.slug]


def read(check: HealthCheck) -> tuple[list[str], dict[tuple[tuple[str, str], ...], float]]:
    result = check.read()
    (gauge,) = result.gauges
    return [each.sentence for each in result.problems], dict(gauge.values)
