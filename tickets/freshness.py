"""How fresh a tenant's data is: the moment it stands for, and what the last run brought."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from supportsaas.templatetags.presentation import grouped
from tenants.models import Tenant
from tickets import jobs

_BROUGHT = (
    ("new_ingested", "new"),
    ("updated", "changed"),
    ("deleted", "gone"),
    ("quarantined", "refused"),
)


def data_as_of(tenant: Tenant) -> datetime | None:
    """Whatever had happened at the source by then is in: the start of the last run that read it."""
    run = jobs.find_last_good(tenant)
    moment: datetime | None = run["started_at"] if run else None
    return moment


def describe_counts(counts: Mapping[str, Any]) -> str:
    """What a run brought: “12 new, 3 changed”, or “nothing new”."""
    parts = [f"{grouped(counts[name])} {word}" for name, word in _BROUGHT if counts.get(name)]
    return ", ".join(parts) or "nothing new"
