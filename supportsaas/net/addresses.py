"""Which addresses are internal: on this machine, in its network, in its cloud. Pure.

Tenants enter the addresses of helpdesks and alert channels, so none may lead into the network that the product runs in,
unless an administrator allows the host.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

SETTING: Final = "OUTBOUND_ALLOWED_HOSTS"

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Networks that are not public, with a description. Python's own tables block further ones.
_INTERNAL: Final = tuple(
    (ip_network(network), words)
    for network, words in (
        ("0.0.0.0/8", "this machine"),
        ("127.0.0.0/8", "this machine"),
        ("10.0.0.0/8", "a private network"),
        ("172.16.0.0/12", "a private network"),
        ("192.168.0.0/16", "a private network"),
        ("169.254.0.0/16", "the link-local network, where clouds keep their metadata"),
        ("100.64.0.0/10", "a provider's shared network"),
        ("168.63.129.16/32", "a cloud's metadata"),
        ("192.0.0.0/24", "a special network"),
        ("198.18.0.0/15", "a network for measurements"),
        ("224.0.0.0/4", "a multicast group"),
        ("240.0.0.0/4", "a reserved network"),
        ("::/128", "this machine"),
        ("::1/128", "this machine"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "the link-local network, where clouds keep their metadata"),
        ("fec0::/10", "a private network"),
        ("ff00::/8", "a multicast group"),
        ("64:ff9b:1::/48", "a private translation to IPv4"),
    )
)
_METADATA: Final = tuple(
    ip_network(each) for each in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "168.63.129.16/32")
)
# IPv6 networks that embed an IPv4 address, with the position of its 32 bits, counted from the right.
_EMBED_IPV4: Final = (
    (ip_network("::ffff:0:0/96"), 0),
    (ip_network("::ffff:0:0:0/96"), 0),
    (ip_network("64:ff9b::/96"), 0),
    (ip_network("2002::/16"), 80),
    (ip_network("::/96"), 0),
)


class AddressBlocked(Exception):
    """The host is internal. `str()` is a sentence that names the setting. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Internal hosts that an administrator allows, as names and networks."""

    names: frozenset[str]
    networks: tuple[Network, ...]

    @classmethod
    def parse(cls, items: Iterable[str]) -> "AllowedHosts":
        """From host names, addresses or networks. Raises `ValueError` with a sentence."""
        names, networks = set(), []
        for item in items:
            try:
                networks.append(ip_network(item.strip("[]")))
                continue
            except ValueError as error:
                if "/" in item or ":" in item:
                    raise ValueError(f"“{item}” is not a host name, address or network ({error}).") from None
            if not item.strip(".") or any(each.isspace() or each in "*@?#" for each in item):
                raise ValueError(f"“{item}” is not a host name, address or network.")
            names.add(_plain(item))
        return cls(frozenset(names), tuple(networks))

    def allow(self, host: str, address: Address) -> bool:
        """Whether the host is allowed at this address. An allowed name does not allow a cloud metadata address."""
        if _plain(host) in self.names and not _is_metadata(address):
            return True
        plain = _embedded_ipv4(address) or address
        return any(each in network for each in (address, plain) for network in self.networks)


def whereabouts(address: Address) -> str | None:
    """A description of the internal network of the address; None for a public address."""
    embedded = _embedded_ipv4(address)
    if embedded is not None:
        return whereabouts(embedded)
    for network, words in _INTERNAL:
        if address in network:
            return words
    return None if address.is_global else "a network that is not public"


def check_address(
    host: str, text: str, *, allowed: AllowedHosts, is_own: Callable[[Address], bool] = lambda _: False
) -> None:
    """Raise `AddressBlocked` if `host`, which resolves to the address `text`, is not allowed.

    `is_own` recognizes the public addresses of this machine. A firewall in front of it does not cover requests from here.
    """
    address = ip_address(text.partition("%")[0])
    place = whereabouts(address)
    if place is None and is_own(_embedded_ipv4(address) or address):
        place = "this machine"
    if place is None or allowed.allow(host, address):
        return
    what = f"{host} leads to {place}" if host.strip("[]") == str(address) else f"{host} is {address}: {place}"
    raise AddressBlocked(f"{what}. Nothing was sent. To allow it, an administrator adds it to {SETTING} on the server.")


def _embedded_ipv4(address: Address) -> IPv4Address | None:
    """The IPv4 address embedded in an IPv6 address."""
    if isinstance(address, IPv6Address) and int(address) > 1:
        for network, shift in _EMBED_IPV4:
            if address in network:
                return IPv4Address((int(address) >> shift) & 0xFFFF_FFFF)
    return None


def _is_metadata(address: Address) -> bool:
    plain = _embedded_ipv4(address) or address
    return any(plain in network for network in _METADATA)


def _plain(host: str) -> str:
    return host.rstrip(".").casefold()
