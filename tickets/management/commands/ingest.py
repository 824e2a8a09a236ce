"""`manage.py ingest`: the run for cron and for people at a terminal."""

import json
import signal
import sys
import threading
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from enum import IntEnum
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand
from tqdm import tqdm

from supportsaas import mongo
from tenants.models import Source, Tenant
from tickets import jobs
from tickets.filters import FilterError, parse_moment
from tickets.ingestion.preview import preview_tenant
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobActive, JobRequest, Progress
from tickets.sources import SourceError, open_source
from tickets.worker import process_name


class Exit(IntEnum):
    """What cron sees. Of several tenants the worst counts, in the order FAILED, QUARANTINED, SKIPPED."""

    COMPLETE = 0
    FAILED = 1
    USAGE = 2
    QUARANTINED = 3
    SKIPPED = 4


_WORST_FIRST = (Exit.FAILED, Exit.QUARANTINED, Exit.SKIPPED, Exit.COMPLETE)
_OF_STATUS = {"completed": Exit.COMPLETE, "partial": Exit.QUARANTINED, "failed": Exit.FAILED, "cancelled": Exit.FAILED}


class Command(BaseCommand):
    help = "Read tickets from the tenants' helpdesks."
    epilog = "Exit status: 0 complete, 1 a run failed, 2 wrong usage, 3 partial, 4 skipped (another run is going)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = self.epilog
        parser.add_argument("--tenant", action="append", metavar="SLUG", default=[], help="a tenant; may be repeated")
        parser.add_argument("--all", action="store_true", help="every active tenant with an enabled source")
        parser.add_argument("--full", action="store_true", help="read everything, not only what changed")
        parser.add_argument(
            "--since", metavar="TIME", help="only what changed since (ISO 8601), where the helpdesk can"
        )
        parser.add_argument("--workers", type=int, default=1, metavar="N", help="tenants side by side (default 1)")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument(
            "--check", action="store_true", help="only log in at the helpdesks and say whether it works"
        )
        parser.add_argument(
            "--confirm-deletions", action="store_true", help="delete also where suspiciously many tickets are gone"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a tenant, one a line")
        parser.add_argument("--quiet", action="store_true", help="print only what went wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        self._print_lock = threading.Lock()
        try:
            tenants = self._tenants()
            self.since = self._since()
            sys.exit(self._run_all(tenants))
        except mongo.UNAVAILABLE as error:
            self.stderr.write(f"error: The database is not reachable: {error}")
            sys.exit(Exit.FAILED)

    # -- What was asked for ----------------------------------------------------------------

    def _tenants(self) -> list[Tenant]:
        if bool(self.options["tenant"]) == self.options["all"]:
            self._usage("Name tenants with --tenant SLUG, or all with --all.")
        if not 1 <= self.options["workers"] <= 32:
            self._usage("--workers must be from 1 to 32.")
        if self.options["check"] and self.options["dry_run"]:
            self._usage("--check and --dry-run do not go together.")
        if self.options["all"]:
            with_source = Source.objects.filter(enabled=True).select_related("tenant")
            return sorted((each.tenant for each in with_source if each.tenant.is_active), key=lambda each: each.slug)
        found = []
        for slug in dict.fromkeys(self.options["tenant"]):
            tenant = Tenant.objects.filter(slug=slug).first()
            if tenant is None:
                self._usage(f"There is no tenant “{slug}”.")
            found.append(tenant)
        return found

    def _since(self) -> datetime | None:
        if self.options["since"] is None:
            return None
        if self.options["full"]:
            self._usage("--full and --since do not go together.")
        try:
            return parse_moment("--since", self.options["since"], zone=ZoneInfo("UTC"))
        except FilterError as error:
            self._usage(str(error))

    def _usage(self, sentence: str) -> NoReturn:
        self.stderr.write(f"error: {sentence}")
        sys.exit(Exit.USAGE)

    # -- Doing it --------------------------------------------------------------------------

    def _run_all(self, tenants: list[Tenant]) -> Exit:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        step = self._check if self.options["check"] else self._preview if self.options["dry_run"] else self._ingest
        with ThreadPoolExecutor(self.options["workers"]) as pool:
            futures = [pool.submit(step, tenant, stop) for tenant in tenants]
            ends = [future.result() for future in futures]
        return next(end for end in _WORST_FIRST if end in ends or end is Exit.COMPLETE)

    def _ingest(self, tenant: Tenant, stop: threading.Event) -> Exit:
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
            self._say(tenant, {"status": "skipped", "job_id": error.job_id}, f"skipped: {error}", wrong=True)
            return Exit.SKIPPED
        with _Display(tenant.slug, shown=self._shows_progress()) as display:
            outcome = ingest_tenant(
                tenant, request, job_id=job_id, owner_id=owner_id, stop=stop, listener=display.update
            )
        self._tell(tenant, outcome)
        if outcome.error and outcome.error["code"] == "locked":
            return Exit.SKIPPED
        return _OF_STATUS[outcome.status]

    def _check(self, tenant: Tenant, stop: threading.Event) -> Exit:
        source = Source.objects.filter(tenant=tenant).select_related("tenant").first()
        try:
            if source is None:
                raise SourceError("misconfigured", "It has no source.")
            opened = open_source(source)
            try:
                sentence = opened.check()
            finally:
                opened.close()
        except SourceError as error:
            self._say(
                tenant,
                {"status": "failed", "error": {"code": error.code, "message": str(error)}},
                f"failed: {error}",
                wrong=True,
            )
            return Exit.FAILED
        self._say(tenant, {"status": "ok", "message": sentence}, sentence)
        return Exit.COMPLETE

    def _preview(self, tenant: Tenant, stop: threading.Event) -> Exit:
        try:
            counts = preview_tenant(tenant)
        except SourceError as error:
            self._say(
                tenant,
                {"status": "failed", "error": {"code": error.code, "message": str(error)}},
                f"failed: {error}",
                wrong=True,
            )
            return Exit.FAILED
        self._say(tenant, {"status": "dry_run", **counts.as_dict()}, f"would end with {_in_words(counts)}")
        return Exit.COMPLETE

    # -- Telling it ------------------------------------------------------------------------

    def _tell(self, tenant: Tenant, outcome: Outcome) -> None:
        facts = {
            "status": outcome.status,
            "job_id": outcome.job_id,
            **outcome.progress.counts.as_dict(),
            "processed_pages": outcome.progress.processed_pages,
            "error": outcome.error,
            "warning": outcome.warning,
        }
        reason = next((each["message"] for each in (outcome.error, outcome.warning) if each), None)
        sentence = f"{outcome.status}: {_in_words(outcome.progress.counts)}" + (f". {reason}" if reason else "")
        self._say(tenant, facts, sentence, wrong=outcome.status != "completed")

    def _say(self, tenant: Tenant, facts: dict[str, Any], sentence: str, *, wrong: bool = False) -> None:
        with self._print_lock:
            if self.options["json"]:
                self.stdout.write(json.dumps({"tenant_id": tenant.slug, **facts}, default=str))
            elif wrong:
                self.stderr.write(f"{tenant.slug}: {sentence}")
            elif not self.options["quiet"]:
                self.stdout.write(f"{tenant.slug}: {sentence}")

    def _shows_progress(self) -> bool:
        return not self.options["quiet"] and not self.options["json"]


class _Display:
    """A bar on a terminal; elsewhere a plain line now and then."""

    def __init__(self, name: str, *, shown: bool) -> None:
        self._name = name
        self._bar = tqdm(desc=name, unit=" pages", disable=not shown or not sys.stderr.isatty(), leave=False)
        self._plain = shown and not sys.stderr.isatty()
        self._told = 0

    def __enter__(self) -> "_Display":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def update(self, progress: Progress) -> None:
        self._bar.total = progress.total_pages
        self._bar.set_postfix_str(progress.note, refresh=False)
        self._bar.update(progress.processed_pages - self._bar.n)
        if self._plain and progress.processed_pages >= self._told + 10:
            self._told = progress.processed_pages
            print(f"{self._name}: page {progress.processed_pages} of {progress.total_pages or '?'}", file=sys.stderr)  # noqa: T201


def _in_words(counts: jobs.Counts) -> str:
    words = {"new_ingested": "new", "foreign": "of other tenants refused"}
    always = ("new_ingested", "updated", "unchanged", "deleted")
    return ", ".join(
        f"{number:,} {words.get(name, name)}" for name, number in counts.as_dict().items() if number or name in always
    )
