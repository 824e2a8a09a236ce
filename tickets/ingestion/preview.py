"""What a run would change, without changing anything: `--dry-run` of `ingest` and `import_tickets`."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain

from django.conf import settings

from supportsaas import clock
from supportsaas.formatting import format_number
from tenants.models import Tenant
from tickets.helpdesks import TicketSource, open_source
from tickets.helpdesks.http import Wait
from tickets.helpdesks.model import Source
from tickets.ingestion.deletions import brake_applies
from tickets.ingestion.message_joining import join_stored
from tickets.ingestion.message_reading import MessageReading
from tickets.ingestion.name_spaces import origin_of
from tickets.jobs import Counts
from tickets.planning.planner import plan_page
from tickets.planning.reading import read_records
from tickets.records.origin import Origin
from tickets.records.rejections import RejectedReasons
from tickets.records.seen_ids import SeenIds
from tickets.records.statuses import state_of
from tickets.rules.classifier import find_classifier
from tickets.status_mapping.model import find_status_map
from tickets.store.ticket_store import TicketStore


@dataclass(slots=True)
class Preview:
    """The counts that a run would end with; `warning` says what a person would have to confirm.

    `left_out`: the optional values that cannot be read, whose tickets are stored without them. `unmapped`: the unmapped
    statuses of what was read, with their numbers of tickets.
    """

    counts: Counts = field(default_factory=Counts)
    rejected: RejectedReasons = field(default_factory=RejectedReasons)
    left_out: RejectedReasons = field(default_factory=RejectedReasons)
    warning: str = ""
    unmapped: Counter[str] = field(default_factory=Counter)


def preview_connection(
    connection: Source, *, wait: Wait, since: datetime | None = None, confirm_deletions: bool = False
) -> Preview:
    """What reading a helpdesk connection would change now. Raises `SourceError`, and whatever `wait` raises."""
    source = open_source(connection, wait=wait)
    since = since if source.supports_since else None
    return preview_source(
        connection.tenant,
        source,
        wait=wait,
        origin=origin_of(connection),
        since=since,
        is_whole=since is None,
        confirm_deletions=confirm_deletions,
    )


def preview_source(
    tenant: Tenant,
    source: TicketSource,
    *,
    wait: Wait,
    origin: Origin,
    since: datetime | None = None,
    is_whole: bool = False,
    confirm_deletions: bool = False,
) -> Preview:
    """What reading the source would change; closes it. Raises `SourceError`, and whatever `wait` raises."""
    store, preview, seen = TicketStore(tenant), Preview(), SeenIds()
    classifier, statuses = find_classifier(tenant), find_status_map(tenant)
    counts = preview.counts
    with source:
        messages = MessageReading(store=store, origin=origin, statuses=statuses, check=lambda: wait(0, "messages"))
        completed = chain.from_iterable(map(partial(messages.complete, source), source.pages(since=since)))
        for page in map(partial(join_stored, store, origin), completed):
            for part in page.parts():
                wait(0, "the next page")
                read = read_records(
                    part.records,
                    tenant_id=tenant.slug,
                    classifier_version=classifier.version,
                    origin=origin,
                    statuses=statuses,
                )
                plan = plan_page(
                    store, read.tickets, job_id="", now=clock.now(), classifier=classifier, is_whole=is_whole
                )
                seen.add(read.ids_at_the_source())
                read_statuses = (ticket.content.status for ticket in read.tickets)
                preview.unmapped.update(status for status in read_statuses if state_of(status) == "unknown")
                counts.new_ingested += plan.new
                counts.updated += plan.updated
                counts.restored += plan.restored
                counts.unchanged += plan.unchanged
                counts.quarantined += len(read.quarantined)
                preview.rejected.add(read.quarantined)
                for name, reason in read.left_out():
                    preview.left_out.count(name, reason)
                counts.foreign += read.foreign
        named = origin.external_ids(source.find_deleted_ids())
        listed = frozenset(store.live_ids_of_helpdesk(seen.missing(named)))
    _count_deletions(
        store,
        preview,
        seen,
        listed,
        origin=origin,
        is_whole=is_whole and source.lists_everything,
        confirm_deletions=confirm_deletions,
    )
    return preview


def _count_deletions(
    store: TicketStore,
    preview: Preview,
    seen: SeenIds,
    listed: frozenset[str],
    *,
    origin: Origin,
    is_whole: bool,
    confirm_deletions: bool,
) -> None:
    stored = store.count_live(origin)

    def is_braked(deletions: int, *, stored: int, seen: int | None) -> bool:
        return not confirm_deletions and brake_applies(
            deletions=deletions,
            stored=stored,
            seen=seen,
            most=settings.DELETION_BRAKE_TICKETS,
            most_percent=settings.DELETION_BRAKE_PERCENT,
        )

    warnings = []
    if is_braked(len(listed), stored=stored, seen=None):
        warnings.append(
            f"The helpdesk lists {format_number(len(listed))} of {format_number(stored)} tickets as deleted."
        )
    else:
        preview.counts.deleted += len(listed)
        stored -= len(listed)
    absent_ids = store.live_ids_of_helpdesk(seen.missing(store.iterate_live_ids(origin))) if is_whole else ()
    absent = sum(1 for id_ in absent_ids if id_ not in listed)
    if is_braked(absent, stored=stored, seen=seen.count_distinct()):
        warnings.append(f"{format_number(absent)} of {format_number(stored)} tickets are no longer listed.")
    else:
        preview.counts.deleted += absent
    if warnings:
        preview.warning = (
            f"{' '.join(warnings)} That looks like a problem in the helpdesk: "
            "a run would delete none of them without --confirm-deletions."
        )
