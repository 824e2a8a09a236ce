"""Targets for tests."""

from typing import Any

from tenants.models import Tenant
from tickets.recount.targets import save_target
from tickets.service_levels.targets import ServiceTarget


def new_target(tenant: Tenant, **values: Any) -> ServiceTarget:
    """A valid one that is not saved: a first reply within two hours."""
    given = {"name": "First reply", "clock": "first_reply", "length": 2, "unit": "hours", **values}
    target = ServiceTarget(tenant=tenant, **given)
    target.full_clean()
    return target


def add_target(tenant: Tenant, **values: Any) -> ServiceTarget:
    target = new_target(tenant, **values)
    save_target(target)
    return target
