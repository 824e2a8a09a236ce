"""Ingestion runs, ready to show: how far and how fast they are, how they ended, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tickets import jobs
from tickets.ingestion.wording import describe_counts, describe_outcome
from tickets.views.ingestion.advice import advice

UNCLAIMED_AFTER = timedelta(seconds=10)
_TRIGGERS = {
    "web": "web page",
    "admin": "admin",
    "api": "API",
    "command": "command line",
    "demo": "",  # the name of who started it says so already
    "schedule": "",
    "hook": "",
}
_TODO_WHEN_REJECTED = {
    "sync": "Once they are corrected in the helpdesk, the next run imports them.",
    "retry": "Check why they are still rejected. Correct the source’s settings, or discard them.",
    "import": "Correct them in the file and import it again; tickets that were imported before are not duplicated.",
}
_READ = ("new_ingested", "updated", "unchanged", "quarantined", "foreign")


@dataclass(frozen=True, slots=True)
class LiveRun:
    """The tenant's queued or running job."""

    job_id: str
    kind: str
    is_queued: bool
    is_unclaimed: bool
    is_stopping: bool
    stopping_by: str
    started_by: str
    began_at: datetime
    percentage: int
    pages: int
    total_pages: int | None
    read: int
    per_second: float | None
    counts: Mapping[str, int]
    note: str
    connection: str
    """The connection that is being read, “second (2 of 3)” if the run reads several; empty before it begins."""

    @property
    def announcement(self) -> str:
        """The progress for screen readers; it changes with every tenth, not with every page."""
        if self.is_queued:
            return "The run is waiting for a worker."
        if self.total_pages is None:
            return "The run is in progress."
        return f"{self.percentage // 10 * 10}% read."


@dataclass(frozen=True, slots=True)
class PastPart:
    name: str
    status: str
    imported: str
    problem: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastRun:
    job_id: str
    kind: str
    status: str
    started_by: str
    trigger: str
    queued_at: datetime
    ended_at: datetime | None
    duration: timedelta | None
    pages: int
    counts: Mapping[str, int]
    imported: str
    problem: str
    problem_code: str
    todo: str
    notice: str
    was_full: bool
    has_rejected: bool
    cancelled_by: str
    parts: tuple[PastPart, ...]
    """Of a sync, one for each connection that it read or was to read."""
    only: str
    """The connections that it was for; empty for all."""

    @property
    def is_in_part(self) -> bool:
        """Whether some of its connections were read, and some failed."""
        return self.status == "partial" and any(each.status == "failed" for each in self.parts)

    @property
    def has_problem_of_part(self) -> bool:
        return any(each.problem for each in self.parts)

    @property
    def remarks(self) -> list[str]:
        """Of all parts; if there are several, each with the connection's name."""
        is_single = len(self.parts) == 1
        return [each if is_single else f"“{part.name}”: {each}" for part in self.parts for each in part.remarks]


def live_run(job: Mapping[str, Any], *, now: datetime) -> LiveRun:
    is_queued = job["status"] == "queued"
    began_at: datetime = job["started_at"] or job["queued_at"]
    read = sum(job["counts"][name] for name in _READ)
    seconds = (now - began_at).total_seconds()
    return LiveRun(
        job_id=job["_id"],
        kind=job["options"].get("kind", "sync"),
        is_queued=is_queued,
        is_unclaimed=is_queued and now - job["queued_at"] > UNCLAIMED_AFTER,
        is_stopping=job["cancel_requested_at"] is not None,
        stopping_by=job.get("cancel_requested_by", ""),
        started_by=job["started_by"],
        began_at=began_at,
        percentage=jobs.percentage(dict(job)),
        pages=job["processed_pages"],
        total_pages=job["total_pages"],
        read=read,
        per_second=round(read / seconds, 1) if seconds >= 1 and read else None,
        counts=job["counts"],
        note=job["note"],
        connection=_being_read(job),
    )


def past_run(job: Mapping[str, Any]) -> PastRun:
    issue = job["error"] or job["warning"] or {}
    rejected = job["counts"]["quarantined"]
    kind = job["options"].get("kind", "sync")
    if issue:
        problem, todo = issue["message"], advice(issue.get("code"))
    elif job["status"] == "partial":
        problem = f"{rejected} {'record' if rejected == 1 else 'records'} could not be imported as tickets."
        todo = _TODO_WHEN_REJECTED.get(kind, _TODO_WHEN_REJECTED["sync"])
    else:
        problem = todo = ""
    began, ended = job["started_at"], job["ended_at"]
    return PastRun(
        job_id=job["_id"],
        kind=kind,
        status=job["status"],
        started_by=job["started_by"],
        trigger=_TRIGGERS.get(job["trigger"], job["trigger"]),
        queued_at=job["queued_at"],
        ended_at=ended,
        duration=ended - began if began and ended else None,
        pages=job["processed_pages"],
        counts=job["counts"],
        imported=describe_outcome(job),
        problem=problem,
        problem_code=issue.get("code", ""),
        todo=todo,
        notice=(job.get("notice") or {}).get("message", ""),
        was_full=bool(job["options"].get("full")),
        has_rejected=job["status"] == "partial" and rejected > 0,
        cancelled_by=job.get("cancel_requested_by", "") if job["status"] == "cancelled" else "",
        parts=tuple(_past_part(each) for each in job.get("connections") or ()),
        only=", ".join(each["name"] for each in job.get("connections") or () if job["options"].get("connections")),
    )


def _past_part(part: Mapping[str, Any]) -> PastPart:
    issue = part.get("error") or part.get("warning") or {}
    return PastPart(
        name=part["name"],
        status=part["status"],
        imported=describe_counts(part["counts"]),
        problem=issue.get("message", ""),
        remarks=tuple(part.get("remarks") or ()),
    )


def _being_read(job: Mapping[str, Any]) -> str:
    parts = job.get("connections") or []
    found = next((number for number, each in enumerate(parts, 1) if each["status"] == "running"), None)
    if found is None:
        return ""
    name: str = parts[found - 1]["name"]
    return name if len(parts) == 1 else f"{name} ({found} of {len(parts)})"
