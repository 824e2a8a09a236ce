"""The state of a tenant's data in words, for the overview."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from analytics.overview import OverviewRow
from tenants.models import Source
from tickets import jobs
from tickets.freshness import describe_counts

LATE_AFTER = timedelta(hours=24)
"""Numbers that stand for a moment longer ago are called late."""

Tone = Literal["completed", "partial", "failed", "running", "queued", "cancelled", "none"]


@dataclass(frozen=True, slots=True)
class TenantState:
    """`tone` is a run's status, or none; `at` is when it came about; `detail` says more."""

    tone: Tone
    words: str
    at: datetime | None = None
    detail: str = ""
    as_of: datetime | None = None
    is_late: bool = False


def tenant_state(row: OverviewRow, source: Source | None) -> TenantState:
    as_of = row.last_good["started_at"] if row.last_good else None
    is_late = as_of is not None and row.now - as_of > LATE_AFTER
    run = row.last_run
    if run is None:
        words = "No helpdesk connected" if source is None else "Never run"
        return TenantState("none", words, as_of=as_of)
    tone: Tone = run["status"]
    if tone == "queued":
        return TenantState(tone, "Waiting for a worker", run["queued_at"], as_of=as_of, is_late=is_late)
    if tone == "running":
        words = f"Running, {jobs.percentage(dict(run))}%" if run["total_pages"] else "Running"
        return TenantState(tone, words, run["started_at"], as_of=as_of, is_late=is_late)
    if tone == "failed":
        detail = (run.get("error") or {}).get("message", "")
        return TenantState(tone, "Failed", run["ended_at"], detail, as_of, is_late)
    words = "Cancelled" if tone == "cancelled" else "Synced"
    return TenantState(tone, words, run["ended_at"], describe_counts(run["counts"]), as_of, is_late)
