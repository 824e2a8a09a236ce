"""Short ways to the data that tests begin with."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tenants.models import Tenant
from tickets import jobs
from tickets.alerts.channels import find_routes
from tickets.helpdesks.base import SourceRecord
from tickets.helpdesks.model import Source
from tickets.ingestion.connecting import save_source
from tickets.jobs import JobRequest, Progress
from tickets.planning.planner import plan_page
from tickets.planning.reading import read_records
from tickets.records.origin import Origin
from tickets.rules.classifier import find_classifier
from tickets.status_mapping.model import find_status_map
from tickets.store.ticket_store import TicketStore
from tickets.store.word_index import WordIndex

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def record(id_: str | int = "T-1", **values: Any) -> dict[str, Any]:
    """A record as a helpdesk of the native protocol sends it."""
    return {
        "id": id_,
        "tenant_id": "acme",
        "source": "email",
        "customer_id": "cust_1",
        "subject": "A question",
        "message": "How does it work",
        "created_at": "2026-03-10T09:00:00Z",
        "updated_at": "2026-03-10T09:00:00Z",
        "status": "open",
        **values,
    }


def store_tickets(
    tenant: Tenant, records: Iterable[Mapping[str, Any]], *, now: datetime = NOON, connection: str = ""
) -> list[str]:
    """Store records as an ingestion would, through the store; their external ids. `connection`: the name of theirs.

    Each is laid over `record()`; without an id they are numbered T-1, T-2, …
    """
    from supportsaas.reliability.lock import Lock

    whole = [
        record(**{"id_": f"T-{n}", "tenant_id": tenant.slug, **_renamed(each)}) for n, each in enumerate(records, 1)
    ]
    classifier = find_classifier(tenant)
    read = read_records(
        [SourceRecord(each, each, messages=each.get("messages"), origin=Origin(name=connection)) for each in whole],
        tenant_id=tenant.slug,
        classifier_version=classifier.version,
        statuses=find_status_map(tenant),
    )
    assert not read.quarantined, read.quarantined
    assert not read.foreign
    store = TicketStore(tenant)
    lock = Lock(tenant.slug)
    held = lock.take("builder")
    assert held is not None
    plan = plan_page(store, read.tickets, job_id="builder", now=now, routes=find_routes(tenant), classifier=classifier)
    store.save_page(plan, lock=lock, held=held)
    lock.release(held)
    return [ticket.content.external_id for ticket in read.tickets]


def store_words(tenant: Tenant) -> int:
    """Make all that waits searchable, as a worker's periodic task would."""
    return WordIndex(tenant).store_words(limit=10_000)


def delete_stored(tenant: Tenant, external_ids: list[str], *, now: datetime = NOON) -> int:
    """Soft-delete tickets as an ingestion would."""
    from supportsaas.reliability.lock import Lock

    lock = Lock(tenant.slug)
    held = lock.take("builder")
    assert held is not None
    deleted = TicketStore(tenant).delete_tickets(external_ids, job_id="builder", lock=lock, held=held, now=now)
    lock.release(held)
    return deleted


def finished_job(tenant: Tenant, *, status: jobs.Status = "completed", now: datetime = NOON, **ending: Any) -> str:
    """A run that has ended, as the log keeps it."""
    job_id = jobs.begin_at_once(tenant, JobRequest(trigger="command", started_by="cron"), owner_id="builder", now=now)
    jobs.finish(job_id, owner_id="builder", status=status, progress=Progress(), now=now, **ending)
    return job_id


def _renamed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"id_" if name in ("id", "external_id") else name: value for name, value in values.items()}


def connect_source(tenant: Tenant, **values: Any) -> Source:
    """Connect the tenant's helpdesk as its settings page does, so that its schedule holds."""
    source = Source(tenant=tenant, **{"url": "http://127.0.0.1:9", **values})
    save_source(source)
    return source


def source_page(step: str = "") -> str:
    """On acme's settings pages: the page of its only connection, which is made if there is none."""
    source = Source.objects.filter(tenant__slug="acme").first()
    source = source or connect_source(Tenant.objects.get(slug="acme"), url="http://127.0.0.1:9")
    return f"/t/acme/settings/source/{source.pk}/{step}"
