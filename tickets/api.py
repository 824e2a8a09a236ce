"""The API's calls on tickets. Paths and field names are fixed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict

from supportsaas.api_errors import InvalidParameter, refuse_unknown
from supportsaas.mongo import Document
from tenants.api_access import api_tenant
from tenants.models import Tenant
from tickets.filters import FilterError, TicketFilter
from tickets.ingestion.classify import classify_ticket
from tickets.paging import Cursor, CursorError
from tickets.store import TicketPage, TicketStore

router = Router(tags=["tickets"])

MOST_PAGES = 100_000


class TicketOut(Schema):
    id: str
    external_id: str
    tenant_id: str
    source: str
    customer_id: str
    subject: str
    message: str
    status: str
    urgency: str
    sentiment: str
    requires_action: bool
    keywords: list[str]
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def of(ticket: Document) -> "TicketOut":
        return TicketOut(
            id=str(ticket["_id"]), **{name: ticket[name] for name in TicketOut.model_fields if name != "id"}
        )


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


class HistoryEntry(Schema):
    action: Literal["created", "updated", "deleted", "restored"]
    changes: dict[str, dict[str, Any]]
    recorded_at: datetime
    job_id: str


class HistoryOut(Schema):
    ticket_id: str
    history: list[HistoryEntry]


class Paging(Schema):
    model_config = ConfigDict(extra="ignore")
    tenant_id: str
    page: int = Field(1, ge=1, le=MOST_PAGES)
    page_size: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=1000)


class ListQuery(Paging):
    status: list[str] = Field([], description="Any of these; may be repeated.")
    urgency: list[Literal["high", "medium", "low"]] = Field([])
    sentiment: list[Literal["negative", "neutral", "positive"]] = Field([])
    source: list[str] = Field([])
    requires_action: bool | None = None
    customer_id: str | None = None
    q: str | None = Field(None, description="Words of subject, message, ticket or customer id; all must occur.")
    created_from: str | None = Field(None, description="ISO 8601; included.")
    created_to: str | None = Field(None, description="ISO 8601; not included. A bare date includes that day.")


_FILTERS = set(ListQuery.model_fields) - set(Paging.model_fields)


@router.get("/tickets", response=TicketPageOut, summary="A tenant's tickets, newest first")
def list_tickets(request: HttpRequest, query: Query[ListQuery]) -> TicketPageOut:
    refuse_unknown(request, ListQuery.model_fields)
    tenant = api_tenant(request, query.tenant_id)
    return _page(tenant, _filter(request, tenant), query)


@router.get("/tickets/urgent", response=TicketPageOut, summary="Tickets of high urgency, newest first")
def list_urgent_tickets(request: HttpRequest, query: Query[Paging]) -> TicketPageOut:
    refuse_unknown(request, Paging.model_fields)
    tenant = api_tenant(request, query.tenant_id)
    return _page(tenant, TicketFilter(urgency=("high",)), query)


@router.get(
    "/tickets/{path:external_id}/history", response=HistoryOut, summary="What changed in a ticket, newest first"
)
def show_history(
    request: HttpRequest, external_id: str, tenant_id: str, limit: int = Query(50, ge=1, le=500)
) -> HistoryOut:
    refuse_unknown(request, ("tenant_id", "limit"))
    store = TicketStore(api_tenant(request, tenant_id))
    entries = store.find_history(external_id, limit=limit)
    if not entries:
        raise HttpError(404, "There is no such ticket.")
    return HistoryOut(ticket_id=external_id, history=[HistoryEntry(**_only(each, HistoryEntry)) for each in entries])


@router.get("/tickets/{path:external_id}", response=ExplainedTicket, summary="One ticket, and why it was classified so")
def show_ticket(request: HttpRequest, external_id: str, tenant_id: str) -> ExplainedTicket:
    refuse_unknown(request, ("tenant_id",))
    ticket = TicketStore(api_tenant(request, tenant_id)).find_ticket(external_id)
    if ticket is None or ticket["is_deleted"]:
        raise HttpError(404, "There is no such ticket.")
    evidence = classify_ticket(subject=ticket["subject"], message=ticket["message"]).evidence
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
    try:
        cursor = Cursor.decode(query.cursor) if query.cursor else None
    except CursorError as error:
        raise InvalidParameter("cursor", str(error)) from None
    found: TicketPage = TicketStore(tenant).find_page(wanted, page_size=query.page_size, cursor=cursor, page=query.page)
    return TicketPageOut(
        tickets=[TicketOut.of(each) for each in found.tickets],
        page=query.page,
        page_size=query.page_size,
        total=found.total,
        next_cursor=found.next_cursor,
    )


def _only(document: Document, schema: type[Schema]) -> Document:
    return {name: document[name] for name in schema.model_fields}
