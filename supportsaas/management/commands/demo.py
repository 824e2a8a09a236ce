"""`manage.py demo`: run the whole product on this machine, with a simulated helpdesk."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from supportsaas.db.indexes import ensure_indexes
from supportsaas.formatting import format_count, format_number, format_seconds
from supportsaas.management import demo_data
from supportsaas.ops import child_process, demo_environment
from supportsaas.ops.embedded_mongod import EmbeddedMongod, MongodUnavailable
from tenants.accounts.demo_accounts import ACCOUNTS
from tenants.models import Tenant, User
from tickets import jobs
from tickets.jobs import JobActive, JobRequest

HELPDESK_PORT = 9000
START_SECONDS = 30.0
MANAGE = str(demo_environment.BASE_DIR / "manage.py")


class Command(BaseCommand):
    help = "Start MongoDB, a simulated helpdesk, a worker and the web server with demo data. Press Ctrl-C to stop."
    # The database does not exist yet when the command starts.
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--helpdesk-port", type=int, default=HELPDESK_PORT, help="port of the simulated helpdesk (default 9000)"
        )
        parser.add_argument(
            "--into-existing", action="store_true",
            help="add the demo's tenants and users, with public passwords, to a database that has others",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        self._children: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._mongod: EmbeddedMongod | None = None
        self._stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop.set())
        if child_process.port_is_taken(settings.PORT):
            raise CommandError(f"Port {settings.PORT} is in use. Choose another one: PORT=8001 script/server")
        try:
            self._start(options)
            self._watch()
        except MongodUnavailable as error:
            raise CommandError(str(error)) from None
        finally:
            self._end()

    # -- Starting --------------------------------------------------------------------------

    def _start(self, options: dict[str, Any]) -> None:
        logs = Path(settings.DATA_DIR) / "log"
        logs.mkdir(parents=True, exist_ok=True)
        if settings.DEMO:
            self._say("Starting MongoDB …")
            self._mongod = self._start_mongod()
        elif not options["into_existing"]:
            self._reject_real_data()
        self._say("Preparing the database …")
        call_command("migrate", verbosity=0)
        ensure_indexes()
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        helpdesk_port = options["helpdesk_port"]
        if child_process.port_is_taken(helpdesk_port):
            helpdesk_port = child_process.free_port()
        demo_data.prepare(f"http://127.0.0.1:{helpdesk_port}")
        self._anchor = demo_environment.create()["anchor"]
        helpdesk = ("demo_helpdesk", "--port", str(helpdesk_port), "--anchor", self._anchor, "--events")
        self._launch("helpdesk", logs, MANAGE, *helpdesk)
        self._await_port("helpdesk", helpdesk_port)
        self._launch("worker", logs, MANAGE, "worker")
        self._launch(
            "web",
            logs,
            "-m",
            "gunicorn",
            "--config",
            str(demo_environment.BASE_DIR / "gunicorn.conf.py"),
            "supportsaas.wsgi",
        )
        self._await_port("web", settings.PORT)
        self._first = self._enqueue_first_runs()
        self._say_welcome(logs)

    def _reject_real_data(self) -> None:
        """The demo's administrator has a public password, so it must not get into a database in use."""
        people = User.objects.exclude(username__in=[each.name for each in ACCOUNTS]).count()
        tenants = Tenant.objects.exclude(slug__in=demo_data.SLUGS).count()
        if people or tenants:
            raise CommandError(
                f"The database “{settings.MONGODB_NAME}” at MONGODB_URI is in use: it has {format_count(people, 'user')} and "
                f"{format_count(tenants, 'tenant')} that are not part of the demo. The demo would add an administrator with "
                "a public password. Nothing was changed. Choose an empty database (MONGODB_NAME=demo), unset MONGODB_URI "
                "to use the bundled one, or add --into-existing to continue anyway."
            )

    def _start_mongod(self) -> EmbeddedMongod:
        directory = Path(settings.DATA_DIR) / "mongod"
        found = demo_environment.create()
        mongod = EmbeddedMongod(directory=directory, port=found["mongod_port"])
        mongod.start()
        return mongod

    def _launch(self, name: str, logs: Path, *arguments: str) -> None:
        # Each child process writes to its own log file and reads nothing from the terminal.
        with (logs / f"{name}.log").open("ab") as log:
            process = child_process.start(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=demo_environment.BASE_DIR,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self._children.append((name, process))

    def _await_port(self, name: str, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self._stop.is_set():
            self._check_children()
            if child_process.port_is_taken(port):
                return
            time.sleep(0.1)
        if not self._stop.is_set():
            raise CommandError(
                f"The {name} did not start within {format_seconds(START_SECONDS)}. See its log: {self._log_of(name)}"
            )

    def _enqueue_first_runs(self) -> dict[str, str]:
        started = {}
        for tenant in Tenant.objects.filter(slug__in=demo_data.SLUGS).order_by("slug"):
            try:
                started[tenant.slug] = jobs.enqueue(tenant, JobRequest(trigger="demo", started_by="manage.py demo"))
            except JobActive as error:
                started[tenant.slug] = error.job_id
        return started

    # -- Running ---------------------------------------------------------------------------

    def _watch(self) -> None:
        began = time.monotonic()
        waiting = dict(self._first)
        while not self._stop.wait(0.5):
            self._check_children()
            for slug, job_id in list(waiting.items()):
                job = jobs.find_job(job_id)
                if job is None or job["active"]:
                    continue
                del waiting[slug]
                counts = job["counts"]
                self._say(
                    f"  {slug}: {job['status']} after {format_seconds(time.monotonic() - began)}, "
                    f"{format_number(counts['new_ingested'])} new and {format_count(counts['updated'], 'updated ticket')}"
                )
                demo_data.remember_yesterday(slug, anchor=datetime.fromisoformat(self._anchor))

    def _check_children(self) -> None:
        for name, process in self._children:
            if process.poll() is not None and not self._stop.is_set():
                raise CommandError(f"The {name} stopped unexpectedly. See its log: {self._log_of(name)}")

    def _end(self) -> None:
        self._stop.set()
        if self._children or self._mongod:
            self._say("Stopping …")
        for _, process in reversed(self._children):
            child_process.stop(process)
        if self._mongod:
            self._mongod.stop()

    # -- Output ----------------------------------------------------------------------------

    def _say_welcome(self, logs: Path) -> None:
        self._say("")
        self._say(f"  SupportSaaS is running at http://127.0.0.1:{settings.PORT}/")
        self._say("")
        for each in ACCOUNTS:
            self._say(f"    {each.name:<8} {each.password:<13} {each.what}")
        self._say("")
        self._say(f"  The first tickets are being imported. Logs: {logs}")
        self._say("  Press Ctrl-C to stop. The data is kept for the next start.")
        self._say("")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    @staticmethod
    def _log_of(name: str) -> Path:
        return Path(settings.DATA_DIR) / "log" / f"{name}.log"
