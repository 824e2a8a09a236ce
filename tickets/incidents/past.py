"""Replays a tenant's stored past, with the names that its incidents would have had."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tenants.models import Tenant
from tickets.incidents.following import Followed
from tickets.incidents.naming import find_names
from tickets.incidents.reading import read_tickets
from tickets.incidents.replay import READ_BEFORE, replay


def replay_tenant(tenant: Tenant, *, start: datetime, end: datetime) -> Iterator[Followed]:
    """The incidents between the two times, each as it was at its end. Stores nothing."""
    tickets = read_tickets(tenant.slug, start - READ_BEFORE, end)
    for each in replay(tickets, start=start, end=end, zone=tenant.zone):
        yield replace(each, names=find_names(tenant.slug, each))
