"""API calls for tickets. Paths and field names must not change."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
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
from tickets.api.fields import ClockName, Moment, Search, Words
from tickets.classification.corrections import Correction
from tickets.classification.verdicts import Decider
from tickets.planning.page_plan import OF_PERSONS
from tickets.records.details import DETAIL_FIELDS, LANGUAGE_FOUND, stored_details
from tickets.records.dimensions import FILTERED_FIELDS
from tickets.rules.classifier import find_classifier
from tickets.store.export_files import file_description, tickets_file_in_slot
from tickets.store.export_rows import EXPORT_COLUMNS
from tickets.store.filters import EXCLUDED, MAX_VALUES, FilterError, TicketFilter
from tickets.store.ticket_queries import TicketPage, TicketQueries
from tickets.store.ticket_store import TicketStore

router = Router(tags=["tickets"])

MOST_PAGES = 100_000

TicketId = Annotated[
    str, Field(json_schema_extra={"description": "The ticket's ID in the helpdesk (`external_id`).", "example": "T-1"})
]


class StoppedClockOut(Schema):
    """A clock of the ticket that has stopped."""

    clock: str = Field(
        description="`first_reply`, `next_reply` (one for each), `resolution`, `waiting_us`, `waiting_customer`, or "
        "`status:NAME` for the time in a status."
    )
    at: datetime = Field(description="When it stopped.")
    seconds: int | None = Field(description="In calendar time; null if unknown.")
    business_seconds: int | None = Field(description="In the tenant's business hours; null if it has none.")
    by: Literal["helpdesk", "conversation", "events", "history", "never"] = Field(
        description="Where its end is from. `never`: the ticket was closed too late without it."
    )
    met: bool | None = Field(description="Whether it met its target; null if none applied.")

    @staticmethod
    def of(clock: Document) -> "StoppedClockOut":
        return StoppedClockOut(
            clock=clock["clock"],
            at=clock["at"],
            seconds=clock["seconds"],
            business_seconds=clock["business"],
            by=clock["by"],
            met=clock.get("met"),
        )


class TicketOut(Schema):
    id: str
    external_id: str
    tenant_id: str
    source: str
    customer_id: str
    subject: str
    message: str
    status: str
    urgency: Literal["high", "medium", "low", "unknown"] = Field(
        description="`unknown`: not classified, because the ticket is in a language without a vocabulary."
    )
    sentiment: Literal["negative", "neutral", "positive", "unknown"]
    requires_action: bool | None = Field(description="null if not classified.")
    keywords: list[str] = Field(description="The words that decided urgency and sentiment.")
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = Field(
        description="When the ticket was resolved, according to the helpdesk; null if unknown."
    )
    assignee: str | None = Field(
        description="Who works on it. This and all following fields are null or empty if unknown."
    )
    team: str | None
    priority: str | None = Field(description="The helpdesk's own.")
    type: str | None
    tags: list[str]
    organisation: str | None
    customer_name: str | None
    url: str | None = Field(description="The ticket's page in its helpdesk.")
    first_reply_at: datetime | None
    due_at: datetime | None
    replies: int | None
    rating: str | None = Field(description="What the customer thought of the answer, as the helpdesk says it.")
    language: str | None = Field(
        description="As the helpdesk gives it, or a code of ISO 639-1 that was found in the text."
    )
    extra: dict[str, bool | int | float | datetime | str] = Field(description="Fields of the tenant's own, by name.")
    clocks: list[StoppedClockOut]
    waiting_for: Literal["us", "customer"] | None = Field(description="Of an open ticket, if its messages are known.")
    waiting_since: datetime | None
    next_due_at: datetime | None = Field(description="When the first of its targets that still run is due.")

    @staticmethod
    def of(ticket: Document) -> "TicketOut":
        known = stored_details(ticket)
        values = {name: ticket[name] for name in _ALWAYS_STORED}
        values |= {name: ticket.get(name) for name in _IF_KNOWN}
        values |= {name: getattr(known, name) for name in DETAIL_FIELDS}
        return TicketOut(
            id=str(ticket["_id"]),
            clocks=[StoppedClockOut.of(each) for each in ticket.get("clocks") or ()],
            **values,
        )


_IF_KNOWN = ("resolved_at", "waiting_for", "waiting_since", "next_due_at")
_ALWAYS_STORED = tuple(TicketOut.model_fields.keys() - {"id", "clocks", *_IF_KNOWN, *DETAIL_FIELDS})


class EvidenceOut(Schema):
    """A place in the text that counted for or against a verdict. Offsets are characters of the field."""

    category: str
    label: str
    term: str
    field: Literal["subject", "message", "latest_message"]
    start: int
    end: int
    negated: bool


class CorrectionOut(Schema):
    """What a person said of the classification. Verdicts that were left alone are null."""

    urgency: Literal["high", "medium", "low"] | None
    sentiment: Literal["negative", "neutral", "positive"] | None
    requires_action: bool | None
    note: str
    by: str = Field(description="The user name.")
    at: datetime


class DecidedByOut(Schema):
    """What decided each verdict."""

    urgency: Decider
    sentiment: Decider
    requires_action: Decider


class ExplainedTicket(TicketOut):
    why: list[EvidenceOut]
    is_language_found: bool = Field(description="Whether the language was found in the text.")
    decided_by: DecidedByOut
    correction: CorrectionOut | None


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
    recorded_at: datetime = Field(
        description="When the change was noticed, or when it happened if the helpdesk reported it."
    )
    job_id: str


class ReportedEntry(HistoryEntry):
    told_by: Literal["helpdesk"] = Field(description="The helpdesk itself reported this change.")
    author: str | None = Field(description="Who made the change, if the helpdesk says.")


class PersonsEntry(HistoryEntry):
    reason: Literal["corrected", "confirmed", "correction undone"] = Field(
        description="What a person said of the classification."
    )
    author: str = Field(description="The user name.")


class HistoryOut(Schema):
    ticket_id: str
    history: list[ReportedEntry | PersonsEntry | HistoryEntry]


class Paging(Schema):
    model_config = ConfigDict(extra="ignore")
    tenant_id: TenantId
    page: int = Field(1, ge=1, le=MOST_PAGES, description="Page number, from 1. Ignored if a cursor is given.")
    page_size: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(
        None,
        max_length=1000,
        json_schema_extra={"format": "cursor"},
        description="The `next_cursor` of the previous page, for the same tenant and filters. Pages by cursor neither "
        "skip nor repeat a ticket, even if others arrive in between.",
    )


class Filters(Schema):
    state: list[Literal["open", "unknown", "closed"]] = Field(
        [],
        max_length=MAX_VALUES,
        description="What the status means. `open` are all tickets that are not known to be closed; `unknown` are those of "
        "them whose status is not mapped.",
    )
    status: list[Words] = Field([], max_length=MAX_VALUES, description="Any of these. May be repeated.")
    urgency: list[Literal["high", "medium", "low", "unknown"]] = Field(
        [], max_length=MAX_VALUES, description="`unknown` are the tickets that are not classified."
    )
    sentiment: list[Literal["negative", "neutral", "positive", "unknown"]] = Field([], max_length=MAX_VALUES)
    source: list[Words] = Field([], max_length=MAX_VALUES)
    connection: list[Words] = Field(
        [], max_length=MAX_VALUES, description="Names of helpdesk connections or imports that tickets are from."
    )
    assignee: list[Words] = Field([], max_length=MAX_VALUES)
    team: list[Words] = Field([], max_length=MAX_VALUES)
    priority: list[Words] = Field([], max_length=MAX_VALUES)
    type: list[Words] = Field([], max_length=MAX_VALUES)
    tag: list[Words] = Field([], max_length=MAX_VALUES, description="Tickets with any of these tags.")
    organisation: list[Words] = Field([], max_length=MAX_VALUES)
    rating: list[Words] = Field([], max_length=MAX_VALUES)
    language: list[Words] = Field([], max_length=MAX_VALUES)
    topic: list[Words] = Field(
        [], max_length=MAX_VALUES, description="Tickets about any of these topics, by their ids."
    )
    status_not: list[Words] = Field([], max_length=MAX_VALUES, description="None of these. May be repeated.")
    urgency_not: list[Literal["high", "medium", "low", "unknown"]] = Field([], max_length=MAX_VALUES)
    sentiment_not: list[Literal["negative", "neutral", "positive", "unknown"]] = Field([], max_length=MAX_VALUES)
    source_not: list[Words] = Field([], max_length=MAX_VALUES)
    connection_not: list[Words] = Field([], max_length=MAX_VALUES)
    assignee_not: list[Words] = Field(
        [],
        max_length=MAX_VALUES,
        description="Lets through tickets without an assignee, as all filters that end in `_not` do.",
    )
    team_not: list[Words] = Field([], max_length=MAX_VALUES)
    priority_not: list[Words] = Field([], max_length=MAX_VALUES)
    type_not: list[Words] = Field([], max_length=MAX_VALUES)
    tag_not: list[Words] = Field([], max_length=MAX_VALUES, description="Tickets with none of these tags.")
    organisation_not: list[Words] = Field([], max_length=MAX_VALUES)
    rating_not: list[Words] = Field([], max_length=MAX_VALUES)
    language_not: list[Words] = Field([], max_length=MAX_VALUES)
    topic_not: list[Words] = Field([], max_length=MAX_VALUES)
    customer_id_not: list[Words] = Field([], max_length=MAX_VALUES)
    requires_action: bool | None = None
    customer_id: Words | None = None
    keyword: Words | None = Field(None, description="A topic, as in `top_keywords`.")
    incident: str | None = Field(
        None, pattern=r"^[1-9][0-9]{0,8}$", description="Tickets of this incident, by its number."
    )
    q: Search | None = None
    period: Literal[
        "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "this_quarter", "last_quarter",
        "24h", "7d", "30d", "90d", "365d",
    ] | None = Field(
        None,
        description="Created in this period of the tenant's time zone, instead of `created_from` and `created_to`. Weeks "
        "begin on Monday; `7d` are seven days including today.",
    )  # fmt: skip
    created_from: Moment | None = Field(None, description="Inclusive.")
    created_to: Moment | None = Field(None, description="Exclusive, but a date without a time includes that day.")
    due: list[Literal["breached", "soon"]] = Field(
        [],
        max_length=MAX_VALUES,
        description="`breached`: open tickets that are past due. `soon`: open tickets that are due within the next 4 hours. "
        "Such lists are in the order of when tickets are due.",
    )
    waiting_for: list[Literal["us", "customer"]] = Field(
        [], max_length=MAX_VALUES, description="Open tickets in which the other side wrote last."
    )
    clock: ClockName | None = Field(None, description="Tickets of which this clock stopped.")
    met: bool | None = Field(None, description="`clock`, or any clock, stopped within its target, or too late.")
    target: Words | None = Field(
        None, description="The id of a target: of what is due, of the clock that stopped, or of either."
    )
    stopped_from: Moment | None = Field(None, description="When `clock`, or any clock, stopped. Inclusive.")
    stopped_to: Moment | None = None
    resolved_from: Moment | None = Field(None, description="Closed tickets that were last closed in the period.")
    resolved_to: Moment | None = None
    reopened_from: Moment | None = Field(None, description="Tickets that were reopened in the period.")
    reopened_to: Moment | None = None


class ListQuery(Paging, Filters):
    pass


class ExportQuery(Filters):
    tenant_id: TenantId
    format: Literal["csv", "jsonl"] = "csv"


_FILTERS = set(Filters.model_fields)
_MAY_REPEAT = ("state", "status", "urgency", "sentiment", "source", "due", "waiting_for", *FILTERED_FIELDS, *EXCLUDED)


@router.get("/tickets", response=TicketPageOut, summary="List tickets, newest first")
def list_tickets(request: HttpRequest, query: Query[ListQuery]) -> TicketPageOut:
    reject_unknown(request, ListQuery.model_fields, may_repeat=_MAY_REPEAT)
    tenant = api_tenant(request, query.tenant_id)
    return _page(tenant, _filter(request, tenant), query)


@router.get("/tickets/urgent", response=TicketPageOut, summary="List high-urgency tickets, newest first")
def list_urgent_tickets(request: HttpRequest, query: Query[Paging]) -> TicketPageOut:
    reject_unknown(request, Paging.model_fields)
    tenant = api_tenant(request, query.tenant_id)
    return _page(tenant, TicketFilter(urgency=("high",)), query)


@router.get(
    "/export/tickets",
    summary="Export tickets as a file",
    response={200: Any},
    openapi_extra={"responses": {200: file_description(EXPORT_COLUMNS)}},
)
def export_tickets(request: HttpRequest, query: Query[ExportQuery]) -> HttpResponseBase:
    """Streamed without a limit. Times are in the tenant's time zone. An incomplete transfer ends with an error."""
    reject_unknown(request, ExportQuery.model_fields, may_repeat=_MAY_REPEAT)
    tenant = api_tenant(request, query.tenant_id)
    try:
        return tickets_file_in_slot(
            tenant, _filter(request, tenant), query.format, caller=str(caller_of(request).user.pk)
        )
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None


