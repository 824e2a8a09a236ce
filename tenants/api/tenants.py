"""API calls about the caller: its identity, and the tenants it may see."""

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from supportsaas.web.api_errors import reject_unknown
from tenants.access import TenantAccess
from tenants.api.access import api_accesses, caller_of

router = Router(tags=["caller"])


class TenantOut(Schema):
    tenant_id: str
    name: str
    time_zone: str
    role: Literal["viewer", "manager", "admin"] = Field(description="The caller's role in the tenant.")

    @staticmethod
    def of(access: TenantAccess) -> "TenantOut":
        return TenantOut(
            tenant_id=access.tenant.slug,
            name=access.tenant.name,
            time_zone=access.tenant.timezone,
            role=access.role.value,  # type: ignore[arg-type]
        )


class TenantsOut(Schema):
    tenants: list[TenantOut]


class CallerOut(Schema):
    user: str
    token: str | None = Field(description="The token's name; null for a session.")
    is_superuser: bool
    tenants: list[TenantOut]


@router.get("/tenants", response=TenantsOut, summary="List the caller's tenants")
def list_tenants(request: HttpRequest) -> TenantsOut:
    reject_unknown(request, ())
    return TenantsOut(tenants=_tenants(request))


@router.get("/me", response=CallerOut, summary="Show the caller")
def show_caller(request: HttpRequest) -> CallerOut:
    reject_unknown(request, ())
    caller = caller_of(request)
    return CallerOut(
        user=caller.user.get_username(),
        token=caller.token.name if caller.token else None,
        is_superuser=caller.user.is_superuser,
        tenants=_tenants(request),
    )


def _tenants(request: HttpRequest) -> list[TenantOut]:
    return [TenantOut.of(each) for each in api_accesses(request)]
