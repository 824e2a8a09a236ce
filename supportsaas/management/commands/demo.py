"""`manage.py demo`: run the whole product on this machine, with a simulated helpdesk."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from supportsaas.db.indexes import ensure_indexes
from supportsaas.formatting import format_count, format_number, format_seconds
from supportsaas.ops import child_process, demo_environment
from supportsaas.ops.embedded_mongod import EmbeddedMongod, MongodUnavailable
from tenants.accounts.demo_accounts import ACCOUNTS
from tenants.models import Membership, Role, Tenant, User
from tickets import jobs
from tickets.alerts.model import Channel, ChannelKind
from tickets.helpdesks.model import Source, SourceKind
from tickets.ingestion.schedule import follow_source
from tickets.jobs import JobActive, JobRequest
from tickets.models import ClassificationRule
from tickets.rules.editing import save_rule
from tickets.store.filters import TicketFilter
from tickets.store.saved_views import add_view

HELPDESK_PORT = 9000
START_SECONDS = 30.0
EVERY_MINUTES = 5
MANAGE = str(demo_environment.BASE_DIR / "manage.py")

TENANTS = (
    ("tenant_a", "Alder Shop", "Europe/Berlin"),
    ("tenant_b", "Birch Cloud", "America/New_York"),
    ("tenant_c", "Cedar Travel", "Asia/Kolkata"),
    ("tenant_d", "Dogwood Energy", "UTC"),
)
ROLES = {
    "manager": {"tenant_a": Role.MANAGER, "tenant_b": Role.MANAGER, "tenant_c": Role.ADMIN},
    "viewer": {"tenant_a": Role.VIEWER},
}


# Tenant, phrases, urgency, sentiment, note. Only created if the tenant has no rules yet.
RULES = (
    (
        "tenant_a",
        "company account, business price",
        "at least medium",
        "",
        "Businesses order often: answer the same day.",
    ),
    ("tenant_a", "newsletter twice, unsubscribe*", "low", "neutral", "Goes to marketing, not to support."),
)


# Only created if the tenant has no saved views yet.
VIEWS = (
    ("tenant_a", "Urgent and open", TicketFilter(urgency=("high",), state=("open",))),
    ("tenant_a", "Angry, needs action", TicketFilter(sentiment=("negative",), requires_action=True)),
)


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
        self._prepare_tenants(f"http://127.0.0.1:{helpdesk_port}")
        self._prepare_rules()
        self._prepare_views()
        self._prepare_people()
        anchor = demo_environment.create()["anchor"]
        self._launch("helpdesk", logs, MANAGE, "demo_helpdesk", "--port", str(helpdesk_port), "--anchor", anchor)
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
        tenants = Tenant.objects.exclude(slug__in=[slug for slug, _, _ in TENANTS]).count()
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

    def _prepare_tenants(self, helpdesk: str) -> None:
        for slug, name, zone in TENANTS:
            tenant, _ = Tenant.objects.get_or_create(slug=slug, defaults={"name": name, "timezone": zone})
            place = {"kind": SourceKind.NATIVE, "url": helpdesk}
            # The helpdesk's port may change each time. An existing schedule is kept.
            source, _ = Source.objects.update_or_create(
                tenant=tenant, prefix="", defaults=place, create_defaults={**place, "every_minutes": EVERY_MINUTES}
            )
            follow_source(source)
            # A slow endpoint that fails often, so each tenant has a circuit breaker to watch.
            Channel.objects.update_or_create(
                tenant=tenant,
                name="On call",
                defaults={"address": helpdesk},
                create_defaults={"address": helpdesk, "kind": ChannelKind.NATIVE},
            )

    def _prepare_rules(self) -> None:
        for tenant in Tenant.objects.filter(slug__in={rule[0] for rule in RULES}, classification_rules=None):
            for slug, phrases, urgency, sentiment, note in RULES:
                if slug == tenant.slug:
                    save_rule(
                        ClassificationRule(
                            tenant=tenant, phrases=phrases, urgency=urgency, sentiment=sentiment, note=note
                        )
                    )

    def _prepare_views(self) -> None:
        for tenant in Tenant.objects.filter(slug__in={view[0] for view in VIEWS}, saved_views=None):
            for slug, name, wanted in VIEWS:
                if slug == tenant.slug:
                    add_view(tenant, name=name, wanted=wanted)

    def _prepare_people(self) -> None:
        for each in ACCOUNTS:
            if User.objects.filter(username=each.name).exists():
                continue
            User.objects.create_user(
                username=each.name, password=each.password, is_staff=each.is_superuser, is_superuser=each.is_superuser
            )
        for name, roles in ROLES.items():
            user = User.objects.get(username=name)
            for slug, role in roles.items():
                tenant = Tenant.objects.get(slug=slug)
                Membership.objects.get_or_create(user=user, tenant=tenant, defaults={"role": role})

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
        for tenant in Tenant.objects.filter(slug__in=[slug for slug, _, _ in TENANTS]).order_by("slug"):
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
