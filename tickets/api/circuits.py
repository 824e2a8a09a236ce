"""The API's calls on circuit breakers: how an endpoint of alerts is, and closing its circuit at once."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError

from supportsaas.reliability.circuit_breaker import STATES, CircuitBreaker, CircuitState, find_states
from supportsaas.web.api_errors import reject_unknown
from tenants.access import TenantAccess
from tenants.api.access import api_accesses
from tickets.alerts.channels import NATIVE_ENDPOINTS, find_endpoints
from tickets.alerts.delivery_queue import wake_endpoint

router = Router(tags=["alerts"])


class CircuitOut(Schema):
    name: str
    state: Literal["closed", "open", "half_open"]
    failure_count: int
    success_count: int
    recent_failure_rate: float
    opened_at: datetime | None
    retry_after: float | None


class ResetOut(Schema):
    status: Literal["reset"] = "reset"
    name: str


@router.get("/circuit/{name}/status", response=CircuitOut, summary="Whether an endpoint of alerts gets requests")
def show_circuit(request: HttpRequest, name: str) -> CircuitOut:
    """`notify` stands for all native endpoints of the tenants you may see: the one that is worst off.

    Each tenant has circuits of its own, named `endpoint@tenant`; without `@tenant` the name stands for those of
    all your tenants that send there. The counts are of the last ten requests at most; `retry_after` is the seconds until the next one.
    """
    reject_unknown(request, ())
    found = _visible(api_accesses(request), name)
    state = _worst(list(find_states(sorted(found)).values()))
    return CircuitOut(
        name=name,
        state=state.state,
        failure_count=state.failure_count,
        success_count=state.success_count,
        recent_failure_rate=round(state.recent_failure_rate, 3),
        opened_at=state.opened_at,
        retry_after=state.retry_after,
    )


@router.post("/circuit/{name}/reset", response=ResetOut, summary="Close a circuit; what waits goes out at once")
def reset_circuit(request: HttpRequest, name: str) -> ResetOut:
    """`notify` resets the native endpoints of the tenants you may run."""
    reject_unknown(request, ())
    accesses = api_accesses(request)
    visible = _visible(accesses, name)
    runnable = [access for access in accesses if access.can_run]
    mine = _meant(runnable, name)
    if not runnable or (visible and not mine):
        raise HttpError(403, "This needs the role “manager” in a tenant that uses the endpoint. Nothing was done.")
    for each in mine:
        CircuitBreaker(each).reset()
        wake_endpoint(each)
    return ResetOut(name=name)


def _visible(accesses: list[TenantAccess], name: str) -> set[str]:
    """The circuits that are meant; 404 where none of the caller's tenants uses such an endpoint."""
    found = _meant(accesses, name)
    if not found and name != NATIVE_ENDPOINTS:
        raise HttpError(404, f"There is no circuit “{name[:200]}” that you may see.")
    return found


def _meant(accesses: list[TenantAccess], name: str) -> set[str]:
    return find_endpoints((access.tenant for access in accesses), named=name)


def _worst(states: list[CircuitState]) -> CircuitState:
    """By its state, then by its failures; of no circuit at all, one that was never used."""
    return max(
        states,
        key=lambda each: (STATES.index(each.state), each.recent_failure_rate, each.failure_count),
        default=CircuitState(name=NATIVE_ENDPOINTS),
    )
