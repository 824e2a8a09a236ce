"""Schedules: which runs are due, that each is claimed once, and how failures delay them."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from django.db import connection
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Tenant, User
from tests.builders import NOON, connect_source, finished_job, record
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk
from tests.profiling import operations_of
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion import schedule
from tickets.ingestion.connecting import remove_source, save_source
from tickets.ingestion.read_history import ReadHistory, find_read_history
from tickets.ingestion.schedule import (
    Schedule,
    claim_due_run,
    find_schedules,
    follow_source,
    follow_sources,
    pause,
    start_due_runs,
)
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest, Progress

T = TypeVar("T")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def schedule_source(tenant: Tenant, every_minutes: int, clock: FakeClock) -> Source:
    """Connect the tenant's source with a schedule that begins at the clock's time, not at the server's."""
    source = Source.objects.create(tenant=tenant, url="http://127.0.0.1:9")
    Source.objects.filter(pk=source.pk).update(every_minutes=every_minutes)
    follow_sources(clock=clock)
    return Source.objects.get(pk=source.pk)


def next_time(tenant: Tenant) -> datetime:
    return find_schedules([tenant.slug])[tenant.slug].next_at


def end_run(tenant: Tenant, clock: FakeClock, status: jobs.Status) -> None:
    """Let the queued run end at once."""
    job = jobs.claim_next("test", now=clock())
    assert job is not None and job["tenant_id"] == tenant.slug
    jobs.finish(job["_id"], owner_id="test", status=status, progress=Progress(), now=clock())


