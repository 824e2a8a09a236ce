"""Connects a tenant to a simulated helpdesk, and compares what is stored with what it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tenants.models import Tenant
from tests.helpdesks.vendors.vendor import Vendor
from tickets.helpdesks import presets
from tickets.helpdesks.model import Source
from tickets.store.ticket_store import TicketStore

V = TypeVar("V", bound=Vendor)


def connect(tenant: Tenant, vendor: Vendor, **options: Any) -> Source:
    """The tenant's stored connection, with what a person would enter; `options` are settings beside those."""
    defaults = presets.defaults_of(vendor.kind, vendor.options)
    source = Source(
        tenant=tenant,
        kind=vendor.kind,
        url=vendor.url,
        auth=defaults.auth,
        auth_name=vendor.auth_name or defaults.auth_name,
        options={**vendor.options, **options},
        page_size=vendor.page_size,
    )
    source.set_secret(vendor.secret)
    source.full_clean()
    source.save()
    return source


@contextmanager
def serving(kind: type[V], *, tickets: int) -> Iterator[V]:
    """A running server with so many tickets, numbered from 1."""
    with kind() as server:
        for number in range(1, tickets + 1):
            server.add(number)
        yield server


def stored(tenant: Tenant, vendor: Vendor) -> dict[str, dict[str, Any]]:
    """What is stored of the fields that the vendor's tickets have, by external id."""
    fields = vendor.expected(next(iter(vendor.tickets.values())))
    return {
        each["external_id"]: {name: each.get(name) for name in fields}
        for each in TicketStore(tenant).iterate_live({}, limit=10_000, by_id=True)
    }


def expected(vendor: Vendor) -> dict[str, dict[str, Any]]:
    return {vendor.external_id(each): vendor.expected(each) for each in vendor.live}
