"""A tenant's channels as delivery needs them: what each wants to hear of, and which endpoint it ends at."""

from collections.abc import Iterable
from functools import lru_cache

from tenants.models import Tenant
from tickets.alerts.kinds import DeliveryError, open_sender
from tickets.alerts.model import Channel, ChannelKind
from tickets.alerts.routing import Route

NATIVE_ENDPOINTS = "notify"
"""Stands for the native endpoints of all tenants one may see."""


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
    """The native protocol tells programs, a ticket a request; nothing is folded for it."""
    return channel.kind == ChannelKind.NATIVE


def endpoint_of(channel: Channel) -> str:
    """The name of the circuit: the endpoint and the tenant, for what one tenant's requests did says nothing of another's.

    A channel with wrong settings has an endpoint of its own.
    """
    endpoint = _endpoint(str(channel.pk), channel.kind, channel.address, channel.encrypted_secret)
    return f"{endpoint}@{channel.tenant.slug}"


def find_endpoints(tenants: Iterable[Tenant], *, named: str) -> set[str]:
    """The circuits that a name stands for among those of these tenants' channels, on or off.

    A name is a circuit's own, an endpoint's (of all these tenants), or `notify` for all native endpoints.
    """
    channels = Channel.objects.filter(tenant__in=list(tenants)).select_related("tenant")
    return {each for each in map(endpoint_of, channels) if _is_named(each, named)}


def _is_named(circuit: str, name: str) -> bool:
    endpoint = circuit.rpartition("@")[0]
    return name in (circuit, endpoint) or (name == NATIVE_ENDPOINTS and endpoint.startswith(f"{NATIVE_ENDPOINTS}:"))


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
