"""What a run would change, without changing anything: `--dry-run` of `ingest` and `import_tickets`."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from supportsaas import clock
from tenants.models import Tenant
from tickets.ingestion.deletions import SeenIds, brake_applies
from tickets.ingestion.name_spaces import origin_of
from tickets.ingestion.origin import Origin
from tickets.ingestion.reading import read_records
from tickets.ingestion.run import open_configured
from tickets.jobs import Counts
from tickets.rules.model import find_rules
from tickets.sources import TicketSource
from tickets.sources.http import Wait
from tickets.store import TicketStore


@dataclass(slots=True)
class Preview:
    """The counts that a run would end with; `warning` says what it would not do without a person's word."""

    counts: Counts = field(default_factory=Counts)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    """The field and the reason of every record that would be rejected."""
    warning: str = ""


def preview_tenant(
    tenant: Tenant, *, wait: Wait, since: datetime | None = None, confirm_deletions: bool = False
) -> Preview:
    """What reading the tenant's helpdesk would change at this moment. Raises `SourceError`, and what `wait` raises."""
    source = open_configured(tenant, wait)
    since = since if source.supports_since else None
    return preview_source(
        tenant,
        source,
        wait=wait,
        origin=origin_of(tenant),
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
    """What reading the source would change; closes it. Raises `SourceError`, and what `wait` raises."""
    store, preview, seen = TicketStore(tenant), Preview(), SeenIds()
    rules = find_rules(tenant)
    counts = preview.counts
    try:
        for page in source.pages(since=since):
            for part in page.parts():
                wait(0, "the next page")
                read = read_records(part.records, tenant_id=tenant.slug, rules_version=rules.version, origin=origin)
                plan = store.plan_page(read.tickets, job_id="", now=clock.now(), rules=rules, is_whole=is_whole)
                seen.add(read.ids_at_the_source())
                counts.new_ingested += plan.new
                counts.updated += plan.updated
                counts.restored += plan.restored
                counts.unchanged += plan.unchanged
                counts.quarantined += len(read.quarantined)
                preview.rejected += [(each.field, each.reason.partition(": ")[0]) for each in read.quarantined]
                counts.foreign += read.foreign
        listed = set(origin.external_ids(source.find_deleted_ids())) if source.lists_everything else set()
    finally:
        source.close()
    if source.lists_everything:
        _count_deletions(
            store, preview, seen, listed, origin=origin, is_whole=is_whole, confirm_deletions=confirm_deletions
        )
    return preview


def _count_deletions(
    store: TicketStore,
    preview: Preview,
    seen: SeenIds,
    listed: set[str],
    *,
    origin: Origin,
    is_whole: bool,
    confirm_deletions: bool,
) -> None:
    gone = list(seen.missing(store.iterate_live_ids(origin)))
    preview.counts.deleted = sum(1 for id_ in gone if id_ in listed)
    absent = 0
    if is_whole:
        absent = sum(1 for _ in store.without_those_from_files(id_ for id_ in gone if id_ not in listed))
    stored = store.count_live(origin) - preview.counts.deleted
    brake = brake_applies(
        gone=absent,
        stored=stored,
        seen=seen.count_distinct(),
        most=settings.DELETION_BRAKE_TICKETS,
        most_percent=settings.DELETION_BRAKE_PERCENT,
    )
    if brake and not confirm_deletions:
        preview.warning = (
            f"{absent:,} of {stored:,} tickets are not listed any more. That looks like a fault of the helpdesk: "
            "a run would delete none of them without --confirm-deletions."
        )
    else:
        preview.counts.deleted += absent
