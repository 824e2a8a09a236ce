"""The client address of a forwarded request. Does not import Django, because the web server uses it, too."""

import ipaddress

_NETWORK_OF_ONE = 64
"""The prefix length of the network that one IPv6 client has: it may use any address in it."""


def address_behind(proxies: int, *, peer: str, forwarded: str) -> str:
    """The client's address behind this number of proxies, or "" if it is unknown.

    It is the n-th entry of `forwarded` (X-Forwarded-For) from the right. Entries further left come from the client
    itself and cannot be trusted.
    """
    return _plain(forwarded.split(",")[-proxies:][0] if proxies else peer)


def client_network(address: str) -> str:
    """What identifies one client: its IPv4 address, or its IPv6 network."""
    return str(ipaddress.ip_network((address, _NETWORK_OF_ONE), strict=False)) if ":" in address else address


def _plain(entry: str) -> str:
    """The bare address: without a port, and an IPv4 address in IPv6 notation as IPv4."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
