"""The latest alert about a ticket, for its page: who was alerted when, who looks after it, and who did before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.models import Tenant
from tickets.alerts.acknowledging import Acknowledgement, Step, find_acknowledgements, find_steps
from tickets.alerts.model import Channel
from tickets.alerts.store import DeliveryStore
from tickets.views.alerts.acknowledging import alerts_of

STATES = {"pending": "not sent yet", "delivered": "delivered", "dead": "failed", "dropped": "discarded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message of the alert. `is_passed_on`: because nobody had acknowledged an earlier one."""

    channel: str
    at: datetime
    state: str
    is_passed_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAlert:
    """`message`: the key to acknowledge by. `escalates_at`: when it goes to `escalates_to`, if nobody acknowledges it."""

    message: str
    sent: Sequence[Sent]
    acknowledged: Acknowledgement | None
    escalates_at: datetime | None
    escalates_to: str
    steps: Sequence[Step]


def find_ticket_alert(tenant: Tenant, ticket_id: str) -> TicketAlert | None:
    """None if no message that can be acknowledged was sent about the ticket."""
    found = [each for each in DeliveryStore(tenant).find_of_ticket(ticket_id) if alerts_of(each, ticket_id=ticket_id)]
    if not found:
        return None
    alert = alerts_of(found[-1], ticket_id=ticket_id)[-1]
    mine = [each for each in found if alert in each["alerts"]]
    names = {str(each.pk): each.name for each in Channel.objects.filter(tenant=tenant)}
    next_ = min((each for each in mine if each.get("escalate_at")), key=lambda each: each["escalate_at"], default=None)
    return TicketAlert(
        message=mine[-1]["_id"],
        sent=[_sent(each, names) for each in mine],
        acknowledged=find_acknowledgements(tenant.slug, [alert]).get(alert),
        escalates_at=next_["escalate_at"] if next_ else None,
        escalates_to=names.get(next_["escalate_to"], "") if next_ else "",
        steps=find_steps(tenant.slug, alert),
    )


def _sent(found: Mapping[str, Any], names: dict[str, str]) -> Sent:
    return Sent(
        channel=names.get(found["channel_id"], "a deleted channel"),
        at=found["composed_at"],
        state=STATES[found["status"]],
        is_passed_on=bool(found["chain"]),
    )
