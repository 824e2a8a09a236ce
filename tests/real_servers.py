"""Helpdesks' own programs on loopback, each with a database of its own, and runs that ingest from them."""

import base64
import json
import os
import subprocess
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pytest

from supportsaas.ops import child_process
from tenants.models import Tenant
from tickets import jobs
from tickets.helpdesks import SourceError, open_source
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Listener, Outcome, ingest_tenant
from tickets.jobs import JobRequest
from tickets.store.ticket_store import TicketStore

START_SECONDS = 120


def are_wanted(*needed: str) -> bool:
    """Whether the real helpdesks are to be run: their scripts say so, an ordinary test run does not.

    `needed` are variables that say where one is installed.
    """
    return bool(os.environ.get("REAL_HELPDESKS")) and all(os.environ.get(name) for name in needed)


def marks(name: str, script: str, *needed: str) -> list[pytest.MarkDecorator]:
    """Those of a module of tests with a real server."""
    return [
        pytest.mark.usefixtures("db"),
        pytest.mark.skipif(not are_wanted(*needed), reason=f"a real {name} takes minutes: script/{script} runs it"),
        pytest.mark.filterwarnings("ignore::ResourceWarning"),
    ]


def connect(tenant: Tenant, kind: str, url: str, *, secret: str, **values: Any) -> Source:
    """The tenant's stored connection, checked as a form would."""
    made = Source(tenant=tenant, kind=kind, url=url, **values)
    made.set_secret(secret)
    made.full_clean()
    made.save()
    return made


def basic_login(user: str, password: str) -> str:
    """The header of Basic authentication."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


class RealServer(ABC):
    """Context manager: prepared and started on a free port, with its files in `directory`; ended at the end.

    In between it can be stopped and started again; port and database stay.
    """

    name: str
    works_in: Path | None = None
    """Where its programs want to be started; `directory` unless told."""
    probe_path: str
    """Answered to `headers` as soon as the server is ready."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = child_process.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def prepare(self) -> None:
        """Make its settings, its database and what is needed to log in."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What starts the server, in the foreground."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """What its programs need besides our own environment."""

    @abstractmethod
    def headers(self) -> Mapping[str, str]:
        """The log-in of `call`."""

    def __enter__(self) -> Self:
        self.prepare()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, *command: str | Path) -> str:
        """Run one of its programs to the end; what it printed."""
        done = subprocess.run(
            command,
            cwd=self.works_in or self.directory,
            env={**os.environ, **self.environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def start(self) -> None:
        log_path = self.directory / "server.log"
        with log_path.open("ab") as log:
            self._process = child_process.start(
                [str(part) for part in self.command()],
                cwd=self.works_in or self.directory,
                env={**os.environ, **self.environment()},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.call("GET", self.probe_path)
            except OSError:
                time.sleep(0.3)
            else:
                return
        self.stop()
        raise RuntimeError(f"{self.name} did not start:\n{log_path.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        if self._process is not None:
            child_process.stop(self._process)
            self._process = None

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON it answers with; raises `OSError` where it refuses or is not there."""
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json", **self.headers()},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
        return json.loads(text) if text.strip() else None


def ingest(tenant: Tenant, *, listener: Listener | None = None, **request: Any) -> Outcome:
    """A run from the tenant's source as a command starts it; attempts are repeated without a pause."""
    wish = JobRequest(trigger="command", started_by="test", **request)
    job_id = jobs.begin_at_once(tenant, wish, owner_id="test")
    return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test", listener=listener, sleep=lambda _seconds: None)


def counts(outcome: Outcome) -> dict[str, int]:
    """What a complete run counted."""
    assert outcome.status == "completed", outcome.error or outcome.warning
    return {name: number for name, number in outcome.progress.counts.as_dict().items() if number}


def assert_refused(tenant: Tenant, source: Source, *, secret: str = "wrong") -> None:
    """With a wrong key or password a whole read fails, says why, and deletes nothing."""
    store = TicketStore(tenant)
    before = set(store.iterate_live_ids())
    source.set_secret(secret)
    source.save()
    outcome = ingest(tenant, full=True)
    assert outcome.status == "failed"
    assert outcome.error is not None and outcome.error["code"] == "refused_login"
    assert set(store.iterate_live_ids()) == before
    with open_source(source) as opened, pytest.raises(SourceError, match="rejected the credentials"):
        next(opened.pages())
