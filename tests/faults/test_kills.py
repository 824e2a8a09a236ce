"""Ingesting processes are killed at every point; nothing is lost or duplicated, and the next run continues."""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.embedded_mongod import TRANSACTION_SECONDS, EmbeddedMongod
from supportsaas.reliability.lock import TIME_TO_LIVE_SECONDS, Lock
from tenants.models import Tenant
from tests.faults.changing_helpdesk import ChangingHelpdesk
from tests.faults.comparing import assert_all_in, assert_exact, assert_numbers_agree, assert_sound
from tests.faults.conftest import IS_LONG, PATIENCE_SECONDS, OwnDatabase, end, run_here, run_to_the_end, statuses
from tests.faults.doomed import DoomedCommands
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.jobs import JobRequest

SEEDS = range(50) if IS_LONG else range(1)
KILLS_A_SEED = 4
EVERY_PLACE = slice(None)
PLACES = {
    "ingest": EVERY_PLACE if IS_LONG else slice(1, None, 8),
    "worker": EVERY_PLACE if IS_LONG else slice(3, None, 16),
}
"""Which of the places between two database commands are tried."""

CALM, URGENT = "How does it work", "We will file a lawsuit"
KEPT = (
    *("tickets", "ticket_history", "outbox", "quarantine", "sync_state"),
    *(
        "rollup_state",
        "rollup_numbers",
        "rollup_words",
        "rollup_clocks",
        "rollup_work",
        "customer_counts",
        "customers",
        "customer_changes",
        "customer_refresh",
        "incident_watch",
        "insights",
    ),
)

Changing = Callable[..., ChangingHelpdesk]
Connect = Callable[..., Source]


class TestEveryPlace:
    """One small run with everything in it, killed before each single command it sends to MongoDB."""

    @pytest.mark.parametrize("command", ["ingest", "worker"])
    def test_a_kill_between_any_two_database_commands_loses_and_doubles_nothing(
        self,
        command: str,
        database: OwnDatabase,
        acme: Tenant,
        connect: Connect,
        changing: Changing,
        doomed_process: DoomedCommands,
    ) -> None:
        helpdesk = changing(7, size=18)
        connect(helpdesk.url, page_size=10)
        _ingest_and_change_everything(acme, helpdesk)
        before = {name: list(mongo.collection(name).find()) for name in KEPT}
        arguments = ["ingest", "--all", "--quiet"] if command == "ingest" else ["worker", "--once"]

        def start_over() -> None:
            for name in (*KEPT, jobs.COLLECTION, "locks"):
                mongo.collection(name).delete_many({})
            for name, documents in before.items():
                if documents:
                    mongo.collection(name).insert_many(documents)
            if command == "worker":
                jobs.enqueue(acme, JobRequest(trigger="web", started_by="test"))

        start_over()
        whole = doomed_process.run(database.environment(), arguments)
        assert whole.status in ((0, 3) if command == "ingest" else (0,))
        assert_exact(acme, helpdesk.tickets)
        assert whole.commands > 25, "the run has many places to be killed at"
        for place in range(1, whole.commands + 1)[PLACES[command]]:
            start_over()
            killed = doomed_process.run(database.environment(), arguments, die_at=place)
            try:
                assert killed.was_killed
                _assert_the_next_run_goes_on(database, acme, helpdesk)
            except AssertionError as error:
                raise AssertionError(f"killed before database command {place} of {whole.commands}") from error


def _ingest_and_change_everything(tenant: Tenant, helpdesk: ChangingHelpdesk) -> None:
    """On both pages a new urgency, and each kind of change there is."""
    helpdesk.edit("T-0002", message=CALM)
    helpdesk.edit("T-0012", message=CALM)
    run_here(tenant)
    helpdesk.remove("T-0005", listed=True)
    run_here(tenant)
    helpdesk.bring_back()
    helpdesk.edit("T-0002", message=URGENT)
    helpdesk.edit("T-0012", message=URGENT)
    helpdesk.add(message=URGENT)
    helpdesk.remove("T-0003", listed=True)
    helpdesk.remove("T-0015", listed=False)
    helpdesk.touch()


