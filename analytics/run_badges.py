"""A tenant's last run as a badge, for the overview."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.sync_status import SyncStatus
from tickets.ingestion.wording import count_failed, describe_failures, describe_outcome

_DONE = {"sync": "Synced", "retry": "Rejected records retried", "import": "File imported"}

Tone = Literal["completed", "partial", "failed", "running", "queued", "cancelled", "none"]


@dataclass(frozen=True, slots=True)
class RunBadge:
    """`tone` is the run's status, or none; `at` is since when; `detail` is a sentence."""

    tone: Tone
    text: str
    at: datetime | None = None
    detail: str = ""


Remedy = Literal["connect", "check", "run", "watch"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a tenant has no data, and which page the button leads to."""

    reason: str
    remedy: Remedy


def why_unknown(run: Mapping[str, Any] | None, sync: SyncStatus, source: Source | None) -> Unknown:
    """For a tenant without tickets whose sync has never succeeded."""
    if run is not None and run["active"]:
        return Unknown("The first sync is not finished.", "watch")
    if source is None:
        return Unknown("Connect a helpdesk to see its tickets.", "connect")
    if not source.enabled:
        return Unknown("The helpdesk connection is off.", "check")
    if sync.failures:
        return Unknown("Every sync so far has failed.", "check")
    return Unknown("Not synced yet.", "run")


def run_badge(run: Mapping[str, Any] | None, sync: SyncStatus, source: Source | None, *, now: datetime) -> RunBadge:
    """The badge of the newest run; `run` is None if there was none."""
    if run is None:
        text = "No helpdesk connected" if source is None else "Never synced"
        return RunBadge("none", text)
    tone: Tone = run["status"]
    if tone == "queued":
        return RunBadge(tone, "Queued", run["queued_at"])
    if tone == "running":
        text = f"Running, {jobs.percentage(dict(run))}%" if run["total_pages"] else "Running"
        return RunBadge(tone, text, run["started_at"])
    if tone == "failed":
        return RunBadge(
            tone, "Failed", run["ended_at"], _failure(sync, (run.get("error") or {}).get("message", ""), now)
        )
    done = "Partly synced" if tone == "partial" and count_failed(run) else _DONE[run["options"]["kind"]]
    text = "Cancelled" if tone == "cancelled" else done
    return RunBadge(tone, text, run["ended_at"], describe_outcome(run))


def _failure(sync: SyncStatus, message: str, now: datetime) -> str:
    """The reason, after how many times in a row it failed and when the next attempt is."""
    if sync.failures < 2:
        return message
    failures = describe_failures(sync.failures, sync.next_try_at, now=now)
    return f"{failures.capitalize()}. {message}"
