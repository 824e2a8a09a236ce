"""The calls about notes on charts: what happened at a moment, such as a release."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from supportsaas import clock
from supportsaas.web.api_errors import InvalidParameter, Problem, reject_unknown, reject_unknown_parameters
from supportsaas.web.rejected import Rejected
from tenants.api.access import TenantId, api_tenant, caller_of
from tenants.models import Role
from tickets.api.fields import Moment
from tickets.notes.store import LONGEST_NOTE, MOST_MOMENTS, Note, NoteStore, Subject
from tickets.store.filters import FilterError, parse_moment

router = Router(tags=["statistics"])

_BEGINNING, _END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9001, 1, 1, tzinfo=UTC)
LONGEST_KEY = 100


class NoteIn(Schema):
    model_config = ConfigDict(extra="forbid")
    at: Moment
    text: str = Field(
        max_length=LONGEST_NOTE, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", json_schema_extra={"example": "Release 4.2"}
    )
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


def _moment(field: str, value: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    try:
        return parse_moment(field, value, zone=zone, end=end)
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None
