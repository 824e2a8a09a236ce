"""API calls for circuit breakers of alert endpoints: their status, and closing them."""

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


@router.get("/circuit/{name}/status", response=CircuitOut, summary="Get the circuit breaker of an alert endpoint")
def show_circuit(request: HttpRequest, name: str) -> CircuitOut:
    """The state of the circuit, or of the worst one if the name matches several.

    Each tenant has its own circuits, named `endpoint@tenant`. Without `@tenant`, the name matches the circuits of all
    your tenants that send to the endpoint. `notify` matches all native-protocol endpoints of your tenants. The counts
    are of the last ten requests at most; `retry_after` is the number of seconds until the next request.
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


@router.post("/circuit/{name}/reset", response=ResetOut, summary="Close a circuit breaker and send waiting alerts now")
def reset_circuit(request: HttpRequest, name: str) -> ResetOut:
    """`notify` closes all native-protocol circuits of the tenants in which you are a manager."""
    reject_unknown(request, ())
    accesses = api_accesses(request)
    visible = _visible(accesses, name)
    runnable = [access for access in accesses if access.can_run]
    mine = _meant(runnable, name)
    if not runnable or (visible and not mine):
        raise HttpError(
            403, "This requires the role “manager” in a tenant that uses the endpoint. Nothing was changed."
        )
    for each in mine:
        CircuitBreaker(each).reset()
        wake_endpoint(each)
    return ResetOut(name=name)


def _visible(accesses: list[TenantAccess], name: str) -> set[str]:
    """The circuits that match the name; status 404 if none of the caller's tenants uses the endpoint."""
    found = _meant(accesses, name)
    if not found and name != NATIVE_ENDPOINTS:
        raise HttpError(404, f"There is no circuit “{name[:200]}” in your tenants.")
    return found


def _meant(accesses: list[TenantAccess], name: str) -> set[str]:
    return find_endpoints((access.tenant for access in accesses), named=name)


def _worst(states: list[CircuitState]) -> CircuitState:
    """The worst by state, then by failures. Without any, a circuit that was never used."""
    return max(
        states,
        key=lambda each: (STATES.index(each.state), each.recent_failure_rate, each.failure_count),
        default=CircuitState(name=NATIVE_ENDPOINTS),
    )
