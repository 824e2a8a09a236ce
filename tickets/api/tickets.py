"""The API's calls on tickets. Paths and field names are fixed."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponseBase
from ninja import Field, P, Query, QueryEx, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict

from supportsaas.db.mongo import Document
from supportsaas.db.paging import Cursor, CursorError
from supportsaas.web.api_errors import InvalidParameter, reject_unknown
from tenants.api.access import TenantId, api_tenant, caller_of
from tenants.models import Tenant
from tickets.api.fields import Moment, Search, Words
from tickets.classification.classify import classify_ticket
from tickets.rules.model import find_rules
from tickets.store.export_files import file_description, tickets_file_in_slot
from tickets.store.export_rows import TICKET_COLUMNS
from tickets.store.filters import MOST_VALUES, FilterError, TicketFilter
from tickets.store.ticket_queries import TicketPage, TicketQueries
from tickets.store.ticket_store import TicketStore

router = Router(tags=["tickets"])

MOST_PAGES = 100_000

TicketId = Annotated[
    str, Field(json_schema_extra={"description": "The ticket's id in its helpdesk (`external_id`).", "example": "T-1"})
]


class TicketOut(Schema):
    id: str
    external_id: str
    tenant_id: str
    source: str
    customer_id: str
    subject: str
    message: str
    status: str
    urgency: Literal["high", "medium", "low"]
    sentiment: Literal["negative", "neutral", "positive"]
    requires_action: bool
    keywords: list[str] = Field(description="The words that decided urgency and sentiment.")
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = Field(description="When the helpdesk says that it was resolved; null: not known.")

    @staticmethod
    def of(ticket: Document) -> "TicketOut":
        names = TicketOut.model_fields.keys() - {"id", "resolved_at"}
        values = {name: ticket[name] for name in names}
        # Earlier versions did not keep it.
        return TicketOut(id=str(ticket["_id"]), resolved_at=ticket.get("resolved_at"), **values)


class EvidenceOut(Schema):
    """One place in the text that spoke for a verdict; offsets are characters of the field."""

    category: str
    label: str
    term: str
    field: Literal["subject", "message"]
    start: int
    end: int
    negated: bool


class ExplainedTicket(TicketOut):
    why: list[EvidenceOut]


class TicketPageOut(Schema):
    tickets: list[TicketOut]
    page: int
    page_size: int
    total: int
    next_cursor: str | None


class Change(Schema):
    old: Any
    new: Any


class HistoryEntry(Schema):
    action: Literal["created", "updated", "deleted", "restored"]
    changes: dict[str, Change]
    recorded_at: datetime
    job_id: str


class HistoryOut(Schema):
    ticket_id: str
    history: list[HistoryEntry]


class Paging(Schema):
    model_config = ConfigDict(extra="ignore")
    tenant_id: TenantId
    page: int = Field(1, ge=1, le=MOST_PAGES, description="By number, from 1. A cursor goes before it.")
    page_size: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(
        None,
        max_length=1000,
        json_schema_extra={"format": "cursor"},
        description="`next_cursor` of the page before, of the same tenant with the same filters. "
        "A page by cursor skips and repeats nothing, whatever arrives in the meantime.",
    )


class Narrowing(Schema):
    state: list[Literal["open", "unknown", "closed"]] = Field(
        [],
        max_length=MOST_VALUES,
        description="What the status means: `open` is every ticket that is not known to be closed, `unknown` those of "
        "them whose status nobody has mapped.",
    )
    status: list[Words] = Field([], max_length=MOST_VALUES, description="Any of these; may be repeated.")
    urgency: list[Literal["high", "medium", "low"]] = Field([], max_length=MOST_VALUES)
    sentiment: list[Literal["negative", "neutral", "positive"]] = Field([], max_length=MOST_VALUES)
    source: list[Words] = Field([], max_length=MOST_VALUES)
    requires_action: bool | None = None
    customer_id: Words | None = None
    keyword: Words | None = Field(None, description="A topic, as among `top_keywords`.")
    q: Search | None = None
    created_from: Moment | None = Field(None, description="Included.")
    created_to: Moment | None = Field(None, description="Not included; but a bare date includes that day.")


class ListQuery(Paging, Narrowing):
    pass


class ExportQuery(Narrowing):
    tenant_id: TenantId
    format: Literal["csv", "jsonl"] = "csv"


_FILTERS = set(Narrowing.model_fields)
_MAY_REPEAT = ("state", "status", "urgency", "sentiment", "source")


@router.get("/tickets", response=TicketPageOut, summary="A tenant's tickets, newest first")
def list_tickets(request: HttpRequest, query: Query[ListQuery]) -> TicketPageOut:
    reject_unknown(request, ListQuery.model_fields, may_repeat=_MAY_REPEAT)
    tenant = api_tenant(request, query.tenant_id)
    return _page(tenant, _filter(request, tenant), query)


@router.get("/tickets/urgent", response=TicketPageOut, summary="Tickets of high urgency, newest first")
def list_urgent_tickets(request: HttpRequest, query: Query[Paging]) -> TicketPageOut:
    reject_unknown(request, Paging.model_fields)
    tenant = api_tenant(request, query.tenant_id)
    return _page(tenant, TicketFilter(urgency=("high",)), query)


@router.get(
    "/export/tickets",
    summary="All tickets of a list as a file",
    response={200: Any},
    openapi_extra={"responses": {200: file_description(TICKET_COLUMNS)}},
)
def export_tickets(request: HttpRequest, query: Query[ExportQuery]) -> HttpResponseBase:
    """Streamed without a cap; times are in the tenant's zone. A transfer that breaks off has no proper end."""
    reject_unknown(request, ExportQuery.model_fields, may_repeat=_MAY_REPEAT)
    tenant = api_tenant(request, query.tenant_id)
    try:
        return tickets_file_in_slot(
            tenant, _filter(request, tenant), query.format, caller=str(caller_of(request).user.pk)
        )
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None


