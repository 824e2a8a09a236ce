"""The call that lists a tenant's targets with what was met and breached."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from supportsaas import clock
from supportsaas.web.api_errors import InvalidParameter, reject_unknown
from tenants.api.access import TenantId, api_tenant
from tenants.models import Tenant
from tickets.api.fields import Moment
from tickets.records.period import Period, day_start
from tickets.service_levels.targets import ServiceTarget, find_targets
from tickets.store.filters import FilterError, parse_moment
from tickets.store.target_counts import Due, Kept, TargetCounts

router = Router(tags=["statistics"])

DAYS: Final = 30
LONGEST: Final = timedelta(days=367)


class TargetOut(Schema):
    id: str = Field(description="`GET /tickets` takes it as `target`, beside `due` or `clock`.")
    name: str
    clock: Literal["first_reply", "next_reply", "resolution"]
    length: int
    unit: Literal["minutes", "hours", "days"]
    in_business_hours: bool = Field(description="A business day is as long as the average one of the tenant's week.")
    pauses: bool = Field(description="Time in which the ticket waits for the customer does not count.")
    conditions: dict[str, list[str]] = Field(description="By field, the values of which a ticket needs one.")
    enabled: bool
    met: int = Field(description="Promises that were decided in the period; a ticket can have several next replies.")
    breached: int
    met_ratio: float | None = Field(description="null if nothing was decided.")
    past_due: int = Field(description="Open tickets, as of now.")
    due_soon: int = Field(description="Open tickets that are due within the next 4 hours.")

    @staticmethod
    def of(target: ServiceTarget, kept: Kept, due: Due) -> "TargetOut":
        stored: dict[str, Any] = {name: getattr(target, name) for name in _STORED}
        return TargetOut(
            id=str(target.pk),
            **stored,
            met=kept.met,
            breached=kept.breached,
            met_ratio=kept.ratio,
            past_due=due.past,
            due_soon=due.soon,
        )


_STORED = ("name", "clock", "length", "unit", "in_business_hours", "pauses", "conditions", "enabled")


class TargetsOut(Schema):
    from_date: datetime
    to_date: datetime
    targets: list[TargetOut]


class Asked(Schema):
    from_date: Moment | None = Field(None, description="The last 30 days if there is no date.")
    to_date: Moment | None = Field(None, description="Exclusive, but a date without a time includes that day.")


@router.get(
    "/tenants/{tenant_id}/targets", response=TargetsOut, summary="List a tenant's targets and how they were kept"
)
def list_targets(request: HttpRequest, tenant_id: TenantId, query: Query[Asked]) -> TargetsOut:
    """In the order in which they count: of those of a clock that match a ticket, the first does."""
    reject_unknown(request, Asked.model_fields)
    tenant, now = api_tenant(request, tenant_id), clock.now()
    period = _period(tenant, query, now)
    counts = TargetCounts(tenant)
    kept, due = counts.find_kept(period), counts.find_due_by_target(now)
    return TargetsOut(
        from_date=period.start,
        to_date=period.end,
        targets=[
            TargetOut.of(each, kept.get(str(each.pk), Kept()), due.get(str(each.pk), Due()))
            for each in find_targets(tenant)
        ],
    )


def _period(tenant: Tenant, query: Asked, now: datetime) -> Period:
    tomorrow = now.astimezone(tenant.zone).date() + timedelta(days=1)
    try:
        end = (
            day_start(tomorrow, tenant.zone)
            if query.to_date is None
            else parse_moment("to_date", query.to_date, zone=tenant.zone, end=True)
        )
        start = (
            day_start(end.astimezone(tenant.zone).date() - timedelta(days=DAYS), tenant.zone)
            if query.from_date is None
            else parse_moment("from_date", query.from_date, zone=tenant.zone)
        )
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None
    if start >= end:
        raise InvalidParameter("from_date", "must be before the end of the period")
    if end - start > LONGEST:
        raise InvalidParameter("from_date", "must be at most a year before the end of the period")
    return Period(start, end)
