"""MongoDB dies, stays away or changes its primary in the middle of a run: afterwards all is there, once."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from supportsaas.db import mongo
from supportsaas.ops.embedded_mongod import EmbeddedMongod
from tenants.models import Tenant
from tests.faults.changing_helpdesk import ChangingHelpdesk
from tests.faults.comparing import assert_exact, assert_sound
from tests.faults.conftest import IS_LONG, PATIENCE_SECONDS, OwnDatabase, end, make_tenant, run_to_the_end, statuses
from tests.faults.replica_set import ReplicaSet
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.jobs import JobRequest

Changing = Callable[..., ChangingHelpdesk]

SHORT, LONG = 0.0, 7.0
"""Seconds away: as long as a restart takes, and longer than a client looks for a server."""

CRASHES = [(5, SHORT)]  # for long a worker is without it, below
FAIL_OVERS = [("is killed", 4)]
if IS_LONG:
    CRASHES = [(page, away) for away in (SHORT, LONG) for page in range(1, 9)]
    FAIL_OVERS = [(way, page) for way in ("steps down", "is killed") for page in range(1, 9)]


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongod]:
    """A server that these tests kill and start again."""
    with EmbeddedMongod(directory=tmp_path_factory.mktemp("mortal") / "mongod") as mongod:
        yield mongod


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    with ReplicaSet(tmp_path_factory.mktemp("three")) as replica_set:
        yield replica_set


class AskedFor:
    """Knows when a page was asked for. The helpdesk's answer comes a little later."""

    def __init__(self, helpdesk: ChangingHelpdesk, *, page: int) -> None:
        self._helpdesk = helpdesk
        self._page = str(page)
        self._event = threading.Event()
        helpdesk.script = self._watch

    def _watch(self, path: str, query: dict[str, str]) -> None:
        if path.endswith("support-tickets") and query["page"] == self._page:
            self._helpdesk.script = None
            self._event.set()
            time.sleep(0.05)

    def wait(self) -> None:
        assert self._event.wait(PATIENCE_SECONDS), "the page was never asked for"


def crash(mongod: EmbeddedMongod, *, away: float) -> None:
    mongod.kill()
    time.sleep(away)
    mongod.start()


def on_database(uri: str) -> tuple[OwnDatabase, Tenant]:
    return OwnDatabase(uri).enter(), make_tenant("acme")


@pytest.fixture
def prepared(changing: Changing, django_db_blocker: Any) -> Iterator[Callable[[str, int], Any]]:
    """On a database of its own: a tenant that was read once, after which its tickets have changed."""
    entered: list[OwnDatabase] = []

    def prepare(uri: str, seed: int) -> tuple[OwnDatabase, Tenant, ChangingHelpdesk]:
        database, tenant = on_database(uri)
        entered.append(database)
        helpdesk = changing(seed)
        Source.objects.create(tenant=tenant, kind="house", url=helpdesk.url, page_size=5)
        run_to_the_end(tenant)
        helpdesk.change(25)
        return database, tenant, helpdesk

    with django_db_blocker.unblock():
        yield prepare
        for each in entered:
            each.leave()


def assert_all_is_well_again(database: OwnDatabase, tenant: Tenant, helpdesk: ChangingHelpdesk) -> None:
    assert_sound(tenant)
    database.pass_time()
    helpdesk.change(5)
    run_to_the_end(tenant)
    assert_exact(tenant, helpdesk.tickets)


@pytest.mark.parametrize(("page", "away"), CRASHES)
def test_a_crash_of_mongodb_in_a_run_loses_and_doubles_nothing(
    page: int, away: float, mortal: EmbeddedMongod, prepared: Callable[[str, int], Any]
) -> None:
    database, tenant, helpdesk = prepared(mortal.uri, page)
    asked = AskedFor(helpdesk, page=page)
    process = database.start("ingest", "--all", "--quiet")
    asked.wait()
    crash(mortal, away=away)
    output = end(process)
    assert process.returncode in (1, 3), output  # it ended, in words, whether it got over it or not
    assert_all_is_well_again(database, tenant, helpdesk)


def test_a_worker_waits_until_mongodb_is_back(mortal: EmbeddedMongod, prepared: Callable[[str, int], Any]) -> None:
    database, tenant, helpdesk = prepared(mortal.uri, 100)
    asked = AskedFor(helpdesk, page=3)
    jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test"))
    worker = database.start("worker")
    asked.wait()
    crash(mortal, away=LONG)
    deadline = time.monotonic() + PATIENCE_SECONDS
    database.pass_time()
    before = statuses(tenant)
    jobs.end_lost_jobs()
    if jobs.find_active(tenant) is None:
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by="test"))
    while statuses(tenant).get("partial", 0) <= before.get("partial", 0) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert worker.poll() is None, "it is still at work"
    worker.send_signal(signal.SIGTERM)
    output = end(worker)
    assert worker.returncode == 0, output
    assert statuses(tenant).get("partial", 0) > before.get("partial", 0), output
    assert_all_is_well_again(database, tenant, helpdesk)


@pytest.mark.parametrize(("way", "page"), FAIL_OVERS)
def test_a_fail_over_in_a_run_loses_and_doubles_nothing(
    way: str, page: int, three: ReplicaSet, prepared: Callable[[str, int], Any]
) -> None:
    three.wait_until_whole()
    database, tenant, helpdesk = prepared(three.uri, page)
    old = three.find_primary()
    asked = AskedFor(helpdesk, page=page)
    process = database.start("ingest", "--all", "--quiet")
    asked.wait()
    if way == "steps down":
        three.step_down()
    else:
        old.kill()
        three.find_primary()
        old.start()
    output = end(process)
    assert process.returncode in (1, 3), output
    three.wait_until_whole()
    assert_all_is_well_again(database, tenant, helpdesk)
    assert mongo.collection("tickets").count_documents({}) > 0
