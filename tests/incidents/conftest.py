"""A tenant with ten ordinary weeks, and what tests of stored incidents need."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import store_tickets
from tests.incidents.made import FAULT, ORDINARY
from tickets.incidents import watching
from tickets.incidents.reading import KeptHours
from tickets.rollups import state

NOW: Final = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)
"""A Wednesday."""


@pytest.fixture
def weeks(tenant: Tenant) -> Tenant:
    """Twelve tickets a week for ten weeks, at the same hours."""
    store_tickets(tenant, ordinary_records())
    return tenant


def ordinary_records() -> list[dict[str, Any]]:
    return [
        {
            "id": f"O-{week}-{n}",
            "customer_id": f"cust_{week}_{n}",
            "subject": "Question",
            "message": ORDINARY[(week + n) % len(ORDINARY)],
            "created_at": _iso(NOW - timedelta(weeks=week, hours=-(n % 4), minutes=-n, days=n % 3)),
        }
        for week in range(1, 11)
        for n in range(12)
    ]


def fault_records(
    customers: int, *, at: datetime = NOW, minutes: int = 40, prefix: str = "F", text: str = ""
) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{prefix}-{n}",
            "customer_id": f"{prefix}_{n}",
            "subject": "Help",
            "message": text or FAULT[n % len(FAULT)],
            "created_at": _iso(at + timedelta(minutes=n * minutes / customers)),
        }
        for n in range(customers)
    ]


def look(tenant: Tenant, now: datetime) -> bool:
    """What the worker does when a look is due."""
    last = mongo.collection(watching.COLLECTION).find_one({"_id": tenant.slug})
    found = state.find(tenant.slug)
    version = found.version if found else None
    return watching.look(tenant, last=last, version=version, now=now, kept=KeptHours())


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
