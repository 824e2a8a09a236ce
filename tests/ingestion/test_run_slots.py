"""A worker's run slots, shared in time slices so that endless runs keep no other run from starting."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tenants.models import Tenant
from tests.builders import record
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tests.working import running_worker
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.ingestion.run_slots import OPEN_RUNS_PER_SLOT, SLICES_BEFORE_END, RunSlots, Slot, run_in_slots
from tickets.ingestion.worker import Worker
from tickets.jobs import JobRequest
from tickets.store.ticket_store import TicketStore

LONG_ENOUGH = 60.0


class Seconds:
    """A clock that goes by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestRunSlots:
    def test_the_first_runs_get_a_slot_at_once(self) -> None:
        slots = RunSlots(2, slice_seconds=60)
        assert slots.is_quiet
        slots.begin()
        assert slots.is_quiet
        slots.begin()
        assert not slots.is_quiet
        assert not slots.share(None)

    def test_a_queued_run_starts_when_the_first_slice_is_over(self) -> None:
        seconds = Seconds()
        slots = RunSlots(2, slice_seconds=60, now=seconds)
        first = slots.begin()
        seconds.now += 10
        second = slots.begin()
        seconds.now += 49
        assert not slots.share(5.0)
        seconds.now += 1
        assert slots.share(6.0)
        assert (first.is_running, second.is_running) == (False, True)

    def test_a_run_does_not_pause_while_no_other_waits(self) -> None:
        seconds = Seconds()
        slots = RunSlots(1, slice_seconds=60, now=seconds)
        slot = slots.begin()
        seconds.now += 10_000
        assert not slots.share(None)
        assert slot.is_running

    def test_a_paused_run_resumes_when_a_slot_is_free_or_another_slice_is_over(self) -> None:
        seconds = Seconds()
        slots = RunSlots(1, slice_seconds=60, now=seconds)
        first = slots.begin()
        seconds.now += 60
        assert slots.share(1.0)
        second = slots.begin()
        seconds.now += 30
        assert not slots.share(None)
        seconds.now += 30
        assert not slots.share(None)
        assert (first.is_running, second.is_running) == (True, False)
        slots.leave(first)
        assert not slots.share(None)
        assert second.is_running

    def test_the_run_that_waited_longest_is_next_whether_queued_or_paused(self) -> None:
        seconds = Seconds()
        slots = RunSlots(1, slice_seconds=60, now=seconds)
        first = slots.begin()
        seconds.now += 60
        assert slots.share(1.0)
        slots.begin()
        seconds.now += 60
        assert not slots.share(59.0)
        assert first.is_running
        seconds.now += 60
        assert slots.share(70.0)
        assert not first.is_running

    def test_any_number_of_endless_runs_let_another_one_start_within_a_bounded_time(self) -> None:
        seconds = Seconds()
        slots = RunSlots(4, slice_seconds=60, now=seconds)
        endless = [slots.begin() for _ in range(4)]
        for _ in range(100):  # more and more of them
            waited = 0.0
            while not slots.share(waited):
                for slot in [slot for slot in endless if slot.has_to_end]:
                    endless.remove(slot)
                    slots.leave(slot)
                seconds.now += 1
                waited += 1
                assert waited <= 60 * OPEN_RUNS_PER_SLOT * (SLICES_BEFORE_END + 1)
            endless.append(slots.begin())
            assert sum(slot.is_running for slot in endless) <= 4
            assert len(endless) <= 4 * OPEN_RUNS_PER_SLOT

    def test_no_run_that_needs_only_a_few_slices_is_ended_early(self) -> None:
        seconds = Seconds()
        slots = RunSlots(4, slice_seconds=20, now=seconds)
        began, left, queued, done = seconds.now, dict[Slot, float](), 100, 0
        while done < 100:
            for slot in list(left):
                assert not slot.has_to_end
                left[slot] -= slot.is_running
                if left[slot] <= 0:
                    slots.leave(slot)
                    done += left.pop(slot) <= 0
            while queued and (slots.is_quiet or slots.share(seconds.now - began)):
                left[slots.begin()], queued = 60.0, queued - 1
            if not queued:
                slots.share(None)
            seconds.now += 1
        assert seconds.now - began <= 100 * 60 / 4 * 1.1, "all four slots were in use"


def test_an_endless_item_lets_all_others_have_a_slice() -> None:
    done: list[int] = []

    def work(item: int, slot: Slot) -> int:
        while item == 0 and len(done) < 4:  # runs until all others are done
            slot.wait_until_running(lambda: None)
            time.sleep(0.001)
        done.append(item)
        return item * 10

    assert run_in_slots(range(5), work, count=1, slice_seconds=0.01) == [0, 10, 20, 30, 40]
    assert done == [1, 2, 3, 4, 0]


def test_an_exception_of_one_item_is_raised_when_all_have_ended() -> None:
    done: list[int] = []

    def work(item: int, _slot: Slot) -> None:
        if item == 0:
            raise ValueError("a fault")
        done.append(item)

    with pytest.raises(ValueError, match="a fault"):
        run_in_slots(range(5), work, count=2, slice_seconds=60)
    assert sorted(done) == [1, 2, 3, 4]
    assert run_in_slots([], work, count=2, slice_seconds=60) == []


@pytest.fixture
def worker() -> Iterator[Worker]:
    with running_worker(concurrency=2, slice_seconds=1) as running:
        yield running


