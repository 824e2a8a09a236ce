"""Output of the ingestion commands: exit status, and results as text or JSON."""

import json
import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from supportsaas.formatting import format_number
from tenants.models import Tenant
from tickets.helpdesks import SourceError
from tickets.helpdesks.files.facts import FileFacts
from tickets.ingestion.checking import Checked
from tickets.ingestion.preview import Preview
from tickets.ingestion.run import Outcome
from tickets.jobs import Counts, Part
from tickets.management.output import Output
from tickets.management.progress_display import Display
from tickets.records.rejections import RejectedReasons, reasons_in_words
from tickets.status_mapping.words import unmapped_sentence

EXIT_STATUSES = "Exit status: 0 complete, 1 a run failed, 2 wrong usage, 3 partial, 4 skipped (another run is active)."


class Exit(IntEnum):
    """The exit status. For several tenants, the worst one: FAILED, then QUARANTINED, then SKIPPED."""

    COMPLETE = 0
    FAILED = 1
    USAGE = 2
    QUARANTINED = 3
    SKIPPED = 4

    @classmethod
    def of(cls, outcome: Outcome) -> "Exit":
        if outcome.error and outcome.error["code"] == "locked":
            return cls.SKIPPED
        return _OF_STATUS[outcome.status]

    @classmethod
    def worst(cls, ends: list["Exit"]) -> "Exit":
        return next((end for end in (cls.FAILED, cls.QUARANTINED, cls.SKIPPED) if end in ends), cls.COMPLETE)


_OF_STATUS = {
    "completed": Exit.COMPLETE,
    "partial": Exit.QUARANTINED,
    "failed": Exit.FAILED,
    "cancelled": Exit.FAILED,
}


