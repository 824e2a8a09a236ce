"""The call that lists a tenant's alerts on numbers."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from supportsaas import clock
from supportsaas.web.api_errors import reject_unknown
from tenants.api.access import TenantId, api_tenant
from tickets.alerts.acknowledging import Acknowledgement
from tickets.number_alerts.metrics import MetricName
from tickets.number_alerts.model import NumberAlert, find_number_alerts
from tickets.number_alerts.states import AlertState, find_states, find_who_looks_after

router = Router(tags=["alerts"])

State = Literal["firing", "fine", "unknown", "off"]


class NumberAlertOut(Schema):
    name: str = Field(description="As people named it, or what it watches.")
    number: MetricName
    view: str | None = Field(description="The saved view whose tickets are counted; null for all.")
    window_hours: int | None = Field(description="The last hours that it is about; null for a number of this moment.")
    condition: Literal["above", "below", "unusual"]
    limit: float | None = Field(description="Null for `unusual`.")
    state: State = Field(description="`unknown`: it was not checked yet, or cannot be.")
    value: float | None = Field(description="As of `checked_at`; a share in percent, a percentile in hours.")
    checked_at: datetime | None
    since: datetime | None = Field(description="Since when it fires, or is fine again.")
    acknowledged_by: str | None = Field(description="Who looks after it while it fires.")
    acknowledged_at: datetime | None
    muted_until: datetime | None

    @staticmethod
    def of(alert: NumberAlert, state: AlertState, held: Acknowledgement | None, *, now: datetime) -> "NumberAlertOut":
        return NumberAlertOut(
            name=str(alert),
            number=alert.what.name,
            view=alert.view.name if alert.view is not None else None,
            window_hours=alert.window_hours if alert.what.has_window else None,
            condition="unusual" if alert.is_unusual else alert.limit.direction,
            limit=alert.threshold,
            state=_state(alert, state),
            value=state.value,
            checked_at=state.checked_at,
            since=state.since,
            acknowledged_by=held.by if held else None,
            acknowledged_at=held.at if held else None,
            muted_until=alert.muted_until if alert.is_muted(now) else None,
        )


def _state(alert: NumberAlert, state: AlertState) -> State:
    if not alert.enabled:
        return "off"
    if state.is_firing:
        return "firing"
    return "unknown" if state.problem or state.checked_at is None else "fine"


class NumberAlertsOut(Schema):
    number_alerts: list[NumberAlertOut]


@router.get("/tenants/{tenant_id}/number-alerts", response=NumberAlertsOut, summary="List a tenant's alerts on numbers")
def list_number_alerts(request: HttpRequest, tenant_id: TenantId) -> NumberAlertsOut:
    """What each watches, whether it fires, its last value, and who looks after it."""
    reject_unknown(request, ())
    tenant, now = api_tenant(request, tenant_id), clock.now()
    alerts = find_number_alerts(tenant)
    states = find_states(alerts)
    held = find_who_looks_after(tenant, {each: states[each.pk] for each in alerts})
    return NumberAlertsOut(
        number_alerts=[NumberAlertOut.of(each, states[each.pk], held.get(each), now=now) for each in alerts]
    )