def without_end(_path: str, query: dict[str, str]) -> Answer:
    """Each page has one ticket that is new, and another page follows."""
    time.sleep(0.05)
    page = int(query.get("page", "1"))
    return answer({"tickets": [record(f"T-{page}", tenant_id=query["tenant_id"])], "next_page": page + 1})


def connect(slug: str, url: str) -> Tenant:
    tenant = Tenant.objects.create(slug=slug, name=slug)
    Source.objects.create(tenant=tenant, kind="house", url=url)
    return tenant


def until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + LONG_ENOUGH
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def test_helpdesks_without_end_keep_no_other_tenant_waiting_for_long(
    db: None, helpdesk: ScriptedHelpdesk, worker: Worker, settings: Any
) -> None:
    settings.RATE_LIMIT_REQUESTS = 0
    helpdesk.script = without_end
    endless = [connect(f"endless-{n}", helpdesk.url) for n in range(2)]
    runs = [jobs.enqueue(each, JobRequest(trigger="web", started_by="test")) for each in endless]
    until(lambda: all(running(run) for run in runs))
    with ScriptedHelpdesk() as other:
        other.tickets = [record("A-1", tenant_id="fifth")]
        fifth = connect("fifth", other.url)
        mine = jobs.enqueue(fifth, JobRequest(trigger="web", started_by="test"))
        until(lambda: ended(mine))
    assert jobs.find_job(mine)["status"] == "completed"  # type: ignore[index]
    assert TicketStore(fifth).count_live() == 1
    assert all(running(run) for run in runs)
    counts = [TicketStore(each).count_live() for each in endless]
    until(lambda: all(TicketStore(each).count_live() > n for each, n in zip(endless, counts, strict=True)))
    for each, run in zip(endless, runs, strict=True):
        assert jobs.request_cancel(each, run, by="test")
    until(lambda: all(ended(run) for run in runs))


def running(job_id: str) -> bool:
    job = jobs.find_job(job_id)
    return job is not None and bool(job["status"] == "running")


def ended(job_id: str) -> bool:
    return not jobs.find_job(job_id)["active"]  # type: ignore[index]


class TestBounds:
    @pytest.fixture
    def ingest(self, tenant: Tenant, helpdesk: ScriptedHelpdesk, clock: FakeClock) -> Callable[[], Outcome]:
        Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url, page_size=10)

        def run() -> Outcome:
            clock.advance(minutes=10)
            wish = JobRequest(trigger="command", started_by="test")
            job_id = jobs.begin_at_once(tenant, wish, owner_id="test", now=clock())
            return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test", now=clock, sleep=clock.sleep)

        return run

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("RUN_MOST_PAGES", 3, "The run read 3 pages (RUN_MOST_PAGES)."),
            ("RUN_MOST_TICKETS", 30, "The run read 30 tickets (RUN_MOST_TICKETS)."),
        ],
    )
    def test_a_run_ends_at_its_limit_and_the_next_one_continues(
        self,
        tenant: Tenant,
        helpdesk: ScriptedHelpdesk,
        ingest: Callable[[], Outcome],
        settings: Any,
        name: str,
        value: int,
        sentence: str,
    ) -> None:
        setattr(settings, name, value)
        helpdesk.tickets = [record(f"T-{n:03}") for n in range(55)]
        outcome = ingest()
        assert (outcome.status, outcome.progress.counts.new_ingested) == ("failed", 30)
        assert outcome.error == {
            "code": "run_limit",
            "message": f"{sentence} The tickets imported so far are kept, and the next run continues where this one stopped.",
        }
        outcome = ingest()
        assert outcome.progress.counts.new_ingested == 20
        outcome = ingest()
        assert (outcome.status, TicketStore(tenant).count_live()) == ("completed", 55)

    def test_a_run_ends_after_its_longest_time_also_while_it_waits(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[[], Outcome], clock: FakeClock, settings: Any
    ) -> None:
        settings.RUN_LONGEST_MINUTES = 30

        def slow(path: str, query: dict[str, str]) -> Answer | None:
            clock.advance(minutes=12)
            return None

        helpdesk.tickets = [record(f"T-{n:03}") for n in range(95)]
        helpdesk.script = slow
        before = clock()
        outcome = ingest()
        assert outcome.error is not None
        assert outcome.error["code"] == "run_limit"
        assert "more than 30 minutes" in outcome.error["message"]
        assert 0 < TicketStore(tenant).count_live() < 95
        assert clock() - before < timedelta(hours=2)
        helpdesk.recover()
        assert ingest().status == "completed"
        assert TicketStore(tenant).count_live() == 95

    def test_a_tenant_with_a_quota_gets_no_ticket_above_it_but_changes_of_those_it_has(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Callable[[], Outcome], settings: Any
    ) -> None:
        settings.TENANT_MOST_TICKETS = 25
        helpdesk.tickets = [record(f"T-{n:03}") for n in range(40)]
        outcome = ingest()
        assert outcome.error is not None
        assert outcome.error["code"] == "quota"
        assert outcome.error["message"].startswith("The tenant may have 25 tickets (TENANT_MOST_TICKETS)")
        assert TicketStore(tenant).count_live() == 20
        helpdesk.tickets = [record(f"T-{n:03}", status="closed") for n in range(25)]
        outcome = ingest()
        assert (outcome.status, outcome.progress.counts.updated, TicketStore(tenant).count_live()) == (
            "completed",
            10,
            25,
        )
