"""How often a helpdesk is synced, how a run went, in words."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from supportsaas.formatting import format_number, format_relative

_COUNTED = (
    ("new_ingested", "new"),
    ("updated", "changed"),
    ("deleted", "deleted"),
    ("quarantined", "rejected"),
)
_UNITS = ((1440, "day"), (60, "hour"), (1, "minute"))


def describe_interval(interval: timedelta) -> str:
    """“every 15 minutes”, “every hour”, “every 2 days”."""
    minutes = interval // timedelta(minutes=1)
    length, name = next((length, name) for length, name in _UNITS if minutes % length == 0)
    count = minutes // length
    return f"every {name}" if count == 1 else f"every {format_number(count)} {name}s"


def describe_failures(failures: int, next_try_at: datetime | None, *, now: datetime) -> str:
    """“failed 4 times in a row, next try in 2 hours”; empty without a failure."""
    if not failures:
        return ""
    words = "the last sync failed" if failures == 1 else f"failed {format_number(failures)} times in a row"
    return f"{words}, next try {describe_future(next_try_at, now=now)}" if next_try_at else words


def describe_future(moment: datetime, *, now: datetime) -> str:
    """“in 5 minutes”, or “now” for a moment that has passed."""
    words = format_relative(moment, now)
    return words if words.startswith("in ") else "now"


def describe_counts(counts: Mapping[str, Any]) -> str:
    """What a run imported: “12 new, 3 changed”, or “nothing new”."""
    parts = [f"{format_number(counts[name])} {word}" for name, word in _COUNTED if counts.get(name)]
    return ", ".join(parts) or "nothing new"


def describe_outcome(job: Mapping[str, Any]) -> str:
    """The same, after how many of several connections failed: “1 of 3 connections failed, 12 new”."""
    parts = job.get("connections") or ()
    failed = count_failed(job)
    words = f"{format_number(failed)} of {format_number(len(parts))} connections failed, " if failed else ""
    return words + describe_counts(job["counts"])


def count_failed(job: Mapping[str, Any]) -> int:
    """How many of the several connections of a run failed; 0 if it had one."""
    parts = job.get("connections") or ()
    return sum(each["status"] == "failed" for each in parts) if len(parts) > 1 else 0
