"""The calls that correct the classification of a ticket, and undo that."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict, Field, model_validator

from supportsaas.web.api_errors import reject_unknown_parameters
from tenants.api.access import TenantId, api_tenant, caller_of
from tenants.models import Role
from tickets.api.tickets import ExplainedTicket, TicketId, explain_ticket
from tickets.classification.corrections import LONGEST_NOTE, Verdicts
from tickets.corrections.correcting import correct_tickets, undo_correction

router = Router(tags=["tickets"])

_PATH = "/tickets/{path:external_id}/correction"
NOT_FOUND = "There is no such ticket."
_LEFT_ALONE: Any = None
"""The default, and no value that a program may send."""
_VERDICTS = ("urgency", "sentiment", "requires_action")


class CorrectionIn(Schema):
    """At least one verdict. A verdict that equals the ticket's confirms it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"anyOf": [{"required": [each]} for each in _VERDICTS]})
    urgency: Literal["high", "medium", "low"] = _LEFT_ALONE
    sentiment: Literal["negative", "neutral", "positive"] = _LEFT_ALONE
    requires_action: Annotated[bool, Field(strict=True)] = _LEFT_ALONE
    note: str = Field("", max_length=LONGEST_NOTE, description="Why, for your teammates.")

    @model_validator(mode="after")
    def _has_a_verdict(self) -> "CorrectionIn":
        if not self.verdicts:
            raise ValueError("needs an urgency, a sentiment or requires_action")
        return self

    @property
    def verdicts(self) -> Verdicts:
        return Verdicts(self.urgency, self.sentiment, self.requires_action)


@router.post(
    _PATH,
    response=ExplainedTicket,
    summary="Correct or confirm a ticket's classification",
)
def correct(request: HttpRequest, external_id: TicketId, tenant_id: TenantId, body: CorrectionIn) -> ExplainedTicket:
    """It wins over words, rules and what was learned, and stays until somebody undoes it.

    Verdicts that the body leaves out stay as they are, and so do those corrected before.
    """
    reject_unknown_parameters(request, ("tenant_id",))
    tenant = api_tenant(request, tenant_id, Role.MANAGER)
    batch = correct_tickets(tenant, [external_id], body.verdicts, by=caller_of(request).user.username, note=body.note)
    if not batch.corrected:
        raise HttpError(404, NOT_FOUND)
    return explain_ticket(tenant, external_id)


@router.delete(
    _PATH,
    response=ExplainedTicket,
    summary="Undo the correction of a ticket",
)
def undo(request: HttpRequest, external_id: TicketId, tenant_id: TenantId) -> ExplainedTicket:
    """The ticket is classified by words, rules and what was learned again. Without a correction, nothing changes."""
    reject_unknown_parameters(request, ("tenant_id",))
    tenant = api_tenant(request, tenant_id, Role.MANAGER)
    undo_correction(tenant, external_id, by=caller_of(request).user.username)
    return explain_ticket(tenant, external_id)
