"""The call that lists a tenant's incidents."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Field, P, QueryEx, Router, Schema

from supportsaas.web.api_errors import reject_unknown
from tenants.api.access import TenantId, api_tenant
from tickets.incidents.store import Incident, IncidentStore

router = Router(tags=["statistics"])

PAGE_SIZE = 50
MOST_PAGES = 10_000


class IncidentOut(Schema):
    number: int = Field(description="Of the tenant. `GET /tickets?incident=` lists its tickets.")
    state: Literal["ongoing", "ended", "dismissed"]
    name: str = Field(description="How customers write what is unusual.")
    names: list[str] = Field(description="All words that are unusual, the most unusual first.")
    tickets: int
    customers: int = Field(description="Different customers.")
    first_at: datetime = Field(description="When its first ticket was created.")
    last_at: datetime
    found_at: datetime
    ended_at: datetime | None
    dismissed_at: datetime | None
    observed: int = Field(description="Different customers who used the words within `hours` before `peak_at`.")
    usual: float = Field(description="The average of the same hours of the eight weeks before.")
    limit: int = Field(description="From this number on it is unusual.")
    hours: int
    peak_at: datetime

    @staticmethod
    def of(found: Incident) -> "IncidentOut":
        state: Literal["ongoing", "ended", "dismissed"] = (
            "dismissed" if found.dismissed_at else "ended" if found.ended_at else "ongoing"
        )
        return IncidentOut(
            number=found.number,
            state=state,
            name=found.name,
            names=list(found.names),
            tickets=found.tickets,
            customers=found.customers,
            first_at=found.first_at,
            last_at=found.last_at,
            found_at=found.found_at,
            ended_at=found.ended_at,
            dismissed_at=found.dismissed_at,
            observed=found.observed,
            usual=round(found.usual, 2),
            limit=found.limit,
            hours=found.hours,
            peak_at=found.peak_at,
        )


class IncidentsOut(Schema):
    incidents: list[IncidentOut]
    page: int
    page_size: int
    total: int


@router.get("/tenants/{tenant_id}/incidents", response=IncidentsOut, summary="List a tenant's incidents, latest first")
def list_incidents(
    request: HttpRequest, tenant_id: TenantId, page: QueryEx[int, P(ge=1, le=MOST_PAGES)] = 1
) -> IncidentsOut:
    """What many different customers reported at once, and the numbers that explain why it is unusual."""
    reject_unknown(request, ("page",))
    store = IncidentStore(api_tenant(request, tenant_id))
    found = store.find_page(skip=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    return IncidentsOut(
        incidents=[IncidentOut.of(each) for each in found], page=page, page_size=PAGE_SIZE, total=store.count()
    )
