"""`GET /health`: what the product depends on, and how it is."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from supportsaas import mongo
from tickets.freshness import HelpdeskCounts, count_helpdesks
from tickets.worker import count_workers

router = Router(tags=["health"])


class HealthOut(Schema):
    status: str
    dependencies: dict[str, str]
    issues: list[str]


@router.get("/health", auth=None, response={200: HealthOut, 503: HealthOut}, summary="Whether everything works")
def show_health(request: HttpRequest) -> Status:
    """Open to anyone, so it names no tenant. 503 where MongoDB is away, 200 otherwise."""
    health = find_health()
    return Status(503 if health["dependencies"]["mongodb"] != "healthy" else 200, HealthOut(**health))


def find_health() -> dict[str, Any]:
    try:
        mongo.client().admin.command("ping")
        helpdesks = count_helpdesks()
        workers = count_workers()
    except mongo.UNAVAILABLE:
        problem = "unhealthy: the server does not answer"
        return {
            "status": "degraded",
            "dependencies": {"mongodb": problem, "external_api": "unknown"},
            "issues": ["MongoDB does not answer."],
        }
    issues = []
    external = "healthy"
    if helpdesks.failing:
        external = f"unhealthy: {helpdesks.failing} of {helpdesks.known} helpdesks failed in their last run"
        issues.append(f"{helpdesks.failing} of {helpdesks.known} helpdesks could not be read in their last run.")
    elif not helpdesks.known:
        external = "unknown: nothing has been read yet"
    if helpdesks.error:
        has = "helpdesk has" if helpdesks.error == 1 else "helpdesks have"
        issues.append(f"{helpdesks.error} {has} had no good read for two intervals.")
    if not workers:
        issues.append("No worker is running: jobs stay in the queue. Start one with: manage.py worker")
    return {
        "status": "degraded" if issues else "ok",
        "dependencies": {"mongodb": "healthy", "external_api": external},
        "issues": issues + _remarks(helpdesks),
    }


def _remarks(helpdesks: HelpdeskCounts) -> list[str]:
    """Worth knowing, though the system works as it should."""
    if not helpdesks.late:
        return []
    return [f"{helpdesks.late} {'helpdesk is' if helpdesks.late == 1 else 'helpdesks are'} late."]
