"""`manage.py ingest`: sync tickets now, for cron and for the terminal."""

import sys
import threading
from argparse import ArgumentParser
from collections.abc import Callable
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
from tickets.ingestion.connecting import UnknownConnection, find_connection, find_named
from tickets.ingestion.preview import preview_connection
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
    requires_system_checks = []
    """Django's would import every page, the API and the admin, a tenth of the memory that a run takes."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = EXIT_STATUSES
        parser.add_argument("--tenant", action="append", metavar="SLUG", default=[], help="a tenant; may be repeated")
        parser.add_argument("--all", action="store_true", help="all active tenants with an enabled connection")
        parser.add_argument(
            "--connection",
            metavar="NAME",
            default="",
            help="only this helpdesk connection of the tenant (default: all)",
        )
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
            self.connections = {each.slug: self._connections(each) for each in tenants}
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
        if self.options["connection"] and len(set(self.options["tenant"])) != 1:
            self._usage("--connection needs one --tenant.")
        if self.options["all"]:
            enabled = Source.objects.filter(enabled=True, tenant__is_active=True).select_related("tenant")
            by_slug = {each.tenant.slug: each.tenant for each in enabled}
            return [by_slug[slug] for slug in sorted(by_slug)]
        found = []
        for slug in dict.fromkeys(self.options["tenant"]):
            tenant = Tenant.objects.filter(slug=slug).first()
            if tenant is None:
                self._usage(f"Tenant “{slug}” does not exist.")
            found.append(tenant)
        return found

    def _connections(self, tenant: Tenant) -> list[Source]:
        """Those that were asked for. What deletes tickets has to name the helpdesk that no longer has them."""
        if name := self.options["connection"]:
            try:
                return [find_connection(tenant, name)]
            except UnknownConnection as error:
                self._usage(str(error))
        enabled = [each for each in find_named(tenant) if each.enabled]
        if self.options["confirm_deletions"] and len(enabled) > 1:
            names = ", ".join(each.name for each in enabled)
            self._usage(f"--confirm-deletions: choose one of {tenant.slug}’s connections with --connection: {names}.")
        return enabled

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
            self.err.write("No active tenant has an enabled connection. Nothing to sync.")
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
            connections=[each.key for each in self.connections[tenant.slug]] if self.options["connection"] else (),
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
        return self._of_each(tenant, lambda source, label: self._check_one(source, stop, label))

    def _preview(self, tenant: Tenant, stop: threading.Event, _slot: Slot) -> Exit:
        return self._of_each(tenant, lambda source, label: self._preview_one(source, stop, label))

    def _of_each(self, tenant: Tenant, step: Callable[[Source, str], Exit]) -> Exit:
        """Do the step for each connection, which is named if there are several; a failure does not stop the others."""
        sources = self.connections[tenant.slug]
        if not sources:
            error = SourceError("misconfigured", "No helpdesk connection is turned on.")
            return self.reporter.report_failure(tenant, error)
        ends = []
        for source in sources:
            label = source.name if len(sources) > 1 else ""
            try:
                ends.append(step(source, label))
            except SourceError as error:
                ends.append(self.reporter.report_failure(tenant, error, connection=label))
            except RunCancelled:
                return self.reporter.report_stopped(tenant)
        return Exit.worst(ends)

    def _check_one(self, source: Source, stop: threading.Event, label: str) -> Exit:
        checked = check_source(source, wait=waiting_until(stop))
        return self.reporter.report_check(source.tenant, checked, connection=label)

    def _preview_one(self, source: Source, stop: threading.Event, label: str) -> Exit:
        preview = preview_connection(
            source,
            wait=waiting_until(stop),
            since=self.since,
            confirm_deletions=self.options["confirm_deletions"],
        )
        return self.reporter.report_preview(source.tenant, preview, connection=label)
