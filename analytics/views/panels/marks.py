"""What happened at a time, on the trend: incidents that were found, and notes that people left."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from analytics.dashboard.context import DashboardContext
from supportsaas.db.parallel import start
from supportsaas.formatting import format_day, format_minute
from supportsaas.web.page_paths import path_of
from tenants.models import Tenant
from tickets.incidents.store import BegunIncident, IncidentStore
from tickets.notes.store import Note, NoteStore
from tickets.records.period import Period, day_start


@dataclass(frozen=True, slots=True)
class Happened:
    """Something at a time; `author` is empty unless a person wrote it."""

    kind: Literal["incident", "note"]
    at: datetime
    text: str
    url: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class ChartMark:
    """Where it stands on the chart: in the bucket `position`, at `x` percent of the width."""

    happened: Happened
    position: int
    x: float
    when: str


def find_happened(tenant: Tenant, period: Period) -> tuple[Happened, ...]:
    """What happened within a period, in the order of time."""
    incidents = start(partial(IncidentStore(tenant).find_begun, period.start, period.end))
    notes = [_of_note(tenant, each) for each in NoteStore(tenant).find_moments(period.start, period.end)]
    return tuple(sorted([*(_of_incident(tenant, each) for each in incidents()), *notes], key=lambda each: each.at))


def chart_marks(happened: Sequence[Happened], context: DashboardContext) -> tuple[ChartMark, ...]:
    edges = context.buckets.edges
    slot = 100 / len(context.buckets)
    marks = []
    for each in happened:
        position = min(max(bisect_right(edges, each.at) - 1, 0), len(context.buckets) - 1)
        within = (each.at - edges[position]) / (edges[position + 1] - edges[position])
        marks.append(ChartMark(each, position, round((position + within) * slot, 4), _when(each, context)))
    return tuple(marks)


def _of_incident(tenant: Tenant, incident: BegunIncident) -> Happened:
    url = path_of("incident", tenant.slug, str(incident.number))
    return Happened("incident", incident.first_at, incident.name, url)


def _of_note(tenant: Tenant, note: Note) -> Happened:
    return Happened(
        "note", note.at or note.created_at, note.text, f"{path_of('moments', tenant.slug)}#note-{note.id}", note.author
    )


def _when(happened: Happened, context: DashboardContext) -> str:
    """A note of a whole day begins at midnight."""
    local = happened.at.astimezone(context.zone)
    is_of_day = happened.kind == "note" and happened.at == day_start(local.date(), context.zone)
    return format_day(local) if is_of_day else format_minute(local)
