"""`manage.py ingest`: sync tickets now, for cron and for the terminal."""

import sys
import threading
from argparse import ArgumentParser
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import format_minute
from supportsaas.ops import logs
from supportsaas.ops.process_name import process_name
from tenants.models import Tenant
from tickets import jobs
from tickets.helpdesks import SourceError
from tickets.helpdesks.model import Source
from tickets.ingestion.checking import check_source
from tickets.ingestion.preview import preview_tenant
from tickets.ingestion.run import ingest_tenant
from tickets.ingestion.run_lease import RunCancelled
from tickets.ingestion.run_slots import Slot, run_in_slots
from tickets.ingestion.worker import run_tasks_after_ingestion
from tickets.jobs import JobActive, JobRequest
from tickets.management.output import LastingOutput
from tickets.management.reporting import EXIT_STATUSES, Exit, Reporter
from tickets.management.stopping import stop_on_signals, waiting_until
from tickets.store.filters import FilterError, parse_moment


class Command(BaseCommand):
    help = "Sync tickets from the tenants' helpdesks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = EXIT_STATUSES
        parser.add_argument("--tenant", action="append", metavar="SLUG", default=[], help="a tenant; may be repeated")
        parser.add_argument("--all", action="store_true", help="all active tenants with an enabled source")
        parser.add_argument("--full", action="store_true", help="full re-sync, not only changes")
        parser.add_argument(
            "--since", metavar="TIME", help="only changes since this time (ISO 8601), if the helpdesk supports it"
        )
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="tenants at the same time (default 1)")
        parser.add_argument("--dry-run", action="store_true", help="show what would change without changing anything")
        parser.add_argument("--check", action="store_true", help="only check the connections")
        parser.add_argument(
            "--confirm-deletions",
            action="store_true",
            help="delete missing tickets even if there are suspiciously many",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object per tenant and line")
        parser.add_argument("--quiet", action="store_true", help="print only problems")

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        self.err = LastingOutput(self.stderr)
        self.reporter = Reporter(LastingOutput(self.stdout), self.err, as_json=options["json"], quiet=options["quiet"])
        try:
            tenants = self._tenants()
            self.since = self._since()
            sys.exit(self._run_all(tenants))
        except mongo.UNAVAILABLE as error:
            self.err.write(f"error: The database is not reachable: {error}")
            sys.exit(Exit.FAILED)

    # -- Arguments ------------------------------------------------------------------------

    def _tenants(self) -> list[Tenant]:
        if bool(self.options["tenant"]) == self.options["all"]:
            self._usage("Choose tenants with --tenant SLUG or --all.")
        if not 1 <= self.options["workers"] <= 32:
            self._usage("--workers must be from 1 to 32.")
        if self.options["check"] and self.options["dry_run"]:
            self._usage("--check and --dry-run cannot be combined.")
        if self.options["all"]:
            with_source = Source.objects.filter(enabled=True).select_related("tenant")
            return sorted((each.tenant for each in with_source if each.tenant.is_active), key=lambda each: each.slug)
        found = []
        for slug in dict.fromkeys(self.options["tenant"]):
            tenant = Tenant.objects.filter(slug=slug).first()
            if tenant is None:
                self._usage(f"Tenant “{slug}” does not exist.")
            found.append(tenant)
        return found

    def _since(self) -> datetime | None:
        if self.options["since"] is None:
            return None
        if self.options["full"]:
            self._usage("--full and --since cannot be combined.")
        try:
            since = parse_moment("--since", self.options["since"], zone=ZoneInfo("UTC"))
        except FilterError as error:
            self._usage(str(error))
        if since > clock.now():
            self._usage(f"--since is in the future ({format_minute(since)} UTC).")
        return since

    def _usage(self, sentence: str) -> NoReturn:
        self.err.write(f"error: {sentence}")
        sys.exit(Exit.USAGE)

    # -- Running ---------------------------------------------------------------------------

    def _run_all(self, tenants: list[Tenant]) -> Exit:
        if not tenants:
            self.err.write("No active tenant has an enabled source. Nothing to sync.")
        stop = stop_on_signals()
        step = self._check if self.options["check"] else self._preview if self.options["dry_run"] else self._ingest
        ends = run_in_slots(
            tenants,
            lambda tenant, slot: step(tenant, stop, slot),
            count=self.options["workers"],
            slice_seconds=settings.WORKER_TURN_SECONDS,
        )
        end = Exit.worst(ends)
        if step == self._ingest:
            run_tasks_after_ingestion(stop)
        return end

    def _ingest(self, tenant: Tenant, stop: threading.Event, slot: Slot) -> Exit:
        if stop.is_set():
            return Exit.FAILED
        request = JobRequest(
            trigger="command",
            started_by="manage.py ingest",
            full=self.options["full"],
            since=self.since,
            confirm_deletions=self.options["confirm_deletions"],
        )
        owner_id = process_name()
        try:
            job_id = jobs.begin_at_once(tenant, request, owner_id=owner_id)
        except JobActive as error:
            return self.reporter.report_skipped(tenant, job_id=error.job_id, reason=str(error))
        with logs.about(job=job_id, tenant=tenant.slug), self.reporter.display(tenant.slug) as display:
            outcome = ingest_tenant(
                tenant, request, job_id=job_id, owner_id=owner_id, stop=stop, listener=display.update, slot=slot
            )
        return self.reporter.report(tenant, outcome)

    def _check(self, tenant: Tenant, stop: threading.Event, _slot: Slot) -> Exit:
        source = Source.objects.filter(tenant=tenant).select_related("tenant").first()
        try:
            if source is None:
                raise SourceError("misconfigured", "No source is connected.")
            checked = check_source(source, wait=waiting_until(stop))
        except SourceError as error:
            return self.reporter.report_failure(tenant, error)
        except RunCancelled:
            return self.reporter.report_stopped(tenant)
        return self.reporter.report_check(tenant, checked)

    def _preview(self, tenant: Tenant, stop: threading.Event, _slot: Slot) -> Exit:
        try:
            preview = preview_tenant(
                tenant,
                wait=waiting_until(stop),
                since=self.since,
                confirm_deletions=self.options["confirm_deletions"],
            )
        except SourceError as error:
            return self.reporter.report_failure(tenant, error)
        except RunCancelled:
            return self.reporter.report_stopped(tenant)
        return self.reporter.report_preview(tenant, preview)