class TestDueRuns:
    def test_a_source_whose_time_has_come_is_put_into_the_queue(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 15, clock)
        clock.moment = next_time(tenant) - timedelta(milliseconds=1)
        assert start_due_runs(clock=clock) == 0
        clock.advance(milliseconds=1)
        assert start_due_runs(clock=clock) == 1
        job = jobs.find_active(tenant)
        assert job is not None
        assert (job["status"], job["trigger"], job["started_by"]) == ("queued", "schedule", "schedule")
        assert (job["options"]["kind"], job["queued_at"]) == ("sync", clock())

    def test_sync_times_keep_the_interval_however_late_they_are_claimed(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 15, clock)
        clock.moment = next_time(tenant)
        turns = []
        for late in (0, 4, 7, 0):
            clock.advance(seconds=late)
            assert start_due_runs(clock=clock) == 1
            end_run(tenant, clock, "completed")
            turns.append(next_time(tenant))
            clock.moment = turns[-1]
        assert {after - before for before, after in pairwise(turns)} == {15 * MINUTE}

    def test_after_an_outage_one_run_starts_and_not_every_missed_one(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 5, clock)
        clock.advance(days=3)
        assert start_due_runs(clock=clock) == 1
        end_run(tenant, clock, "completed")
        assert start_due_runs(clock=clock) == 0
        assert clock() < next_time(tenant) <= clock() + 5 * MINUTE

    def test_without_a_clock_of_its_own_it_goes_by_the_servers(self, tenant: Tenant) -> None:
        connect_source(tenant, every_minutes=60)
        assert start_due_runs() == 0
        mongo.collection("schedules").update_one({}, [{"$set": {"next_at": {"$subtract": ["$$NOW", 1000]}}}])
        assert start_due_runs() == 1
        assert start_due_runs() == 0

    def test_only_the_last_run_claimed_by_a_killed_process_is_lost(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 15, clock)
        clock.moment = next_time(tenant)
        assert claim_due_run(clock=clock) is not None  # and never uses it
        assert start_due_runs(clock=clock) == 0
        clock.advance(minutes=15)
        assert start_due_runs(clock=clock) == 1

    def test_a_thousand_tenants_do_not_begin_in_the_same_second(self) -> None:
        spread = Counter(schedule.offset_ms(f"tenant-{n}", 15 * MINUTE) // 1000 for n in range(1000))
        assert len(spread) > 500
        assert max(spread.values()) <= 8
        again = Counter(schedule.offset_ms(f"tenant-{n}", 15 * MINUTE) // 1000 for n in range(1000))
        assert again == spread

    def test_many_new_schedules_begin_within_a_minute_but_not_at_once(self, clock: FakeClock, db: None) -> None:
        for n in range(20):
            tenant = Tenant.objects.create(slug=f"t{n}", name=f"T{n}")
            source = Source.objects.create(tenant=tenant, url="http://127.0.0.1:9")
            Source.objects.filter(pk=source.pk).update(every_minutes=60)
        assert follow_sources(clock=clock) == 20
        begins = [each.next_at for each in find_schedules().values()]
        assert all(clock() <= each < clock() + MINUTE for each in begins)
        assert len({each.replace(microsecond=0) for each in begins}) > 10


class TestManyWorkers:
    @pytest.fixture
    def due(self, clock: FakeClock, transactional_db: None) -> list[str]:
        """Forty tenants whose turn has come."""
        tenants = [Tenant.objects.create(slug=f"t{n}", name=f"T{n}") for n in range(40)]
        for tenant in tenants:
            schedule_source(tenant, 60, clock)
        clock.advance(hours=2)
        return [tenant.slug for tenant in tenants]

    def eight_times(self, work: Callable[[], T]) -> list[T]:
        """What eight threads get that begin at the same moment."""
        ready = threading.Barrier(8)

        def prepared() -> T:
            try:
                ready.wait()
                return work()
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            return [future.result() for future in [pool.submit(prepared) for _ in range(8)]]

    def test_eight_workers_claim_each_due_run_once(self, due: list[str], clock: FakeClock) -> None:
        def take_all() -> list[str]:
            return [turn.schedule.key for turn in iter(lambda: claim_due_run(clock=clock), None)]

        taken = self.eight_times(take_all)
        assert Counter(name for each in taken for name in each) == Counter(due)

    def test_eight_at_once_start_each_due_run_once(self, due: list[str], clock: FakeClock) -> None:
        assert sum(self.eight_times(lambda: start_due_runs(clock=clock))) == 40
        assert Counter(job["tenant_id"] for job in mongo.collection("ingestion_logs").find({})) == Counter(due)
        assert all(each.next_at > clock() for each in find_schedules().values())

    def test_where_nothing_is_due_it_is_one_query_that_reads_nothing(self, db: None) -> None:
        far = datetime(2999, 1, 1, tzinfo=UTC)
        mongo.collection("schedules").insert_many(
            [{"_id": f"t{n}", "every_minutes": 15, "offset_ms": n, "next_at": far} for n in range(1000)]
        )
        (only,) = operations_of(start_due_runs, on=["schedules", "ingestion_logs", "tenants_source", "tenants_tenant"])
        assert (only["ns"].partition(".")[2], only["docsExamined"]) == ("schedules", 0)
        assert only["keysExamined"] <= 1

    def test_a_worker_keeps_the_schedules_while_it_runs(
        self,
        transactional_db: None,
        tenant: Tenant,
        other_tenant: Tenant,
        helpdesk: ScriptedHelpdesk,
        native_source: Callable[..., Source],
    ) -> None:
        helpdesk.tickets = [record("T-1")]
        follow_source(native_source(helpdesk.url, every_minutes=5))
        mongo.collection("schedules").update_one({}, {"$set": {"next_at": NOON}})
        Source.objects.create(tenant=other_tenant, url=helpdesk.url)
        Source.objects.filter(tenant=other_tenant).update(every_minutes=1440)
        worker = Worker()
        thread = threading.Thread(target=worker.run)
        thread.start()
        for _ in range(1000):
            runs = jobs.find_recent(tenant)
            if runs and not runs[0]["active"]:
                break
            threading.Event().wait(0.02)
        worker.stop.set()
        thread.join()
        (run,) = jobs.find_recent(tenant)
        assert (run["trigger"], run["status"], run["counts"]["new_ingested"]) == ("schedule", "completed", 1)
        assert set(find_schedules()) == {"acme", "globex"}


class TestWhileAnotherRunIsGoing:
    def test_a_due_run_is_skipped_while_a_sync_is_running(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 60, clock)
        clock.moment = next_time(tenant)
        going = jobs.enqueue(tenant, JobRequest(trigger="web", started_by="ann"), now=clock())
        assert start_due_runs(clock=clock) == 0
        assert [each["_id"] for each in jobs.find_recent(tenant)] == [going]
        assert next_time(tenant) > clock() + MINUTE

    def test_a_run_that_reads_something_else_only_puts_it_off(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 1440, clock)
        clock.moment = next_time(tenant)
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="ann", kind="import"), now=clock())
        assert start_due_runs(clock=clock) == 0
        assert next_time(tenant) == clock() + MINUTE
        end_run(tenant, clock, "completed")
        clock.advance(minutes=1)
        assert start_due_runs(clock=clock) == 1


