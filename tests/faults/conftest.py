"""A MongoDB and a database of the tests' own, and how time is passed in it."""

import os
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from supportsaas.db import indexes, mongo
from supportsaas.ops.embedded_mongod import EmbeddedMongod
from tenants.models import Tenant
from tests import processes
from tests.emptying import empty_collections
from tests.faults.changing_helpdesk import ChangingHelpdesk
from tests.faults.doomed import DoomedCommands
from tests.mongod import throwaway_mongod
from tickets import jobs
from tickets.alerts.model import Channel
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Listener, Outcome, ingest_tenant
from tickets.jobs import JobRequest

ROOT = Path(__file__).resolve().parents[2]
IS_LONG = os.environ.get("FAULTS") == "long"
PAST_THE_LEASE_MS = (jobs.LEASE_SECONDS + 1) * 1000
PATIENCE_SECONDS = 60


class OwnDatabase:
    """A database on some MongoDB; in this process Django works on it from `enter` to `leave`."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.name = f"faults_{uuid.uuid4().hex[:10]}"
        self._before: dict[str, Any] = {}

    def enter(self) -> "OwnDatabase":
        # In place: every thread's connection is made from this one dictionary.
        self._before = {name: connection.settings_dict[name] for name in ("HOST", "NAME")}
        mongo.close()
        connection.settings_dict.update(HOST=self.uri, NAME=self.name)
        indexes.ensure_indexes()
        return self

    def leave(self) -> None:
        try:
            mongo.client().drop_database(self.name)
        finally:
            self.forget()

    def empty(self) -> None:
        """Restore it to its state on entry, which takes a tenth of the time of creating a new one."""
        mongo.client().admin.command("killAllSessions", [])  # what a killed process had under way holds its documents
        empty_collections()

    def forget(self) -> None:
        """Leave without dropping it: its server goes, too."""
        mongo.close()
        connection.settings_dict.update(self._before)

    def environment(self, **more: str) -> dict[str, str]:
        """What a process needs to work on this database."""
        return processes.environment(**{"MONGODB_URI": self.uri, "MONGODB_NAME": self.name, **more})

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """`manage.py` with these arguments as a process."""
        return processes.start(
            "manage.py",
            *arguments,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """`manage.py` with these arguments, up to its end."""
        return processes.run("manage.py", *arguments, env=self.environment(**environment))

    def pass_time(self) -> None:
        """Let a minute pass: whatever a killed process left behind has then expired.

        Its open transactions too: MongoDB ends them when they are a minute old.
        """
        mongo.client().admin.command("killAllSessions", [])
        for name, field, found in (
            ("locks", "expires_at", {"expires_at": {"$ne": None}}),
            (jobs.COLLECTION, "lease_expires_at", {"status": "running"}),
        ):
            earlier = {"$set": {field: {"$subtract": [f"${field}", PAST_THE_LEASE_MS]}}}
            mongo.collection(name).update_many(found, [earlier])


@pytest.fixture(scope="session")
def own_mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongod]:
    """A server that no other test uses: here all sessions may be killed."""
    with throwaway_mongod(tmp_path_factory.mktemp("faults") / "mongod") as mongod:
        yield mongod


@pytest.fixture(scope="session")
def emptied_database(own_mongod: EmbeddedMongod) -> OwnDatabase:
    return OwnDatabase(own_mongod.uri)


@pytest.fixture
def database(emptied_database: OwnDatabase, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    with django_db_blocker.unblock():
        own = emptied_database.enter()
        yield own
        own.empty()
        own.forget()


@pytest.fixture
def acme(database: OwnDatabase) -> Tenant:
    return make_tenant("acme")


def make_tenant(slug: str) -> Tenant:
    """A tenant whose alerts go to an endpoint that does not answer."""
    tenant = Tenant.objects.create(slug=slug, name=slug, timezone="UTC")
    Channel.objects.create(tenant=tenant, kind="house", name="On call", address="http://127.0.0.1:9")
    return tenant


@pytest.fixture
def connect(acme: Tenant) -> Callable[..., Source]:
    """Connect the tenant to a helpdesk, by default with the native protocol and five tickets per page."""

    def make(url: str, **values: Any) -> Source:
        return Source.objects.create(tenant=acme, **{"kind": "house", "url": url, "page_size": 5, **values})

    return make


@pytest.fixture(scope="session")
def doomed_process() -> Iterator[DoomedCommands]:
    with DoomedCommands() as process:
        yield process


@pytest.fixture
def changing() -> Iterator[Callable[..., ChangingHelpdesk]]:
    """Helpdesks whose tickets change on request, each from its own seed."""
    made: list[ChangingHelpdesk] = []

    def make(seed: int, **values: Any) -> ChangingHelpdesk:
        made.append(ChangingHelpdesk(seed, **values))
        made[-1].__enter__()
        return made[-1]

    yield make
    for each in made:
        each.__exit__()


def run_here(tenant: Tenant, *, listener: Listener | None = None, **options: Any) -> Outcome:
    """An ingestion in this process, up to its end. Raises `JobActive`."""
    request = JobRequest(trigger="command", started_by="test", **options)
    job_id = jobs.begin_at_once(tenant, request, owner_id="here")
    return ingest_tenant(tenant, request, job_id=job_id, owner_id="here", listener=listener)


def run_to_the_end(tenant: Tenant) -> Outcome:
    """Go on where the last run stopped, and then read everything once more."""
    first = run_here(tenant)
    assert first.status in jobs.GOOD_ENDS, first
    last = run_here(tenant)
    assert last.status in jobs.GOOD_ENDS, last
    return last


def end(process: "subprocess.Popen[str]", *, seconds: float = PATIENCE_SECONDS) -> str:
    """Wait for a process of ours to end; what it printed. One that does not is killed, and the test fails."""
    try:
        return process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"A process did not end within {seconds} s: {process.communicate()[0]}")


def statuses(tenant: Tenant) -> Mapping[str, int]:
    """How many of the tenant's runs ended how."""
    rows = mongo.collection(jobs.COLLECTION).aggregate(
        [{"$match": {"tenant_id": tenant.slug}}, {"$group": {"_id": "$status", "count": {"$sum": 1}}}]
    )
    return {row["_id"]: row["count"] for row in rows}
