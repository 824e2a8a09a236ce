"""What is kept about customers follows their tickets: after each change, each day, after a crash, and for two workers."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from supportsaas import clock as time_source
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import NOON, delete_stored, store_tickets
from tests.conftest import FakeClock
from tests.customers.recomputing import recomputed, seen, stored
from tickets.classification.corrections import Verdicts
from tickets.corrections.correcting import correct_tickets
from tickets.customers import profile, refreshing
from tickets.customers.refreshing import find_usual_urgent, is_ready, lock_of, refresh, refresh_customers
from tickets.erasure.customers import erase_customer

DAY = timedelta(days=1)
TEXTS = ("How does it work", "Nothing works, this is terrible", "We are switching to a competitor. Data breach!",
         "Thank you, great help", "Our whole office is down, urgent", "Ich kündige, furchtbar")  # fmt: skip


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock(NOON)
    monkeypatch.setattr(time_source, "now", clock)
    return clock


def made(number: int, days: float, customer: str, **values: Any) -> dict[str, Any]:
    at = (NOON - timedelta(days=days)).isoformat()
    return {"id": f"T-{number}", "customer_id": customer, "created_at": at, "updated_at": at, **values}


def run() -> int:
    return refresh_customers(threading.Event())


def usual(tenant: Tenant) -> float | None:
    found = mongo.collection("customer_refresh").find_one({"_id": tenant.slug})
    assert found is not None
    return found["usual_seconds"]  # type: ignore[no-any-return]


def assert_agrees(tenant: Tenant, now: datetime) -> None:
    expected = recomputed(tenant, now=now, usual=usual(tenant))
    assert {name: seen(each) for name, each in stored(tenant).items()} == expected


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_everything_agrees_with_a_plain_count_of_the_tickets(
    tenant: Tenant, other_tenant: Tenant, clock: FakeClock, seed: int
) -> None:
    chance = random.Random(seed)
    store_tickets(other_tenant, [made(1, 1, "ann")])
    customers = ["ann", "bob", "cy", "cust 1", "Ωmega"]
    numbers = range(60)
    dates = {n: chance.choice([chance.uniform(0, 40), chance.uniform(0, 400)]) for n in numbers}

    def ticket(n: int) -> dict[str, Any]:
        status = chance.choice(["open", "closed", "pending"])
        stamp = clock() - timedelta(hours=chance.random())
        return made(n, dates[n], chance.choice(customers), message=chance.choice(TEXTS), status=status) | {
            "updated_at": stamp.isoformat(),
            "customer_name": chance.choice([None, "Ann Lee", "Bob"]),
        }

    store_tickets(tenant, [ticket(n) for n in numbers], now=clock())
    for _ in range(6):
        run()
        assert_agrees(tenant, clock())
        clock.advance(days=chance.choice([1, 2, 9]), hours=chance.random())
        match chance.randrange(4):
            case 0 | 1:
                store_tickets(tenant, [ticket(n) for n in chance.sample(numbers, 12)], now=clock())
            case 2:
                delete_stored(tenant, [f"T-{n}" for n in chance.sample(numbers, 10)], now=clock())
            case 3:
                chosen = [f"T-{n}" for n in chance.sample(numbers, 5)]
                correct_tickets(tenant, chosen, Verdicts(urgency="high", sentiment="negative"), by="ann")
    assert len(stored(other_tenant)) == 1


class TestChanges:
    def test_a_ticket_that_moves_to_another_customer_counts_there_and_not_here(self, tenant: Tenant) -> None:
        store_tickets(tenant, [made(1, 1, "ann", message=TEXTS[2])])
        run()
        moved = made(1, 1, "bob", message=TEXTS[2]) | {"updated_at": NOON.isoformat()}
        store_tickets(tenant, [moved])
        run()
        assert set(stored(tenant)) == {"bob"} and stored(tenant)["bob"]["risk"] > 0

    def test_deleted_tickets_take_their_customer_away_and_restored_ones_bring_it_back(self, tenant: Tenant) -> None:
        tickets = [made(1, 1, "ann"), made(2, 1, "bob")]
        store_tickets(tenant, tickets)
        run()
        delete_stored(tenant, ["T-1"])
        run()
        assert set(stored(tenant)) == {"bob"}
        store_tickets(tenant, tickets)
        run()
        assert set(stored(tenant)) == {"ann", "bob"}

    def test_a_new_name_alone_is_noticed_and_the_newest_wins(self, tenant: Tenant) -> None:
        store_tickets(tenant, [made(1, 5, "ann", customer_name="Ann"), made(2, 1, "ann", organisation="Acme Ltd")])
        run()
        assert (stored(tenant)["ann"]["name"], stored(tenant)["ann"]["organisation"]) == ("Ann", "Acme Ltd")
        renamed = made(1, 5, "ann", customer_name="Ann Lee") | {"updated_at": NOON.isoformat()}
        store_tickets(tenant, [renamed])
        run()
        assert stored(tenant)["ann"]["name"] == "Ann Lee"

    def test_nothing_is_worked_out_without_a_change(self, tenant: Tenant) -> None:
        store_tickets(tenant, [made(1, 1, "ann")])
        assert run() > 0
        assert run() == 0 and is_ready(tenant)
        assert mongo.collection("customer_changes").count_documents({}) == 0

    def test_a_customer_with_more_tickets_than_are_read_is_counted_exactly(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refreshing, "MOST_CONTACTS", 4)
        store_tickets(tenant, [made(n, n, "ann", message=TEXTS[4]) for n in range(12)])
        run()
        found = stored(tenant)["ann"]
        expected = recomputed(tenant, now=NOON, usual=None)["ann"]
        assert {name: seen(found)[name] for name in ("total", "high", "open", "in_30_days", "in_12_weeks")} == {
            name: expected[name] for name in ("total", "high", "open", "in_30_days", "in_12_weeks")
        }


class TestTime:
    def test_risks_decay_every_day_without_any_change(self, tenant: Tenant, clock: FakeClock) -> None:
        store_tickets(tenant, [made(1, 1, "ann", message=TEXTS[2], status="closed")])
        scores = []
        for _ in range(5):
            run()
            scores.append(stored(tenant)["ann"]["risk"])
            assert_agrees(tenant, clock())
            clock.advance(days=50)
        assert scores == sorted(scores, reverse=True) and scores[0] == 20 and scores[-1] == 0

    def test_customers_whom_time_does_not_change_are_left_alone(self, tenant: Tenant, clock: FakeClock) -> None:
        store_tickets(tenant, [made(1, 300, "ann", status="closed"), made(2, 1, "bob")])
        run()
        clock.advance(days=1)
        assert run() == 1
        assert stored(tenant)["bob"]["as_of"] == clock() and stored(tenant)["ann"]["as_of"] == NOON

    def test_the_day_is_that_of_the_tenants_zone(self, tenant: Tenant, clock: FakeClock) -> None:
        Tenant.objects.filter(pk=tenant.pk).update(timezone="Pacific/Auckland")
        store_tickets(tenant, [made(1, 1, "ann")])
        run()
        clock.advance(hours=13)  # the next day in London, the same one in Auckland
        assert run() == 0
        clock.advance(hours=10)
        assert run() == 1 and run() == 0

    def test_the_usual_time_of_urgent_tickets_is_their_median_and_unknown_for_few(self, tenant: Tenant) -> None:
        def resolved(n: int) -> dict[str, Any]:
            at = NOON - timedelta(days=20, hours=n)
            return made(n, 0, f"c{n}", message="Data breach", status="closed") | {
                "created_at": at.isoformat(),
                "resolved_at": (at + timedelta(hours=n)).isoformat(),
                "updated_at": NOON.isoformat(),
            }

        store_tickets(tenant, [resolved(n) for n in range(1, 20)])
        assert find_usual_urgent(tenant, now=NOON) is None
        store_tickets(tenant, [resolved(20), resolved(21)])
        assert find_usual_urgent(tenant, now=NOON) == 11 * 3600


class TestCrashesAndWorkers:
    def test_a_worker_that_dies_at_any_write_leaves_the_rest_to_the_next_one(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refreshing, "PAGE_SIZE", 3)
        store_tickets(tenant, [made(n, n, f"c{n % 11}", message=TEXTS[n % 6]) for n in range(30)])

        class Died(BaseException):
            pass

        real = mongo.in_transaction
        for dies_at in range(1, 9):
            mongo.collection("customer_refresh").delete_many({})
            left = iter(range(dies_at))

            def dying(work: Callable[[ClientSession], Any], left: Iterator[int] = left) -> Any:
                if next(left, None) is None:
                    raise Died
                return real(work)

            with monkeypatch.context() as patch:
                patch.setattr(mongo, "in_transaction", dying)
                with suppress(Died):
                    refresh(tenant)
            while refresh(tenant):
                pass
            assert_agrees(tenant, NOON)
            assert is_ready(tenant)

    def test_a_customer_changed_while_its_page_is_written_is_worked_out_again(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [made(1, 1, "ann")])
        real = profile.profile_of

        def slow(*args: Any, **values: Any) -> Any:
            monkeypatch.setattr(refreshing, "profile_of", real)
            store_tickets(tenant, [made(2, 2, "ann")])
            return real(*args, **values)

        monkeypatch.setattr(refreshing, "profile_of", slow)
        run()
        run()
        assert stored(tenant)["ann"]["total"] == 2

    def test_two_workers_work_out_every_customer(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refreshing, "PAGE_SIZE", 5)
        store_tickets(tenant, [made(n, n % 50, f"c{n % 40}", message=TEXTS[n % 6]) for n in range(120)])
        workers = [threading.Thread(target=run) for _ in range(2)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        run()
        assert_agrees(tenant, NOON)

    def test_only_one_process_at_a_time_works_for_a_tenant(self, tenant: Tenant) -> None:
        store_tickets(tenant, [made(1, 1, "ann")])
        with lock_of(tenant.slug).kept("another"):
            assert refresh(tenant) == 0
        assert refresh(tenant) > 0

    def test_another_formula_works_out_all_customers_again(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_tickets(tenant, [made(n, 300, f"c{n}", status="closed") for n in range(7)])
        run()
        mongo.collection("customers").update_many({}, {"$set": {"risk": 99}})
        for module in (profile, refreshing):
            monkeypatch.setattr(module, "VERSION", 99)
        assert run() == 7
        assert_agrees(tenant, NOON)

    def test_tickets_of_an_earlier_version_are_found_without_any_change(self, tenant: Tenant) -> None:
        store_tickets(tenant, [made(n, n, f"c{n}") for n in range(7)])
        mongo.collection("customer_changes").delete_many({})
        assert run() == 7
        assert_agrees(tenant, NOON)


def test_an_erased_customer_leaves_nothing_and_waits_for_a_worker(tenant: Tenant) -> None:
    store_tickets(tenant, [made(1, 1, "ann"), made(2, 1, "bob")])
    run()
    store_tickets(tenant, [made(3, 1, "ann")])
    started, release = threading.Event(), threading.Event()

    def hold() -> None:
        with lock_of(tenant.slug).kept("a worker"):
            started.set()
            release.wait(0.4)

    worker = threading.Thread(target=hold)
    worker.start()
    started.wait()
    erase_customer(tenant, "ann")
    worker.join()
    assert set(stored(tenant)) == {"bob"}
    assert all("ann" not in each["customers"] for each in mongo.collection("customer_changes").find())
    run()
    assert set(stored(tenant)) == {"bob"}