class TestAfterFailures:
    def attempts(self, tenant: Tenant, clock: FakeClock, turns: int, status: jobs.Status) -> list[int]:
        """Which of the next turns were used, each run ending with `status`."""
        used = []
        for turn in range(turns):
            clock.moment = next_time(tenant)
            if start_due_runs(clock=clock):
                used.append(turn)
                end_run(tenant, clock, status)
        return used

    def test_a_source_that_fails_again_and_again_is_tried_less_often(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 15, clock)
        clock.moment = next_time(tenant)
        clock.moment = find_schedules()["acme"].time_before(clock() + 15 * MINUTE)  # onto the grid
        mongo.collection("schedules").update_one({}, {"$set": {"next_at": clock()}})
        assert self.attempts(tenant, clock, 40, "failed") == [0, 1, 3, 7, 15, 31]

    def test_at_least_once_a_day_it_is_tried(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 720, clock)
        self.attempts(tenant, clock, 8, "failed")
        assert self.attempts(tenant, clock, 8, "failed") in ([0, 2, 4, 6], [1, 3, 5, 7])

    def test_one_success_by_whomever_ends_it(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 15, clock)
        self.attempts(tenant, clock, 12, "failed")
        assert find_read_history("acme").failures > 3
        finished_job(tenant, now=clock())
        assert find_read_history("acme").failures == 0
        assert self.attempts(tenant, clock, 3, "completed") == [0, 1, 2]

    def test_a_cancelled_run_is_neither_a_failure_nor_a_success(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 15, clock)
        finished_job(tenant, status="failed", now=NOON - 2 * HOUR)
        finished_job(tenant, status="failed", now=NOON - HOUR)
        finished_job(tenant, status="cancelled", now=NOON)
        assert find_read_history("acme") == ReadHistory(None, 2, NOON - HOUR)

    @pytest.mark.parametrize(
        ("failures", "interval", "expected"),
        [
            (1, 5 * MINUTE, 5 * MINUTE),
            (2, 5 * MINUTE, 10 * MINUTE),
            (5, 5 * MINUTE, 80 * MINUTE),
            (10, 5 * MINUTE, DAY),
            (100_000, MINUTE, DAY),
            (1, 7 * DAY, 7 * DAY),
            (9, 7 * DAY, 7 * DAY),
        ],
    )
    def test_the_pause_doubles_up_to_a_day_or_the_interval(
        self, failures: int, interval: timedelta, expected: timedelta
    ) -> None:
        assert pause(failures, interval) == expected

    def test_the_announced_next_try_is_when_the_next_run_starts(self, tenant: Tenant, clock: FakeClock) -> None:
        schedule_source(tenant, 15, clock)
        for _ in range(10):
            clock.moment = next_time(tenant)
            announced = find_schedules()["acme"].next_try_at(find_read_history("acme"))
            is_used = start_due_runs(clock=clock) == 1
            assert is_used == (announced == clock())
            if is_used:
                end_run(tenant, clock, "failed")


