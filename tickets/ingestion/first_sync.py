"""Saves a connection that was tested, with what its statuses mean, and starts the first sync."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError

from supportsaas import clock
from supportsaas.web.rejected import Rejected
from tenants.models import User
from tickets import jobs
from tickets.helpdesks.model import Source, SourceKind
from tickets.helpdesks.options import rest_options
from tickets.ingestion import name_spaces
from tickets.ingestion.connecting import save_source
from tickets.ingestion.name_spaces import NameTaken
from tickets.jobs import JobActive, JobRequest
from tickets.records.origin import Origin
from tickets.status_mapping.editing import save_meanings
from tickets.status_mapping.remapping import remap_at_once

PERIODS: Final = (30, 90, 365)
"""Days that a first sync can go back, if the helpdesk can be asked for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a connection starts. `days`: only tickets that changed within this many days are read; None reads all.

    `same_as`: the former connection whose helpdesk this is; empty for another helpdesk.
    """

    name: str = ""
    every_minutes: int | None = None
    days: int | None = None
    same_as: str = ""
    meanings: Mapping[str, str]


def can_begin_later(source: Source) -> bool:
    """Whether the helpdesk can be asked for the tickets that changed since a day, so that older ones are left out."""
    if source.kind in (SourceKind.NATIVE, SourceKind.RT):
        return False
    return rest_options(source.kind, source.options).filters_by_change


def save_and_start(source: Source, start: Start, *, by: User) -> tuple[Origin, bool]:
    """Save the connection and queue its first sync; the name space of its tickets, and whether the sync is queued.

    It is not if a run of the tenant is in progress. Raises `Rejected` with the form's field, and no connection is saved.
    """
    source.every_minutes = start.every_minutes
    if start.days is not None and can_begin_later(source):
        begin = clock.now() - timedelta(days=start.days)
        source.options = {**source.options, "first_since": begin.strftime("%Y-%m-%dT00:00:00Z")}
    tenant = source.tenant
    try:
        name_spaces.choose_name(source, is_same=bool(start.same_as), name=start.same_as or start.name)
        source.full_clean(validate_constraints=False)  # who else has the name is found out on saving
        saved = save_meanings(tenant, start.meanings) if start.meanings else 0
        origin = save_source(source, is_read_differently=True)
    except NameTaken as error:
        raise Rejected(str(error), field="name") from None
    except ValidationError as error:
        raise Rejected(" ".join(error.messages)) from None
    if saved:
        remap_at_once(tenant)
    try:
        jobs.enqueue(tenant, JobRequest(trigger="web", started_by=by.get_username()))
    except JobActive:
        return origin, False
    return origin, True
