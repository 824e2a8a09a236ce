"""What a run would change, without changing anything: `--dry-run` of `ingest` and `import_tickets`."""

from supportsaas import clock
from tenants.models import Source, Tenant
from tickets.ingestion.deletions import SeenIds
from tickets.ingestion.reading import read_records
from tickets.jobs import Counts
from tickets.sources import SourceError, TicketSource, open_source
from tickets.store import TicketStore


def preview_tenant(tenant: Tenant) -> Counts:
    """The counts that a whole read would end with at this moment. Raises `SourceError`."""
    configured = Source.objects.filter(tenant=tenant, enabled=True).select_related("tenant").first()
    if configured is None:
        raise SourceError("misconfigured", "This tenant has no enabled source. Connect its helpdesk first.")
    return preview_source(tenant, open_source(configured), is_whole=True)


def preview_source(tenant: Tenant, source: TicketSource, *, is_whole: bool = False) -> Counts:
    """The counts that reading the source would end with; closes it. Raises `SourceError`."""
    store, counts, seen = TicketStore(tenant), Counts(), SeenIds()
    try:
        for page in source.pages():
            read = read_records(page.records, tenant_id=tenant.slug)
            plan = store.plan_page(read.tickets, job_id="", now=clock.now(), is_whole=is_whole)
            seen.add(read.ids_at_the_source())
            counts.new_ingested += plan.new
            counts.updated += plan.updated
            counts.restored += plan.restored
            counts.unchanged += plan.unchanged
            counts.quarantined += len(read.quarantined)
            counts.foreign += read.foreign
    finally:
        source.close()
    if source.lists_everything:
        counts.deleted = sum(1 for _ in seen.missing(store.iterate_live_ids()))
    return counts
