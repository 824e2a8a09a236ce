"""Which addresses lie inside: on this machine, in its network, at its cloud. Pure.

Addresses of helpdesks and of alerts come from tenants, so none may lead into the network the product
itself runs in, unless an administrator allows the host.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

SETTING: Final = "OUTBOUND_ALLOWED_HOSTS"

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# What is not the public internet, in words. Whatever Python's own tables know beyond it is refused too.
_INSIDE: Final = tuple(
    (ip_network(network), words)
    for network, words in (
        ("0.0.0.0/8", "this machine itself"),
        ("127.0.0.0/8", "this machine itself"),
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
        ("::/128", "this machine itself"),
        ("::1/128", "this machine itself"),
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
# IPv6 addresses that stand for an IPv4 one: the network, and how far from the right its 32 bits end.
_CARRIES_IPV4: Final = (
    (ip_network("::ffff:0:0/96"), 0),
    (ip_network("::ffff:0:0:0/96"), 0),
    (ip_network("64:ff9b::/96"), 0),
    (ip_network("2002::/16"), 80),
    (ip_network("::/96"), 0),
)


class AddressBlocked(Exception):
    """The host lies inside; `str()` is a sentence that names the setting. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Hosts inside that an administrator allows: names, and networks of addresses."""

    names: frozenset[str]
    networks: tuple[Network, ...]

    @classmethod
    def parse(cls, items: Iterable[str]) -> "AllowedHosts":
        """Host names, addresses or networks; raises `ValueError` with a sentence."""
        names, networks = set(), []
        for item in items:
            try:
                networks.append(ip_network(item.strip("[]")))
                continue
            except ValueError as error:
                if "/" in item or ":" in item:
                    raise ValueError(
                        f"“{item}” is neither a host name nor an address nor a network ({error})."
                    ) from None
            if not item.strip(".") or any(each.isspace() or each in "*@?#" for each in item):
                raise ValueError(f"“{item}” is neither a host name nor an address nor a network.")
            names.add(_plain(item))
        return cls(frozenset(names), tuple(networks))

    def allow(self, host: str, address: Address) -> bool:
        """Whether the host may be reached at the address. A name does not open a cloud's metadata."""
        if _plain(host) in self.names and not _holds_metadata(address):
            return True
        plain = _carried(address) or address
        return any(each in network for each in (address, plain) for network in self.networks)


def whereabouts(address: Address) -> str | None:
    """Which inside network the address belongs to, in words; None for the public internet."""
    carried = _carried(address)
    if carried is not None:
        return whereabouts(carried)
    for network, words in _INSIDE:
        if address in network:
            return words
    return None if address.is_global else "a network that is not public"


def check_address(
    host: str, text: str, *, allowed: AllowedHosts, is_own: Callable[[Address], bool] = lambda _: False
) -> None:
    """Raise `AddressBlocked` where `host`, which stands for the address `text`, may not be reached.

    `is_own` knows the public addresses of this machine, which a firewall outside does not guard from here.
    """
    address = ip_address(text.partition("%")[0])
    place = whereabouts(address)
    if place is None and is_own(_carried(address) or address):
        place = "this machine itself"
    if place is None or allowed.allow(host, address):
        return
    what = f"{host} leads to {place}" if host.strip("[]") == str(address) else f"{host} is {address}: {place}"
    raise AddressBlocked(
        f"{what}. Nothing was sent. If that is meant, an administrator adds it to {SETTING} on the server."
    )


def _carried(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv6Address) and int(address) > 1:
        for network, shift in _CARRIES_IPV4:
            if address in network:
                return IPv4Address((int(address) >> shift) & 0xFFFF_FFFF)
    return None


def _holds_metadata(address: Address) -> bool:
    plain = _carried(address) or address
    return any(plain in network for network in _METADATA)


def _plain(host: str) -> str:
    return host.rstrip(".").casefold()