class Reporter:
    """Prints results per tenant, as text or JSON; safe to use from several threads."""

    def __init__(self, out: Output, err: Output, *, as_json: bool, quiet: bool) -> None:
        self._out, self._err = out, err
        self._as_json, self._quiet = as_json, quiet
        self._lock = threading.Lock()

    def display(
        self, name: str, *, unit: str = " pages", measure: Callable[[], tuple[int, int | None]] | None = None
    ) -> Display:
        """The progress display of a run; hidden with `--quiet` and `--json`."""
        shown = not self._quiet and not self._as_json
        return Display(name, err=self._err, shown=shown, unit=unit, measure=measure)

    def print(
        self, tenant: Tenant, facts: dict[str, Any], sentence: str, *, wrong: bool = False, connection: str = ""
    ) -> None:
        """`connection`: what the sentence is about, if the tenant has several."""
        subject = f"{tenant.slug}, {connection}" if connection else tenant.slug
        with self._lock:
            if self._as_json:
                named = {"connection": connection} if connection else {}
                self._out.write(json.dumps({"tenant_id": tenant.slug, **named, **facts}, default=str))
            elif wrong:
                self._err.write(f"{subject}: {sentence}")
            elif not self._quiet:
                self._out.write(f"{subject}: {sentence}")

    def report(self, tenant: Tenant, outcome: Outcome, *, file: FileFacts | None = None) -> Exit:
        """Print how a run ended and what the file contained; returns the exit status."""
        facts = {
            "status": outcome.status,
            "job_id": outcome.job_id,
            **outcome.progress.counts.as_dict(),
            "processed_pages": outcome.progress.processed_pages,
            "error": outcome.error,
            "warning": outcome.warning,
            "notice": outcome.notice,
            "connections": [_part_facts(each) for each in outcome.progress.parts],
            **_details(outcome.rejected, file, is_complete=False),
        }
        notes = [each["message"] for each in (outcome.error or outcome.warning, outcome.notice) if each]
        notes += [remark for part in outcome.progress.parts for remark in part.remarks]
        sentence = f"{outcome.status}: {describe(outcome.progress.counts)}" + (f". {' '.join(notes)}" if notes else "")
        self.print(tenant, facts, _with_reasons(sentence, outcome.rejected), wrong=outcome.status != "completed")
        return self._report_details(tenant, Exit.of(outcome), outcome.rejected, file, is_complete=False)

    def report_preview(
        self, tenant: Tenant, preview: Preview, *, file: FileFacts | None = None, connection: str = ""
    ) -> Exit:
        """Print what a run would do; returns `QUARANTINED` if it would reject records."""
        notice = unmapped_sentence(dict(preview.unmapped.most_common()))
        facts = {
            "status": "dry_run",
            **preview.counts.as_dict(),
            "warning": preview.warning or None,
            "notice": notice or None,
            "left_out": [each.as_dict() for each in preview.left_out.most_frequent()],
            **_details(preview.rejected, file, is_complete=True),
        }
        notes = " ".join(each for each in (preview.warning, notice) if each)
        sentence = f"dry run: {describe(preview.counts)}"
        sentence = f"{sentence}. {notes}" if notes else sentence
        sentence = _with_reasons(sentence, preview.rejected)
        sentence = _with_reasons(sentence, preview.left_out, what="Values left out")
        self.print(tenant, facts, sentence, connection=connection)
        end = Exit.QUARANTINED if preview.counts.quarantined else Exit.COMPLETE
        return self._report_details(tenant, end, preview.rejected, file, is_complete=True)

    def _report_details(
        self, tenant: Tenant, end: Exit, rejected: RejectedReasons, file: FileFacts | None, *, is_complete: bool
    ) -> Exit:
        """Print one line for each kind of rejected record and each remark about the file.

        A file with warnings never ends as complete.
        """
        if file is None or self._as_json:
            return _with_warnings(end, file)
        for found in rejected.most_frequent():
            self.print(tenant, {}, found.with_places(), wrong=True)
        for warning in file.warnings():
            self.print(tenant, {}, f"warning: {warning}", wrong=True)
        for remark in file.remarks(is_complete=is_complete):
            self.print(tenant, {}, remark)
        return _with_warnings(end, file)

    def report_check(self, tenant: Tenant, checked: Checked, *, connection: str = "") -> Exit:
        facts = {
            "status": "ok" if checked.is_usable else "failed",
            "message": checked.sentence,
            "problems": checked.problems,
        }
        self.print(tenant, facts, str(checked), wrong=not checked.is_usable, connection=connection)
        return Exit.COMPLETE if checked.is_usable else Exit.FAILED

    def report_stopped(self, tenant: Tenant) -> Exit:
        self.print(tenant, {"status": "cancelled"}, "cancelled: stopped before it finished", wrong=True)
        return Exit.FAILED

    def report_skipped(self, tenant: Tenant, *, job_id: str, reason: str) -> Exit:
        self.print(tenant, {"status": "skipped", "job_id": job_id}, f"skipped: {reason}", wrong=True)
        return Exit.SKIPPED

    def report_failure(self, tenant: Tenant, error: SourceError, *, connection: str = "") -> Exit:
        facts = {"status": "failed", "error": {"code": error.code, "message": str(error)}}
        self.print(tenant, facts, f"failed: {error}", wrong=True, connection=connection)
        return Exit.FAILED


def _part_facts(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "status": part.status,
        **part.counts.as_dict(),
        "error": part.error,
        "warning": part.warning,
        "remarks": part.remarks,
    }


def _with_warnings(end: Exit, file: FileFacts | None) -> Exit:
    return Exit.QUARANTINED if end == Exit.COMPLETE and file is not None and file.warnings() else end


def _with_reasons(sentence: str, found: RejectedReasons, *, what: str = "Rejected") -> str:
    reasons = found.most_frequent()
    return f"{sentence.removesuffix('.')}. {what}: {reasons_in_words(reasons)}" if reasons else sentence


def _details(rejected: RejectedReasons, file: FileFacts | None, *, is_complete: bool) -> dict[str, Any]:
    details: dict[str, Any] = {"rejected": [each.as_dict() for each in rejected.most_frequent()]}
    if file is not None:
        details |= {"file_warnings": file.warnings(), "remarks": file.remarks(is_complete=is_complete)}
    return details


def describe(counts: Counts) -> str:
    words = {"new_ingested": "new", "quarantined": "rejected", "foreign": "of other tenants rejected"}
    always = ("new_ingested", "updated", "unchanged", "deleted")
    return ", ".join(
        f"{format_number(number)} {words.get(name, name)}"
        for name, number in counts.as_dict().items()
        if number or name in always
    )
