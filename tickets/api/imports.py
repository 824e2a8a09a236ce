"""The endpoint that takes tickets: for programs that push, instead of a helpdesk that is read."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import P, QueryEx, Router, Schema, Status
from ninja.errors import HttpError

from supportsaas.formatting import format_number
from supportsaas.ops import logs
from supportsaas.web.api_errors import InvalidParameter, reject_unknown_parameters
from tenants.api.access import TenantId, api_tenant, caller_of
from tenants.models import Role, Tenant
from tickets import jobs
from tickets.api.ingestion import Conflict
from tickets.helpdesks.pushed_records import MOST_RECORDS, PushedRecords, UnreadableRecords
from tickets.ingestion import name_spaces
from tickets.ingestion.run import ingest_tenant
from tickets.jobs import JobRequest
from tickets.records.origin import Origin

router = Router(tags=["ingestion"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"At most {format_number(MOST_RECORDS)} records with the fields of a ticket, one JSON object per line, or one "
        "list. `id` and `created_at` are required.",
        "content": {
            "application/x-ndjson": {"schema": {"type": "string", "minLength": 2}},
            "application/json": {
                "schema": {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": MOST_RECORDS}
            },
        },
    }
}


_NAME = r"^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9_])?$"


class RejectedOut(Schema):
    """Records that were rejected for the same reason; `first` names the first of them."""

    field: str
    reason: str
    count: int
    first: list[str]


class ImportOut(Schema):
    status: jobs.Status
    job_id: str
    new_ingested: int
    updated: int
    unchanged: int
    restored: int
    quarantined: int
    foreign: int
    rejected: list[RejectedOut]
    detail: str | None = None


@router.post(
    "/tickets/import",
    response={200: ImportOut, 409: Conflict},
    summary="Import up to 1,000 tickets",
    openapi_extra=_BODY,
)
def import_tickets(
    request: HttpRequest,
    tenant_id: TenantId,
    name: QueryEx[
        str, P(pattern=_NAME, description="The import's name: letters, digits, ., - and _, at most 63.")
    ] = "api",
    into: QueryEx[
        str | None, P(max_length=63, description="The connection whose helpdesk the tickets come from.")
    ] = None,
) -> Status[Any]:
    """Sending the same records again changes nothing. A record that is not sent is not deleted."""
    reject_unknown_parameters(request, ("tenant_id", "name", "into"))
    tenant = api_tenant(request, tenant_id, Role.MANAGER)
    source = _records(request)
    origin = _origin(tenant, name=name, into=into)
    wish = JobRequest(trigger="api", started_by=caller_of(request).name, kind="import")
    owner_id = uuid.uuid4().hex
    try:
        job_id = jobs.begin_at_once(tenant, wish, owner_id=owner_id)
    except jobs.JobActive as error:
        return Status(409, Conflict(detail=str(error), job_id=error.job_id))
    with logs.about(job=job_id, tenant=tenant.slug):
        outcome = ingest_tenant(
            tenant, wish, job_id=job_id, owner_id=owner_id, open_source=lambda *_: source, origin=origin
        )
    counts = {name: getattr(outcome.progress.counts, name) for name in _COUNTS}
    problem = outcome.error or outcome.warning
    rejected = [
        RejectedOut(field=each.field, reason=each.reason, count=each.count, first=list(each.places))
        for each in outcome.rejected.most_frequent()
    ]
    detail = problem["message"] if problem else None
    return Status(200, ImportOut(status=outcome.status, job_id=job_id, rejected=rejected, detail=detail, **counts))


_COUNTS = ("new_ingested", "updated", "unchanged", "restored", "quarantined", "foreign")


def _records(request: HttpRequest) -> PushedRecords:
    try:
        return PushedRecords(request.body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidParameter("body", "must be UTF-8") from None
    except UnreadableRecords as error:
        raise InvalidParameter("body", str(error)) from None


def _origin(tenant: Tenant, *, name: str, into: str | None) -> Origin:
    if into is not None:
        found = name_spaces.connection_named(tenant, into)
        if found is None:
            names = ", ".join(name_spaces.names_of_connections(tenant)) or "none"
            raise HttpError(404, f"There is no connection of this name. Connections: {names}.")
        return found
    try:
        return name_spaces.claim_import(tenant, name, is_named=name != "api")
    except name_spaces.NameTaken:
        raise InvalidParameter(
            "name",
            f"“{name}” is the name of a connection. Send another name, or into={name} if the tickets come from its "
            "helpdesk",
        ) from None
