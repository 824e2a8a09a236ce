"""Where a request comes from, as those who passed it on say. It knows no Django, because the web server asks too."""

import ipaddress

_NETWORK_OF_ONE = 64
"""An IPv6 client has all addresses of such a network and may change between them."""


def address_behind(proxies: int, *, peer: str, forwarded: str) -> str:
    """The client's address behind so many proxies; "" where it cannot be told.

    It is the n-th entry of `forwarded` (X-Forwarded-For) from the right: what stands further left was sent by the
    client itself, who may write there what they like.
    """
    return _plain(forwarded.split(",")[-proxies:][0] if proxies else peer)


def client_network(address: str) -> str:
    """What one client has for sure: an IPv4 address, the network of an IPv6 one."""
    return str(ipaddress.ip_network((address, _NETWORK_OF_ONE), strict=False)) if ":" in address else address


def _plain(entry: str) -> str:
    """The address alone: some proxies write the port too, and a socket of both kinds an IPv4 address as an IPv6 one."""
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
