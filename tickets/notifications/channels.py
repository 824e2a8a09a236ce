"""A tenant's channels as delivery needs them: what each wants to hear of, and which endpoint it ends at."""

from collections.abc import Iterable
from functools import lru_cache

from tenants.models import Channel, ChannelKind, Tenant
from tickets.notifications.routing import Route
from tickets.notifications.senders import DeliveryError, open_sender

HOUSE_ENDPOINTS = "notify"
"""Stands for the house endpoints of all tenants one may see."""


def find_routes(tenant: Tenant) -> tuple[Route, ...]:
    """Of the tenant's channels that are on; one read, good for a whole run."""
    return tuple(
        Route(
            channel_id=str(channel.pk),
            urgencies=frozenset(channel.urgencies),
            sentiments=frozenset(channel.sentiments),
            max_age=channel.max_age,
        )
        for channel in Channel.objects.filter(tenant=tenant, enabled=True)
    )


def takes_one_at_a_time(channel: Channel) -> bool:
    """The house protocol tells programs, a ticket a request; nothing is folded for it."""
    return channel.kind == ChannelKind.HOUSE


def endpoint_of(channel: Channel) -> str:
    """The name of the endpoint's circuit; a channel with wrong settings has one of its own."""
    return _endpoint(str(channel.pk), channel.kind, channel.address, channel.encrypted_secret)


def is_house_endpoint(name: str) -> bool:
    return name == HOUSE_ENDPOINTS or name.startswith(f"{HOUSE_ENDPOINTS}:")


def find_endpoints(tenants: Iterable[Tenant]) -> dict[str, set[str]]:
    """The endpoints of these tenants' channels, on or off: name to the slugs of the tenants that use it."""
    found: dict[str, set[str]] = {}
    for channel in Channel.objects.filter(tenant__in=list(tenants)).select_related("tenant"):
        found.setdefault(endpoint_of(channel), set()).add(channel.tenant.slug)
    return found


@lru_cache(maxsize=4096)
def _endpoint(id_: str, kind: str, address: str, encrypted_secret: str) -> str:
    """Remembered, because a sender is costly to open and every look at what is due asks for it."""
    try:
        sender = open_sender(Channel(kind=kind, address=address, encrypted_secret=encrypted_secret))
    except DeliveryError:
        return f"channel:{id_}"
    try:
        return sender.endpoint
    finally:
        sender.close()