@router.get(
    "/tickets/{path:external_id}/history",
    response=HistoryOut,
    summary="List a ticket's changes, newest first",
)
def show_history(
    request: HttpRequest,
    external_id: TicketId,
    tenant_id: TenantId,
    limit: QueryEx[int, P(ge=1, le=500, description="Maximum number of entries.")] = 50,
) -> HistoryOut:
    reject_unknown(request, ("tenant_id", "limit"))
    store = TicketStore(api_tenant(request, tenant_id))
    entries = store.find_history(external_id, limit=limit)
    if not entries:
        raise HttpError(404, "There is no such ticket.")
    return HistoryOut(ticket_id=external_id, history=[_entry(each) for each in entries])


@router.get(
    "/tickets/{path:external_id}",
    response=ExplainedTicket,
    summary="Get a ticket and the reasons for its classification",
)
def show_ticket(request: HttpRequest, external_id: TicketId, tenant_id: TenantId) -> ExplainedTicket:
    reject_unknown(request, ("tenant_id",))
    return explain_ticket(api_tenant(request, tenant_id), external_id)


def explain_ticket(tenant: Tenant, external_id: str) -> ExplainedTicket:
    """Raises `HttpError` 404 if there is no such ticket, or only a deleted one."""
    ticket = TicketStore(tenant).find_ticket(external_id)
    if ticket is None or ticket["is_deleted"]:
        raise HttpError(404, "There is no such ticket.")
    correction = Correction.of(ticket)
    found = find_classifier(tenant).classify(
        subject=ticket["subject"],
        message=ticket["message"],
        latest=ticket.get("latest_message") or "",
        language=ticket.get("language"),
        correction=correction,
    )
    why = [EvidenceOut(**{name: getattr(each, name) for name in EvidenceOut.model_fields}) for each in found.evidence]
    return ExplainedTicket(
        **TicketOut.of(ticket).model_dump(),
        why=why,
        is_language_found=ticket.get(LANGUAGE_FOUND) is True,
        decided_by=DecidedByOut(**asdict(found.decided_by)),
        correction=_correction(correction) if correction else None,
    )


