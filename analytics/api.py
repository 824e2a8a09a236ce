"""`GET /tenants/{tenant_id}/stats`."""

from dataclasses import asdict
from datetime import datetime

from django.http import HttpRequest
from ninja import Field, P, QueryEx, Router, Schema

from analytics.dashboard.statistics import api_statistics
from supportsaas.web.api_errors import InvalidParameter, reject_unknown
from tenants.api.access import TenantId, api_tenant
from tickets.api.fields import Moment
from tickets.store.filters import FilterError, parse_moment

router = Router(tags=["statistics"])


class HourOut(Schema):
    hour: datetime
    count: int


class CustomerAtRisk(Schema):
    customer_id: str
    high_urgency_count: int
    ticket_ids: list[str]


class StatisticsOut(Schema):
    total_tickets: int
    by_status: dict[str, int]
    urgency_high_ratio: float = Field(description="0 to 1")
    negative_sentiment_ratio: float = Field(description="0 to 1")
    hourly_trend: list[HourOut]
    top_keywords: list[str]
    at_risk_customers: list[CustomerAtRisk]
    as_of: datetime | None


@router.get("/tenants/{tenant_id}/stats", response=StatisticsOut, summary="A tenant's statistics over a period")
def show_statistics(
    request: HttpRequest,
    tenant_id: TenantId,
    from_date: QueryEx[Moment | None, P(description="Start of the period. Default: the first ticket.")] = None,
    to_date: QueryEx[
        Moment | None, P(description="End of the period, exclusive. A date without a time includes that day.")
    ] = None,
) -> StatisticsOut:
    """All tickets created in the period. Dates without a time are days in the tenant's time zone."""
    reject_unknown(request, ("from_date", "to_date"))
    tenant = api_tenant(request, tenant_id)
    try:
        start = parse_moment("from_date", from_date, zone=tenant.zone) if from_date else None
        end = parse_moment("to_date", to_date, zone=tenant.zone, end=True) if to_date else None
        if start and end and start > end:
            raise FilterError("from_date", "is after to_date")
    except FilterError as error:
        raise InvalidParameter(error.field, error.reason) from None
    return StatisticsOut(**asdict(api_statistics(tenant, start=start, end=end)))
