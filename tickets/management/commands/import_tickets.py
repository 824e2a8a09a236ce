"""`manage.py import_tickets`: import tickets from a CSV or JSON file, through the same run as a sync."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, available_timezones

from django.core.management.base import BaseCommand

from supportsaas.db import mongo
from supportsaas.ops import logs
from supportsaas.ops.process_name import process_name
from tenants.models import Tenant
from tickets import jobs
from tickets.helpdesks import SourceError
from tickets.helpdesks.files.csv_layout import NAMED_DELIMITERS, name_of_delimiter
from tickets.helpdesks.files.file import FileFormat, FileSource
from tickets.helpdesks.files.text_lines import UTF_8, FileError
from tickets.helpdesks.options import EXTRA, TICKET_FIELDS, check_date_format
from tickets.ingestion import name_spaces
from tickets.ingestion.preview import preview_source
from tickets.ingestion.run import ingest_tenant
from tickets.ingestion.run_lease import RunCancelled
from tickets.ingestion.worker import run_tasks_after_ingestion
from tickets.jobs import JobActive, JobRequest
from tickets.management.output import LastingOutput
from tickets.management.reporting import EXIT_STATUSES, Exit, Reporter
from tickets.management.stopping import stop_on_signals, waiting_until
from tickets.records.origin import Origin


class Command(BaseCommand):
    help = (
        "Import tickets from a CSV file with a header, from JSON lines, or from a JSON list. Exports of Zendesk, Freshdesk, "
        "Jira and GitHub are recognised and need no --map. Adds new tickets and "
        "updates existing ones if the file has a newer version; deletes nothing. Importing a file twice is safe."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = EXIT_STATUSES
        parser.add_argument("tenant", help="the tenant's id")
        parser.add_argument("file", type=Path, help=".csv, .tsv, .tab, .txt, .jsonl, .ndjson or .json")
        target = parser.add_mutually_exclusive_group()
        target.add_argument(
            "--name",
            default="",
            help="name of the import: ticket ids become NAME:ID. Default: the file's name if the tenant has a helpdesk "
            "connection, otherwise ids stay unchanged",
        )
        target.add_argument(
            "--into",
            default="",
            metavar="CONNECTION",
            help="the file holds tickets of this helpdesk connection",
        )
        for name, metavar, text in (
            (
                "map",
                "FIELD=COLUMN",
                f"column of a field ({', '.join(TICKET_FIELDS)}, {EXTRA}NAME); a dotted path for JSON",
            ),
            ("default", "FIELD=VALUE", "value for a field that the file lacks"),
            ("status-map", "THEIRS=OURS", "status in the file and the ticket status it means"),
        ):
            parser.add_argument(f"--{name}", action="extend", nargs="+", default=[], metavar=metavar, help=text)
        parser.add_argument(
            "--timezone", default="UTC", metavar="ZONE", help="time zone of dates without one (default UTC)"
        )
        parser.add_argument(
            "--date-format",
            default="",
            metavar="FORMAT",
            help="format of dates, as for strptime (%%d.%%m.%%Y %%H:%%M), or epoch or epoch_ms for seconds or "
            "milliseconds since 1970; required if dates start with the day or month",
        )
        parser.add_argument(
            "--encoding",
            default=UTF_8,
            help="encoding of the file, for example cp1252 (default: UTF-8; UTF-16 is detected)",
        )
        parser.add_argument(
            "--delimiter",
            default="",
            metavar="CHARACTER",
            help=f"CSV delimiter: one character or {', '.join(NAMED_DELIMITERS)} (default: detected)",
        )
        parser.add_argument(
            "--plain",
            action="store_true",
            help="find fields by --map and their own names only, even if the file looks like an export of a known helpdesk",
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would change without changing anything")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument("--quiet", action="store_true", help="print only problems")

    def handle(self, *args: Any, **options: Any) -> None:
        self.err = LastingOutput(self.stderr)
        reporter = Reporter(LastingOutput(self.stdout), self.err, as_json=options["json"], quiet=options["quiet"])
        try:
            tenant = Tenant.objects.filter(slug=options["tenant"]).first()
            if tenant is None:
                self._usage(f"Tenant “{options['tenant']}” does not exist.")
            if options["name"] and not name_spaces.is_name(options["name"]):
                self._usage("--name takes letters, digits, ., - and _ (at most 63).")
            file_format = self._format(options)
            try:
                source = FileSource(options["file"], file_format)
            except FileError as error:
                self._usage(str(error))
            with source:
                origin = self._origin(tenant, options)
                step = _preview if options["dry_run"] else _import
                sys.exit(step(tenant, source, origin, reporter))
        except mongo.UNAVAILABLE as error:
            self.err.write(f"error: The database is not reachable: {error}")
            sys.exit(Exit.FAILED)

    def _origin(self, tenant: Tenant, options: dict[str, Any]) -> Origin:
        """Which helpdesk connection or import the tickets belong to."""
        if options["into"]:
            found = name_spaces.connection_named(tenant, options["into"], is_trial=options["dry_run"])
            if found is None:
                names = ", ".join(name_spaces.names_of_connections(tenant)) or "none"
                self._usage(f"--into: {tenant.slug} has no connection “{options['into']}”. Connections: {names}.")
            return found
        name = options["name"] or name_spaces.name_from(options["file"].name)
        try:
            return name_spaces.claim_import(tenant, name, is_named=bool(options["name"]), is_trial=options["dry_run"])
        except name_spaces.NameTaken as error:
            self._usage(str(error))

    def _format(self, options: dict[str, Any]) -> FileFormat:
        if options["timezone"] not in available_timezones():
            self._usage(f"--timezone: unknown time zone “{options['timezone']}”. Examples: Europe/Berlin, UTC.")
        try:
            date_format = check_date_format(options["date_format"])
        except ValueError as error:
            self._usage(f"--date-format: {error}.")
        return FileFormat(
            fields=self._pairs("map", options["map"], of_fields=True),
            defaults=self._pairs("default", options["default"], of_fields=True),
            status_map=self._pairs("status-map", options["status_map"], of_fields=False),
            zone=ZoneInfo(options["timezone"]),
            date_format=date_format,
            encoding=options["encoding"],
            delimiter=self._delimiter(options["delimiter"]),
            is_plain=options["plain"],
        )

    def _delimiter(self, text: str) -> str:
        try:
            return name_of_delimiter(text) if text else ""
        except ValueError as error:
            self._usage(f"--delimiter {error}.")

    def _pairs(self, option: str, given: list[str], *, of_fields: bool) -> dict[str, str]:
        pairs = {}
        for text in given:
            name, equals, value = text.partition("=")
            if not equals or not name:
                self._usage(f"--{option} takes two values joined by “=”, not “{text}”.")
            if of_fields and name not in TICKET_FIELDS and not name.startswith(EXTRA):
                self._usage(f"--{option}: unknown field “{name}”. Fields: {', '.join(TICKET_FIELDS)}, {EXTRA}NAME.")
            pairs[name] = value
        return pairs

    def _usage(self, sentence: str) -> NoReturn:
        self.err.write(f"error: {sentence}")
        sys.exit(Exit.USAGE)


def _import(tenant: Tenant, source: FileSource, origin: Origin, reporter: Reporter) -> Exit:
    request = JobRequest(trigger="command", started_by=f"manage.py import_tickets {source.name}", kind="import")
    owner_id = process_name()
    stop = stop_on_signals()
    try:
        job_id = jobs.begin_at_once(tenant, request, owner_id=owner_id)
    except JobActive as error:
        return reporter.report_skipped(tenant, job_id=error.job_id, reason=str(error))
    with (
        logs.about(job=job_id, tenant=tenant.slug),
        reporter.display(tenant.slug, unit="B", measure=lambda: (source.bytes_read, source.size)) as display,
    ):
        outcome = ingest_tenant(
            tenant,
            request,
            job_id=job_id,
            owner_id=owner_id,
            stop=stop,
            listener=display.update,
            open_source=lambda *_: source,
            origin=origin,
        )
    end = reporter.report(tenant, outcome, file=source.facts)
    run_tasks_after_ingestion(stop)
    return end


def _preview(tenant: Tenant, source: FileSource, origin: Origin, reporter: Reporter) -> Exit:
    try:
        preview = preview_source(tenant, source, origin=origin, wait=waiting_until(stop_on_signals()))
    except SourceError as error:
        return reporter.report_failure(tenant, error)
    except RunCancelled:
        return reporter.report_stopped(tenant)
    return reporter.report_preview(tenant, preview, file=source.facts)