def _correction(correction: Correction) -> CorrectionOut:
    return CorrectionOut(**asdict(correction.verdicts), note=correction.note, by=correction.by, at=correction.at)


def _filter(request: HttpRequest, tenant: Tenant) -> TicketFilter:
    given: dict[str, Sequence[str]] = {
        name: [str(value) for value in values] for name, values in request.GET.lists() if name in _FILTERS
    }
    try:
        return TicketFilter.parse(given, zone=tenant.zone)
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None


def _page(tenant: Tenant, wanted: TicketFilter, query: Paging) -> TicketPageOut:
    list_key = _list_key(tenant, wanted)
    try:
        cursor = _decode(query.cursor, list_key) if query.cursor else None
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
        next_cursor=f"{list_key}.{found.next_cursor}" if found.next_cursor else None,
    )


def _find_page(queries: TicketQueries, wanted: TicketFilter, query: Paging, cursor: Cursor | None) -> TicketPage:
    if cursor is not None:
        return queries.full_page_by_cursor(wanted, size=query.page_size, cursor=cursor)
    return queries.page_by_number(wanted, number=query.page, size=query.page_size)


def _list_key(tenant: Tenant, wanted: TicketFilter) -> str:
    """Identifies the list that a cursor belongs to. In another list it would silently skip tickets."""
    return hashlib.sha256(f"{tenant.slug}?{wanted.query()}".encode("utf-8", "replace")).hexdigest()[:10]


def _decode(text: str, list_key: str) -> Cursor:
    """The position in the list with this key. Raises `CursorError`."""
    of_list, _, place = text.partition(".")
    cursor = Cursor.decode(place)
    if of_list != list_key:
        raise CursorError("This cursor belongs to another list. Start again without a cursor.")
    return cursor


def _entry(stored: Document) -> HistoryEntry:
    if "told_by" in stored:
        return ReportedEntry(**_only({"author": None} | stored, ReportedEntry))
    if stored.get("reason") in OF_PERSONS:
        return PersonsEntry(**_only(stored, PersonsEntry))
    return HistoryEntry(**_only(stored, HistoryEntry))


def _only(document: Document, schema: type[Schema]) -> Document:
    return {name: document[name] for name in schema.model_fields}