class TestFollowingTheSource:
    def test_a_changed_interval_counts_from_the_last_read_at_once(self, tenant: Tenant, clock: FakeClock) -> None:
        finished_job(tenant, now=NOON - 30 * MINUTE)
        source = schedule_source(tenant, 10_080, clock)
        assert next_time(tenant) > NOON + DAY
        source.every_minutes = 15
        schedule.follow_source(source, clock=clock)
        assert NOON <= next_time(tenant) < NOON + MINUTE

    def test_what_does_not_touch_the_schedule_keeps_the_next_time(self, tenant: Tenant, clock: FakeClock) -> None:
        source = schedule_source(tenant, 15, clock)
        before = next_time(tenant)
        source.page_size = 50
        source.save()
        assert next_time(tenant) == before

    def test_saving_a_source_sets_its_schedule_and_deleting_it_takes_it_off(self, tenant: Tenant) -> None:
        source = connect_source(tenant, every_minutes=15)
        assert find_schedules()["acme"].interval == 15 * MINUTE
        source.every_minutes = 30
        save_source(source)
        assert find_schedules()["acme"].interval == 30 * MINUTE
        remove_source(source)
        assert find_schedules() == {}

    def test_a_source_that_moves_to_another_tenant_takes_its_schedule_along(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        source = connect_source(tenant, every_minutes=15)
        source.tenant = other_tenant
        save_source(source)
        assert set(find_schedules()) == {"globex"}

    def test_no_schedule_without_an_interval_an_enabled_source_and_an_active_tenant(self, tenant: Tenant) -> None:
        source = connect_source(tenant, every_minutes=15)
        for name, off in (("every_minutes", None), ("enabled", False)):
            before = getattr(source, name)
            setattr(source, name, off)
            save_source(source)
            assert find_schedules() == {}, name
            setattr(source, name, before)
            save_source(source)
            assert set(find_schedules()) == {"acme"}, name

    def test_switching_a_tenant_off_in_the_admin_stops_its_schedule_at_once(
        self, tenant: Tenant, superuser: User, client_of: Callable[[User], Client]
    ) -> None:
        connect_source(tenant, every_minutes=15)
        form = {"name": "Acme", "timezone": "UTC", "retention_days": ""}
        inline = {
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
            "sources-TOTAL_FORMS": "0",
            "sources-INITIAL_FORMS": "0",
        }
        for active, left in ({}, set()), ({"is_active": "on"}, {"acme"}):
            response = client_of(superuser).post(
                f"/admin/tenants/tenant/{tenant.pk}/change/", {**form, **inline, **active}
            )
            assert response.status_code == 302, response.content.decode()
            assert set(find_schedules()) == left

    def test_the_schedule_of_a_deleted_tenant_starts_nothing_and_is_forgotten(self, tenant: Tenant) -> None:
        connect_source(tenant, every_minutes=15)
        tenant.delete()
        mongo.collection("schedules").update_one({}, {"$set": {"next_at": NOON}})
        assert start_due_runs() == 0
        assert find_schedules() == {}

    @pytest.mark.parametrize(
        "switch_off",
        [
            lambda: Source.objects.update(enabled=False),
            lambda: Source.objects.update(every_minutes=None),
            lambda: Tenant.objects.update(is_active=False),
        ],
    )
    def test_a_source_switched_off_behind_its_back_is_not_read(
        self, tenant: Tenant, clock: FakeClock, switch_off: Callable[[], int]
    ) -> None:
        schedule_source(tenant, 15, clock)
        switch_off()
        clock.advance(hours=1)
        assert start_due_runs(clock=clock) == 0
        assert jobs.find_recent(tenant) == []
        assert find_schedules() == {}

    def test_workers_put_right_what_bypassed_the_saving(
        self, tenant: Tenant, other_tenant: Tenant, clock: FakeClock
    ) -> None:
        schedule_source(tenant, 15, clock)
        schedule_source(other_tenant, 15, clock)
        assert follow_sources(clock=clock) == 0
        Source.objects.filter(tenant=tenant).update(every_minutes=30)
        Source.objects.filter(tenant=other_tenant).update(every_minutes=None)
        assert follow_sources(clock=clock) == 2
        assert {name: each.interval for name, each in find_schedules().items()} == {"acme": 30 * MINUTE}


def test_the_database_and_this_process_agree_on_the_grid(db: None, clock: FakeClock) -> None:
    """The next turn is computed in MongoDB, the pause in Python: both must mean the same turns."""
    for n, every in enumerate((1, 7, 60, 1440, 10_080)):
        name, interval = f"t{n}", timedelta(minutes=every)
        mongo.collection("schedules").insert_one(
            {"_id": name, "every_minutes": every, "offset_ms": schedule.offset_ms(name, interval), "next_at": clock()}
        )
        turn = claim_due_run(clock=clock)
        assert turn is not None
        assert turn.schedule.next_at == Schedule(name, interval, clock()).time_before(clock() + interval)
        assert clock() < turn.schedule.next_at <= clock() + interval