@router.get(
    "/tickets/{path:external_id}/history", response=HistoryOut, summary="What changed in a ticket, newest first"
)
def show_history(
    request: HttpRequest,
    external_id: TicketId,
    tenant_id: TenantId,
    limit: QueryEx[int, P(ge=1, le=500, description="At most so many entries.")] = 50,
) -> HistoryOut:
    reject_unknown(request, ("tenant_id", "limit"))
    store = TicketStore(api_tenant(request, tenant_id))
    entries = store.find_history(external_id, limit=limit)
    if not entries:
        raise HttpError(404, "There is no such ticket.")
    return HistoryOut(ticket_id=external_id, history=[HistoryEntry(**_only(each, HistoryEntry)) for each in entries])


@router.get("/tickets/{path:external_id}", response=ExplainedTicket, summary="One ticket, and why it was classified so")
def show_ticket(request: HttpRequest, external_id: TicketId, tenant_id: TenantId) -> ExplainedTicket:
    reject_unknown(request, ("tenant_id",))
    tenant = api_tenant(request, tenant_id)
    ticket = TicketStore(tenant).find_ticket(external_id)
    if ticket is None or ticket["is_deleted"]:
        raise HttpError(404, "There is no such ticket.")
    rules = find_rules(tenant)
    evidence = classify_ticket(subject=ticket["subject"], message=ticket["message"], rules=rules).evidence
    why = [EvidenceOut(**{name: getattr(each, name) for name in EvidenceOut.model_fields}) for each in evidence]
    return ExplainedTicket(**TicketOut.of(ticket).model_dump(), why=why)


def _filter(request: HttpRequest, tenant: Tenant) -> TicketFilter:
    given: dict[str, Sequence[str]] = {
        name: [str(value) for value in values] for name, values in request.GET.lists() if name in _FILTERS
    }
    try:
        return TicketFilter.parse(given, zone=tenant.zone)
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None


def _page(tenant: Tenant, wanted: TicketFilter, query: Paging) -> TicketPageOut:
    mark = _mark(tenant, wanted)
    try:
        cursor = _decode(query.cursor, mark) if query.cursor else None
    except CursorError as error:
        raise InvalidParameter("cursor", str(error)) from None
    try:
        found = _find_page(TicketQueries(tenant), wanted, query, cursor)
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None
    return TicketPageOut(
        tickets=[TicketOut.of(each) for each in found.tickets],
        page=query.page,
        page_size=query.page_size,
        total=found.total,
        next_cursor=f"{mark}.{found.next_cursor}" if found.next_cursor else None,
    )


def _find_page(queries: TicketQueries, wanted: TicketFilter, query: Paging, cursor: Cursor | None) -> TicketPage:
    if cursor is not None:
        return queries.full_page_by_cursor(wanted, size=query.page_size, cursor=cursor)
    return queries.page_by_number(wanted, number=query.page, size=query.page_size)


def _mark(tenant: Tenant, wanted: TicketFilter) -> str:
    """Names the list that a cursor belongs to: in another one it would silently skip."""
    return hashlib.sha256(f"{tenant.slug}?{wanted.query()}".encode("utf-8", "replace")).hexdigest()[:10]


def _decode(text: str, mark: str) -> Cursor:
    """The place in the list that `mark` names; raises `CursorError`."""
    of_list, _, place = text.partition(".")
    cursor = Cursor.decode(place)
    if of_list != mark:
        raise CursorError("It belongs to another list: begin again without a cursor.")
    return cursor


def _only(document: Document, schema: type[Schema]) -> Document:
    return {name: document[name] for name in schema.model_fields}
