"""The product as in production: gunicorn and worker processes with a separate database."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from supportsaas.db import mongo
from supportsaas.ops import child_process
from tenants.models import Tenant, User
from tests import processes
from tests.conftest import make_user
from tests.faults.conftest import OwnDatabase

PATIENCE_SECONDS = 60


class RunningProcess:
    """A process of the product and its output."""

    def __init__(self, arguments: list[str], environment: dict[str, str], output: Path) -> None:
        self.output = output
        with output.open("wb") as out:
            self.process = processes.start(
                *arguments,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.output.read_text()

    def entries(self) -> list[dict[str, Any]]:
        """Its JSON log lines. Fails on any other line."""
        return [json.loads(line) for line in self.said().splitlines() if not line.startswith("Worker ")]

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.said()}"
            assert time.monotonic() < deadline, f"no {what}: {self.said()}"
            time.sleep(0.05)

    def terminate(self) -> int:
        """Send SIGTERM. Returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


class Web(RunningProcess):
    """gunicorn with the product's own configuration and two workers."""

    def __init__(self, environment: dict[str, str], output: Path, application: str) -> None:
        port = child_process.free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(
            ["-m", "gunicorn", "--config", "gunicorn.conf.py", application],
            {**environment, "PORT": str(port), "WEB_WORKERS": "2"},
            output,
        )
        self.wait_for(lambda: child_process.port_is_taken(port), "listening web server")

    def client_of(self, user: User) -> httpx.Client:
        """An HTTP client signed in as the user."""
        logged_in = Client()
        logged_in.force_login(user)
        cookies = {"sessionid": logged_in.cookies["sessionid"].value}
        return httpx.Client(base_url=self.url, cookies=cookies, headers={"Accept": "text/html"}, timeout=30)


@pytest.fixture
def database(mongodb_uri: str, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    with django_db_blocker.unblock():
        own = OwnDatabase(mongodb_uri).enter()
        yield own
        own.leave()


@pytest.fixture
def migrated(database: OwnDatabase) -> None:
    """Django's tables with all indexes, as in a new installation."""
    mongo.client().drop_database(database.name)
    for command in ("migrate", "ensure_indexes"):
        ended = database.run(command, "--verbosity=0")
        assert ended.returncode == 0, ended.stderr


@pytest.fixture
def acme(database: OwnDatabase) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme", timezone="UTC")


@pytest.fixture
def root(database: OwnDatabase) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the static files collected."""
    directory = tmp_path_factory.mktemp("data")
    environment = {**os.environ, "SUPPORTSAAS_DATA_DIR": str(directory)}
    ended = processes.run("manage.py", "collectstatic", "--no-input", env=environment)
    assert ended.returncode == 0, ended.stderr
    return directory


@pytest.fixture
def start_web(database: OwnDatabase, data_dir: Path, tmp_path: Path) -> Iterator[Callable[..., Web]]:
    started: list[Web] = []

    def start(*, application: str = "supportsaas.wsgi", **environment: str) -> Web:
        whole = database.environment(SUPPORTSAAS_DATA_DIR=str(data_dir), **environment)
        started.append(Web(whole, tmp_path / f"web-{len(started)}.log", application))
        return started[-1]

    yield start
    for each in started:
        child_process.stop(each.process)


@pytest.fixture
def start_worker(database: OwnDatabase, tmp_path: Path) -> Iterator[Callable[..., RunningProcess]]:
    started: list[RunningProcess] = []

    def start(**environment: str) -> RunningProcess:
        whole = database.environment(PYTHONUNBUFFERED="1", **environment)
        started.append(RunningProcess(["manage.py", "worker"], whole, tmp_path / f"worker-{len(started)}.log"))
        started[-1].wait_for(lambda: "is waiting for jobs" in started[-1].said(), "waiting worker")
        return started[-1]

    yield start
    for each in started:
        child_process.stop(each.process)
