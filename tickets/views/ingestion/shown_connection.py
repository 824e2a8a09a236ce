"""Helpdesk connections, ready to show: how fresh each is, and how its last sync went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tenants.models import Tenant
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.sync_status import SyncStatus, find_connection_statuses
from tickets.ingestion.wording import describe_counts
from tickets.views.ingestion.advice import advice

RUNS_LOOKED_AT = 25


@dataclass(frozen=True, slots=True)
class ShownConnection:
    """`tone` is how its last sync ended, empty if none of the recent runs came to it; `imported` what that brought."""

    source: Source
    status: SyncStatus
    host: str
    tone: str = ""
    ended_at: datetime | None = None
    imported: str = ""
    problem: str = ""
    problem_code: str = ""
    todo: str = ""


def show_all(
    tenant: Tenant, sources: Sequence[Source], recent: Sequence[Mapping[str, Any]] | None = None
) -> list[ShownConnection]:
    """`recent`: the tenant's newest runs, if they are known already."""
    runs = jobs.find_recent(tenant, limit=RUNS_LOOKED_AT, kind="sync") if recent is None else recent
    ended = [each for each in runs if not each["active"] and each["options"].get("kind", "sync") == "sync"]
    statuses = find_connection_statuses(sources)
    return [_show(source, statuses[source.key], ended) for source in sources]


def host_of(source: Source) -> str:
    return urlsplit(source.url).netloc.rpartition("@")[2]


def _show(source: Source, status: SyncStatus, ended: Sequence[Mapping[str, Any]]) -> ShownConnection:
    parts = (jobs.part_of(dict(each), source.key) for each in ended)
    part = next((each for each in parts if each is not None), None)
    if part is None:
        return ShownConnection(source, status, host_of(source))
    issue = part.get("error") or part.get("warning") or {}
    return ShownConnection(
        source,
        status,
        host_of(source),
        tone=part["status"],
        ended_at=part["ended_at"],
        imported=describe_counts(part["counts"]),
        problem=issue.get("message", ""),
        problem_code=issue.get("code", ""),
        todo=advice(issue.get("code")) if issue else "",
    )
