"""`GET /tenants/{tenant_id}/work`: the numbers of the page of work."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from analytics.api_dashboard import DashboardQuery, PeriodOut, dates_of, selection_of
from analytics.numbers import find_work
from analytics.work.figures import ValueWork, Waits, WorkNumbers
from analytics.work.rows import NEEDS_MANAGER, PEOPLE, Order, in_order, whole, without_value
from supportsaas import clock
from supportsaas.web.api_errors import reject_unknown
from tenants.api.access import TenantId, api_access
from tickets.ingestion.sync_status import data_as_of
from tickets.records.dimensions import NARROWING_FIELDS
from tickets.service_levels.settings import find_clock_settings

router = Router(tags=["statistics"])


class WorkQuery(DashboardQuery):
    by: Literal["assignee", "team", "priority", "type", "tag", "organisation"] = Field(
        "team", description="The field to group by. `assignee` needs the role of a manager."
    )


class WaitsOut(Schema):
    count: int = Field(description="Waits that ended in the period, also those of which the length is not known.")
    unknown: int = Field(description="Those of which the length is not known; in no percentile.")
    median_seconds: int | None = Field(description="Null if fewer than five are known.")
    p90_seconds: int | None

    @staticmethod
    def of(waits: Waits) -> "WaitsOut":
        return WaitsOut(
            count=waits.count,
            unknown=waits.unknown,
            median_seconds=whole(waits.median_seconds),
            p90_seconds=whole(waits.p90_seconds),
        )


class WorkNumbersOut(Schema):
    arrived: int = Field(description="Tickets created in the period.")
    resolved: int = Field(description="Tickets closed in the period and not reopened since.")
    reopened: int = Field(description="Tickets reopened in the period.")
    first_reply: WaitsOut
    resolution: WaitsOut
    handed_from: int | None = Field(
        description="How often a ticket went from this value to another. Only by assignee and team, without a filter."
    )
    handed_to: int | None

    @staticmethod
    def of(numbers: WorkNumbers) -> "WorkNumbersOut":
        return WorkNumbersOut(
            arrived=numbers.arrived,
            resolved=numbers.resolved,
            reopened=numbers.reopened,
            first_reply=WaitsOut.of(numbers.first_reply),
            resolution=WaitsOut.of(numbers.resolution),
            handed_from=numbers.handed_from,
            handed_to=numbers.handed_to,
        )


class ValueWorkOut(Schema):
    value: str | None = Field(description="Null: the tickets that have no value of the field.")
    open: int = Field(description="Open now, of any age.")
    current: WorkNumbersOut
    previous: WorkNumbersOut

    @staticmethod
    def of(work: ValueWork) -> "ValueWorkOut":
        return ValueWorkOut(
            value=work.value,
            open=work.open,
            current=WorkNumbersOut.of(work.current),
            previous=WorkNumbersOut.of(work.previous),
        )


class WorkOut(Schema):
    tenant_id: str
    time_zone: str
    by: str
    period: PeriodOut
    comparison: PeriodOut = Field(description="The period of `previous`.")
    in_business_hours: bool = Field(
        description="Whether waits are in the tenant's business hours, or in calendar time."
    )
    as_of: datetime | None = Field(description="When the helpdesk was last read.")
    values: list[ValueWorkOut] = Field(description="By name; a ticket counts under the values that it has now.")
    without_value: ValueWorkOut | None


@router.get("/tenants/{tenant_id}/work", response=WorkOut, summary="A tenant's work by team, assignee or another field")
def show_work(request: HttpRequest, tenant_id: TenantId, query: Query[WorkQuery]) -> WorkOut:
    """Who has how much, and how fast. Tickets differ and small numbers are chance, so do not rank people by one number."""
    reject_unknown(request, WorkQuery.model_fields, may_repeat=NARROWING_FIELDS)
    access, now = api_access(request, tenant_id), clock.now()
    if query.by == PEOPLE and not access.can_run:
        raise HttpError(403, NEEDS_MANAGER)
    tenant = access.tenant
    figures, compared = find_work(tenant, selection_of(tenant, query, now=now), query.by, now)
    without = without_value(figures)
    return WorkOut(
        tenant_id=tenant.slug,
        time_zone=tenant.timezone,
        by=query.by,
        period=dates_of(compared.period),
        comparison=dates_of(compared.previous),
        in_business_hours=find_clock_settings(tenant).business_hours is not None,
        as_of=data_as_of(tenant),
        values=[ValueWorkOut.of(each) for each in in_order(figures, Order())],
        without_value=ValueWorkOut.of(without) if without else None,
    )
