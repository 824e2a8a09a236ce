"""Channels as delivery needs them: which tickets each alerts on, and its endpoint."""

from collections.abc import Iterable
from contextlib import closing
from functools import lru_cache

from tenants.models import Tenant
from tickets.alerts.kinds import DeliveryError, open_sender
from tickets.alerts.model import Channel, ChannelKind
from tickets.alerts.routing import Route

NATIVE_ENDPOINTS = "notify"
"""The name for the native endpoints of all tenants that the user can see."""


def find_routes(tenant: Tenant) -> tuple[Route, ...]:
    """The routes of the tenant's enabled channels; one read serves a whole run."""
    return tuple(
        Route(
            channel_id=str(channel.pk),
            urgencies=frozenset(channel.urgencies),
            sentiments=frozenset(channel.sentiments),
            max_age=channel.max_age,
        )
        for channel in Channel.objects.filter(tenant=tenant, enabled=True, only_escalations=False)
    )


def takes_one_at_a_time(channel: Channel) -> bool:
    """Whether each ticket needs its own message: the native protocol takes one ticket per request."""
    return channel.kind == ChannelKind.NATIVE


def endpoint_of(channel: Channel) -> str:
    """The circuit's name: endpoint and tenant, because tenants do not share a circuit.

    A channel with invalid settings has its own endpoint.
    """
    endpoint = _endpoint(str(channel.pk), channel.kind, channel.address, channel.encrypted_secret)
    return f"{endpoint}@{channel.tenant.slug}"


def find_endpoints(tenants: Iterable[Tenant], *, named: str) -> set[str]:
    """The circuits of these tenants' channels (on or off) that the name matches.

    A name is that of a circuit, of an endpoint, or `notify` for all native endpoints.
    """
    channels = Channel.objects.filter(tenant__in=list(tenants)).select_related("tenant")
    return {each for each in map(endpoint_of, channels) if _is_named(each, named)}


def _is_named(circuit: str, name: str) -> bool:
    endpoint = circuit.rpartition("@")[0]
    return name in (circuit, endpoint) or (name == NATIVE_ENDPOINTS and endpoint.startswith(f"{NATIVE_ENDPOINTS}:"))


@lru_cache(maxsize=4096)
def _endpoint(id_: str, kind: str, address: str, encrypted_secret: str) -> str:
    """Cached, because opening a sender is costly and every delivery round needs its endpoint."""
    try:
        with closing(open_sender(Channel(kind=kind, address=address, encrypted_secret=encrypted_secret))) as sender:
            return sender.endpoint
    except DeliveryError:
        return f"channel:{id_}"
