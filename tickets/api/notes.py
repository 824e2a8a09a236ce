"""The calls about notes: on charts, of what happened at a moment such as a release, and of the team on a ticket."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import ConfigDict, Field

from supportsaas import clock
from supportsaas.web.api_errors import InvalidParameter, Problem, reject_unknown, reject_unknown_parameters
from supportsaas.web.rejected import Rejected
from tenants.api.access import TenantId, api_tenant, caller_of
from tenants.models import Role
from tickets.api.fields import Moment
from tickets.api.tickets import TicketId
from tickets.notes.store import LONGEST_NOTE, MOST_MOMENTS, Note, NoteStore, Subject
from tickets.store.filters import FilterError, parse_moment
from tickets.store.ticket_store import TicketStore

router = Router(tags=["statistics"])

_BEGINNING, _END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9001, 1, 1, tzinfo=UTC)
LONGEST_KEY = 100


_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"


class NoteIn(Schema):
    model_config = ConfigDict(extra="forbid")
    at: Moment
    text: str = Field(max_length=LONGEST_NOTE, pattern=_TEXT, json_schema_extra={"example": "Release 4.2"})
    key: str = Field("", max_length=LONGEST_KEY, description="Sending a note again with its key adds no second one.")


class NoteOut(Schema):
    id: str
    at: datetime
    text: str
    author: str
    created_at: datetime

    @staticmethod
    def of(note: Note) -> "NoteOut":
        return NoteOut(
            id=note.id, at=note.at or note.created_at, text=note.text, author=note.author, created_at=note.created_at
        )


class TicketNoteIn(Schema):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(
        max_length=LONGEST_NOTE,
        pattern=_TEXT,
        description="`@name` mentions a member of the tenant, by user name.",
        json_schema_extra={"example": "Called, @ann sends the label"},
    )
    key: str = Field("", max_length=LONGEST_KEY, description="Sending a note again with its key adds no second one.")


class TicketNoteOut(Schema):
    id: str
    ticket_id: str
    text: str
    author: str
    created_at: datetime
    edited_at: datetime | None

    @staticmethod
    def of(note: Note) -> "TicketNoteOut":
        return TicketNoteOut(
            id=note.id,
            ticket_id=note.about.key,
            text=note.text,
            author=note.author,
            created_at=note.created_at,
            edited_at=note.edited_at,
        )


class TicketNotesOut(Schema):
    notes: list[TicketNoteOut] = Field(description="The newest first.")


class NotesOut(Schema):
    notes: list[NoteOut] = Field(description=f"In the order of time; the latest {MOST_MOMENTS} if there are more.")


class Asked(Schema):
    from_date: Moment | None = None
    to_date: Moment | None = Field(None, description="Exclusive, but a date without a time includes that day.")


@router.get("/tenants/{tenant_id}/notes", response=NotesOut, summary="List the notes on a tenant's charts")
def list_notes(request: HttpRequest, tenant_id: TenantId, query: Query[Asked]) -> NotesOut:
    """What people wrote about moments, such as a release."""
    reject_unknown(request, ("from_date", "to_date"))
    tenant = api_tenant(request, tenant_id)
    start = _moment("from_date", query.from_date, tenant.zone) if query.from_date is not None else _BEGINNING
    end = _moment("to_date", query.to_date, tenant.zone, end=True) if query.to_date is not None else _END
    return NotesOut(notes=[NoteOut.of(each) for each in NoteStore(tenant).find_moments(start, end)])


@router.post(
    "/tenants/{tenant_id}/notes", response={201: NoteOut, 400: Problem}, summary="Add a note to a tenant's charts"
)
def add_note(request: HttpRequest, tenant_id: TenantId, body: NoteIn) -> Status[NoteOut]:
    """It appears on the charts of everybody who sees the tenant, for example “Release 4.2” from a deployment."""
    reject_unknown_parameters(request, ())
    tenant = api_tenant(request, tenant_id, Role.MANAGER)
    at = _moment("at", body.at, tenant.zone)
    token = f"api {body.key}" if body.key else ""
    try:
        note = NoteStore(tenant).add(
            Subject("moment"), body.text, by=caller_of(request).user, now=clock.now(), at=at, token=token
        )
    except Rejected as error:
        raise InvalidParameter(error.field or "text", str(error)) from None
    return Status(201, NoteOut.of(note))


@router.get("/tickets/{path:external_id}/notes", response=TicketNotesOut, summary="List the team notes on a ticket")
def list_ticket_notes(request: HttpRequest, external_id: TicketId, tenant_id: TenantId) -> TicketNotesOut:
    """What members wrote about the ticket. They are internal: neither the customer nor the helpdesk gets them."""
    reject_unknown_parameters(request, ("tenant_id",))
    tenant = api_tenant(request, tenant_id)
    _check_ticket(TicketStore(tenant), external_id)
    found = NoteStore(tenant).find_about(Subject("ticket", external_id))
    return TicketNotesOut(notes=[TicketNoteOut.of(each) for each in found])


@router.post(
    "/tickets/{path:external_id}/notes",
    response={201: TicketNoteOut, 400: Problem},
    summary="Add a team note to a ticket",
)
def add_ticket_note(
    request: HttpRequest, external_id: TicketId, tenant_id: TenantId, body: TicketNoteIn
) -> Status[TicketNoteOut]:
    """In the name of the token's owner. Members who are mentioned see it under *Mentions of me*."""
    reject_unknown_parameters(request, ("tenant_id",))
    tenant = api_tenant(request, tenant_id, Role.MANAGER)
    _check_ticket(TicketStore(tenant), external_id)
    token = f"api {external_id} {body.key}" if body.key else ""
    try:
        note = NoteStore(tenant).add(
            Subject("ticket", external_id), body.text, by=caller_of(request).user, now=clock.now(), token=token
        )
    except Rejected as error:
        raise InvalidParameter(error.field or "text", str(error)) from None
    return Status(201, TicketNoteOut.of(note))


def _check_ticket(store: TicketStore, external_id: str) -> None:
    """Raises `HttpError`."""
    if store.find_ticket(external_id) is None:
        raise HttpError(404, "There is no such ticket.")


def _moment(field: str, value: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    try:
        return parse_moment(field, value, zone=zone, end=end)
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None
