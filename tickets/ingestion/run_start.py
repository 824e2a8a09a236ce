"""Where a run starts to read: at the first page, with the changes, or where an earlier run stopped."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tickets.helpdesks import TicketSource
from tickets.ingestion.resuming import find_unfinished_reading
from tickets.ingestion.settling import Coverage
from tickets.ingestion.sync_state import FULL_READ_EVERY, LOG_READ_EVERY, SyncState
from tickets.jobs import JobRequest, Reading

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunStart:
    """`is_resumed`: the reading continues where an earlier run stopped. `is_by_cursor`: it begins at the helpdesk's own
    cursor, where the last one ended.
    """

    reading: Reading
    is_resumed: bool = False
    is_by_cursor: bool = False

    @property
    def coverage(self) -> Coverage:
        if self.is_resumed:
            return Coverage.REST
        return Coverage.WHOLE if self.reading.since is None else Coverage.CHANGES


def find_start(
    key: str, request: JobRequest, source: TicketSource, state: SyncState, *, mapping: str, now: datetime
) -> RunStart:
    """Where to read a connection from. `mapping`: by which settings the records are read; what other settings read does
    not count.
    """
    if is_ordinary(request):
        unfinished = find_unfinished_reading(key, now=now)
        if unfinished is not None and unfinished.mapping in ("", mapping):
            return RunStart(unfinished, is_resumed=True)
    start = start_over(key, request, source, state, mapping=mapping, now=now)
    if state.end_cursor and start.reading.since is not None and request.since is None:
        return replace(start, reading=replace(start.reading, token=state.end_cursor), is_by_cursor=True)
    return start


def start_over(
    key: str, request: JobRequest, source: TicketSource, state: SyncState, *, mapping: str, now: datetime
) -> RunStart:
    """From the first page on: of the changes if the helpdesk can list them, else of everything."""
    if request.since and not source.supports_since:
        logger.warning("The helpdesk of %s cannot list only changes, so everything is read.", key)
    wants_everything = request.full or request.confirm_deletions
    since = None
    if source.supports_since and not wants_everything:
        since = request.since or state.since(now=now, mapping=mapping, every=_whole_reads_every(source))
    return RunStart(Reading(began=now, since=since, mapping=mapping))


def _whole_reads_every(source: TicketSource) -> timedelta:
    """Daily if a whole read shows what is deleted, or what slipped between two pages."""
    return FULL_READ_EVERY if source.lists_everything or source.drift != "none" else LOG_READ_EVERY


def is_ordinary(request: JobRequest) -> bool:
    """Whether nobody chose what a run reads, so that it may continue where an earlier one stopped."""
    is_chosen = request.full or request.since is not None or request.confirm_deletions
    return request.kind == "sync" and not is_chosen
