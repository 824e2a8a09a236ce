"""The calls about a tenant's channels and alert messages, and the one that acknowledges a message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema
from ninja.errors import HttpError

from supportsaas import clock
from supportsaas.web.api_errors import reject_unknown
from tenants.api.access import TenantId, api_tenant, caller_of
from tenants.models import Role, Tenant
from tickets.alerts.acknowledging import acknowledge, find_acknowledgements, give_back
from tickets.alerts.model import Channel
from tickets.alerts.store import DeliveryStore

router = Router(tags=["alerts"])

MessageId = Annotated[
    str, Path(description="The `id` of a webhook's body, its `Idempotency-Key`.", max_length=64, example="5f1c2e")
]


class ChannelOut(Schema):
    name: str
    kind: str
    enabled: bool
    tested_at: datetime | None = Field(description="The last test of the channel as it is set up now.")
    test_problem: str | None = Field(description="Why it failed; null if it did not, or there was none.")
    quiet_hours: str | None
    quiet_until: datetime | None = Field(description="While quiet hours hold back all but high urgency.")
    escalate_to: str | None = Field(description="The channel that gets what nobody acknowledges in time.")
    escalate_minutes: int | None
    only_escalations: bool

    @staticmethod
    def of(channel: Channel, *, now: datetime) -> "ChannelOut":
        test = channel.last_test
        return ChannelOut(
            name=channel.name,
            kind="native" if channel.kind == "house" else channel.kind,
            enabled=channel.enabled,
            tested_at=test.at if test else None,
            test_problem=test.problem or None if test else None,
            quiet_hours=channel.quiet_hours or None,
            quiet_until=channel.quiet_until(now),
            escalate_to=channel.escalate_to.name if channel.escalate_to else None,
            escalate_minutes=channel.escalate_minutes,
            only_escalations=channel.only_escalations,
        )


class ChannelsOut(Schema):
    channels: list[ChannelOut]


class AnswerOut(Schema):
    id: str
    status: Literal["acknowledged", "partly_acknowledged", "open"]
    acknowledged_by: str | None = Field(description="The person who was first.")
    acknowledged_at: datetime | None


@router.get("/tenants/{tenant_id}/channels", response=ChannelsOut, summary="List a tenant's alert channels")
def list_channels(request: HttpRequest, tenant_id: TenantId) -> ChannelsOut:
    """By name, without addresses. A failed test counts until a later one succeeds."""
    reject_unknown(request, ())
    tenant, now = api_tenant(request, tenant_id), clock.now()
    found = Channel.objects.filter(tenant=tenant).select_related("tenant", "escalate_to")
    return ChannelsOut(channels=[ChannelOut.of(each, now=now) for each in found])


@router.get(
    "/tenants/{tenant_id}/alerts/{message_id}", response=AnswerOut, summary="Whether somebody acknowledged a message"
)
def show_answer(request: HttpRequest, tenant_id: TenantId, message_id: MessageId) -> AnswerOut:
    reject_unknown(request, ())
    tenant = api_tenant(request, tenant_id)
    return _answer(tenant, _find(tenant, message_id))


@router.post(
    "/tenants/{tenant_id}/alerts/{message_id}/acknowledge", response=AnswerOut, summary="Acknowledge an alert message"
)
def acknowledge_message(request: HttpRequest, tenant_id: TenantId, message_id: MessageId) -> AnswerOut:
    """The first person keeps an alert. Calling it again changes nothing."""
    reject_unknown(request, ())
    tenant = api_tenant(request, tenant_id, Role.MANAGER)
    found = _find(tenant, message_id)
    acknowledge(tenant.slug, found["alerts"], by=caller_of(request).name, now=clock.now())
    return _answer(tenant, found)


@router.delete(
    "/tenants/{tenant_id}/alerts/{message_id}/acknowledge", response=AnswerOut, summary="Give an alert message back"
)
def give_message_back(request: HttpRequest, tenant_id: TenantId, message_id: MessageId) -> AnswerOut:
    """Nobody looks after it then, and the time until the next channel gets it begins again."""
    reject_unknown(request, ())
    tenant = api_tenant(request, tenant_id, Role.MANAGER)
    found = _find(tenant, message_id)
    give_back(tenant.slug, found["alerts"], by=caller_of(request).name, now=clock.now())
    return _answer(tenant, found)


def _find(tenant: Tenant, message_id: str) -> Mapping[str, Any]:
    found = DeliveryStore(tenant).find(message_id)
    if found is None:
        raise HttpError(404, f"There is no message “{message_id[:64]}” that can be acknowledged.")
    return found


def _answer(tenant: Tenant, found: Mapping[str, Any]) -> AnswerOut:
    held = find_acknowledgements(tenant.slug, found["alerts"])
    first = min(held.values(), key=lambda each: each.at, default=None)
    left = len(found["alerts"]) - len(held)
    return AnswerOut(
        id=found["_id"],
        status="open" if first is None else "partly_acknowledged" if left else "acknowledged",
        acknowledged_by=first.by if first else None,
        acknowledged_at=first.at if first else None,
    )
