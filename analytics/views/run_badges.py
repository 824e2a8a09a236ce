"""How a tenant's last run went, in words, for the overview."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.sync_status import SyncStatus
from tickets.ingestion.wording import describe_counts, describe_failures

_DONE = {"sync": "Synced", "retry": "Rejected records retried", "import": "File imported"}

Tone = Literal["completed", "partial", "failed", "running", "queued", "cancelled", "none"]


@dataclass(frozen=True, slots=True)
class TenantState:
    """`tone` is a run's status, or none; `at` is since when."""

    tone: Tone
    words: str
    at: datetime | None = None
    detail: str = ""


Remedy = Literal["connect", "check", "run", "watch"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why nothing is known about a tenant's tickets; `remedy` says which page the button leads to."""

    reason: str
    remedy: Remedy


def why_unknown(run: Mapping[str, Any] | None, sync: SyncStatus, source: Source | None) -> Unknown:
    """Of a tenant without a ticket whose helpdesk was never read to the end."""
    if run is not None and run["active"]:
        return Unknown("The first sync is not done yet.", "watch")
    if source is None:
        return Unknown("Its tickets are unknown until one is connected.", "connect")
    if not source.enabled:
        return Unknown("The helpdesk connection is off.", "check")
    if sync.failures:
        return Unknown("The helpdesk has never been read: every sync failed.", "check")
    return Unknown("Its tickets are unknown until the first sync.", "run")


def tenant_state(
    run: Mapping[str, Any] | None, sync: SyncStatus, source: Source | None, *, now: datetime
) -> TenantState:
    """Of the newest run; none is None."""
    if run is None:
        words = "No helpdesk connected" if source is None else "Never run"
        return TenantState("none", words)
    tone: Tone = run["status"]
    if tone == "queued":
        return TenantState(tone, "Waiting for a worker", run["queued_at"])
    if tone == "running":
        words = f"Running, {jobs.percentage(dict(run))}%" if run["total_pages"] else "Running"
        return TenantState(tone, words, run["started_at"])
    if tone == "failed":
        return TenantState(
            tone, "Failed", run["ended_at"], _failure(sync, (run.get("error") or {}).get("message", ""), now)
        )
    words = "Cancelled" if tone == "cancelled" else _DONE[run["options"]["kind"]]
    return TenantState(tone, words, run["ended_at"], describe_counts(run["counts"]))


def _failure(sync: SyncStatus, message: str, now: datetime) -> str:
    """The reason, after how often it failed in a row and when it is tried again."""
    if sync.failures < 2:
        return message
    words = describe_failures(sync.failures, sync.next_try_at, now=now)
    return f"{words.capitalize()}. {message}"