def _assert_the_next_run_goes_on(database: OwnDatabase, tenant: Tenant, helpdesk: ChangingHelpdesk) -> None:
    assert_sound(tenant)
    open_job = jobs.find_active(tenant)
    if open_job is not None and open_job["status"] == "running":
        with pytest.raises(jobs.JobActive):  # it counts as going until its lease ends
            run_here(tenant)
    database.pass_time()
    if open_job is not None and open_job["status"] == "queued":
        assert jobs.request_cancel(tenant, open_job["_id"], by="test")
    went_on = run_here(tenant)
    assert went_on.status in jobs.GOOD_ENDS, went_on
    assert_all_in(tenant, helpdesk.tickets)
    whole = run_here(tenant)
    assert whole.status in jobs.GOOD_ENDS, whole
    assert_exact(tenant, helpdesk.tickets)
    assert_numbers_agree(tenant)
    if open_job is not None and open_job["status"] == "running":
        closed = jobs.find_job(open_job["_id"])
        assert closed is not None
        assert (closed["status"], closed["error"]["code"]) == ("failed", "interrupted")


class Killer:
    """Kills a process with SIGKILL a little after it has sent its request number `at` (0: at any moment)."""

    def __init__(self, helpdesk: ChangingHelpdesk, chance: random.Random) -> None:
        self._helpdesk = helpdesk
        self._at = chance.choice([0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        self._delay = chance.uniform(0.0, 1.5) if self._at == 0 else chance.choice([0, 0.003, 0.01, 0.03])
        self._seen = 0
        self._process: subprocess.Popen[str] | None = None
        helpdesk.script = self._count

    def kill(self, process: "subprocess.Popen[str]", is_over: Callable[[], bool]) -> None:
        """Wait for the moment; at the latest the process dies when its run is over."""
        self._process = process
        if self._at == 0:
            time.sleep(self._delay)
            process.kill()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if is_over():
                process.kill()
            time.sleep(0.02)
        self._helpdesk.script = None
        end(process)

    def _count(self, _path: str, _query: dict[str, str]) -> None:
        self._seen += 1
        if self._seen == self._at:
            threading.Timer(self._delay, self._strike).start()

    def _strike(self) -> None:
        while self._process is None:
            time.sleep(0.001)
        self._process.kill()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_again_and_again_while_tickets_change_the_store_ends_as_the_helpdesk_is(
    seed: int, database: OwnDatabase, acme: Tenant, connect: Connect, changing: Changing
) -> None:
    helpdesk = changing(seed)
    connect(helpdesk.url)
    chance = random.Random(f"kills {seed}")
    killed = 0
    for turn in range(KILLS_A_SEED * 3):
        if killed == KILLS_A_SEED:
            break
        helpdesk.change(chance.randrange(12))
        killer = Killer(helpdesk, chance)
        if (seed + turn) % 2:
            job_id = jobs.enqueue(acme, JobRequest(trigger="web", started_by="test"))
            process = database.start("worker")
            killer.kill(process, partial(_has_ended, job_id))
        else:
            process = database.start("ingest", "--all", "--quiet")
            killer.kill(process, lambda: False)
        killed += process.returncode == -signal.SIGKILL
        assert process.returncode in (-signal.SIGKILL, 0, 3)
        assert_sound(acme)
        database.pass_time()
        _cancel_what_waits(acme)
    assert killed == KILLS_A_SEED
    helpdesk.change(5)
    run_to_the_end(acme)
    assert_exact(acme, helpdesk.tickets)
    ends = statuses(acme)
    assert set(ends) <= {"partial", "failed", "cancelled"}, ends
    for run in mongo.collection(jobs.COLLECTION).find({"status": "failed"}):
        assert run["error"]["code"] == "interrupted", run["error"]


def _has_ended(job_id: str) -> bool:
    return not _is_active(job_id)


def _is_active(job_id: str) -> bool:
    job: Document | None = jobs.find_job(job_id)
    return job is not None and job["active"]


def _cancel_what_waits(tenant: Tenant) -> None:
    """A worker that was killed before it took its job leaves it in the queue, for the next one."""
    job: Any = jobs.find_active(tenant)
    if job is not None and job["status"] == "queued":
        assert jobs.request_cancel(tenant, job["_id"], by="test")


class TestAKillInsideATransaction:
    """MongoDB keeps what the transaction touched until it is too old, the tenant's lock among it."""

    def test_the_bundled_server_lets_go_before_the_lock_ends_anyway(self, database: OwnDatabase) -> None:
        found = mongo.client().admin.command({"getParameter": 1, "transactionLifetimeLimitSeconds": 1})
        assert found["transactionLifetimeLimitSeconds"] == TRANSACTION_SECONDS
        assert TRANSACTION_SECONDS * 1.5 < TIME_TO_LIVE_SECONDS

    def test_the_lock_is_let_go_when_the_transaction_is_too_old(
        self,
        doomed_process: DoomedCommands,
        changing: Changing,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        django_db_blocker: Any,
    ) -> None:
        monkeypatch.setattr("supportsaas.ops.embedded_mongod.TRANSACTION_SECONDS", 1)
        with EmbeddedMongod(directory=tmp_path) as mongod, django_db_blocker.unblock():
            database = OwnDatabase(mongod.uri).enter()
            try:
                self._kill_and_take_over(database, doomed_process, changing(3, size=5))
            finally:
                database.leave()

    def _kill_and_take_over(
        self, database: OwnDatabase, doomed_process: DoomedCommands, helpdesk: ChangingHelpdesk
    ) -> None:
        acme = Tenant.objects.create(slug="acme", name="Acme", timezone="UTC")
        Source.objects.create(tenant=acme, kind="house", url=helpdesk.url)
        place = 1
        while not _open_transactions():
            for name in (*KEPT, jobs.COLLECTION, "locks"):
                mongo.collection(name).delete_many({})
            assert doomed_process.run(database.environment(), ["ingest", "--all"], die_at=place).was_killed
            place += 1
        a_minute_later = Lock("acme", clock=lambda: clock.now() + timedelta(seconds=TIME_TO_LIVE_SECONDS + 1))
        began = time.monotonic()
        assert a_minute_later.take("the next") is not None
        assert time.monotonic() - began < PATIENCE_SECONDS / 2, "as long as MongoDB's own default"
        assert not _open_transactions()
        database.pass_time()
        database.pass_time()
        run_to_the_end(acme)
        assert_exact(acme, helpdesk.tickets)


def _open_transactions() -> int:
    return int(mongo.client().admin.command("serverStatus")["transactions"]["currentOpen"])


def wait_for_pages(number: int) -> None:
    """Until the only run has stored that many."""
    end = time.monotonic() + PATIENCE_SECONDS
    while mongo.collection(jobs.COLLECTION).count_documents({"processed_pages": {"$gte": number}}) == 0:
        assert time.monotonic() < end
        time.sleep(0.05)


def what_runs_write() -> list[list[dict[str, Any]]]:
    """Tickets and history, without the topics that any process may look for once its run has ended."""
    left_out = {"topic_ids": 0, "unindexed_since": 0}
    return [list(mongo.collection(name).find({}, left_out).sort("_id")) for name in ("tickets", "ticket_history")]


def test_a_process_that_slept_past_its_time_writes_nothing_more(
    database: OwnDatabase, acme: Tenant, connect: Connect, changing: Changing
) -> None:
    helpdesk = changing(11)
    connect(helpdesk.url)
    asleep, awake = threading.Event(), threading.Event()

    def hold_page_four(path: str, query: dict[str, str]) -> None:
        if path.endswith("support-tickets") and query["page"] == "4" and not asleep.is_set():
            wait_for_pages(3)
            asleep.set()
            awake.wait(PATIENCE_SECONDS)

    helpdesk.script = hold_page_four
    sleeper = database.start("ingest", "--all")
    assert asleep.wait(PATIENCE_SECONDS)
    os.kill(sleeper.pid, signal.SIGSTOP)
    try:
        database.pass_time()
        helpdesk.change(10)
        run_to_the_end(acme)
        expected = what_runs_write()
    finally:
        awake.set()
        os.kill(sleeper.pid, signal.SIGCONT)
    found = end(sleeper)
    assert sleeper.returncode == 1
    assert "another one took over" in found
    assert what_runs_write() == expected
    assert_exact(acme, helpdesk.tickets)
    (first,) = mongo.collection(jobs.COLLECTION).find({"status": "failed"})
    assert first["error"]["code"] == "interrupted"
