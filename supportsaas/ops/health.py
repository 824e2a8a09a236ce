"""`GET /health`: the state of the product and its dependencies. It needs no sign-in."""

from django.http import HttpRequest
from ninja import Router, Schema, Status

from supportsaas.ops.latest_report import latest_report

router = Router(tags=["health"])


class HealthOut(Schema):
    status: str
    dependencies: dict[str, str]
    issues: list[str]


@router.get("/health", auth=None, response={200: HealthOut, 503: HealthOut}, summary="Health check")
def show_health(request: HttpRequest) -> Status[HealthOut]:
    """Needs no sign-in, so the answer never names a tenant. 503 if MongoDB is unreachable, otherwise 200."""
    found = latest_report()
    answer = HealthOut(
        status="ok" if found.is_healthy else "degraded",
        dependencies={check.name: result.state for check, result in found.results.items() if check.is_dependency},
        issues=[each.sentence for each in found.problems],
    )
    return Status(503 if found.is_unreachable else 200, answer)
