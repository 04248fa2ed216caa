"""IP addresses of clients, as settings, tokens and proxies name them."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
IPV4_BITS_BEFORE = 96  # bits in front of an IPv4 address that is written as one of IPv6 (``::ffff:10.0.0.1``)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(1024)
def address_of(text: str) -> Address | None:
    """None for what is no IP address, such as a Unix socket. One of IPv4 that came over IPv6 is that of IPv4."""
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])  # behind it stands an interface of this machine
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def listed_network(text: str) -> Network:
    """As a setting or a token names it. One of IPv4 that is written as one of IPv6 is that of IPv4. ValueError."""
    if "%" in text:  # behind it stands an interface, which is another one on each machine
        raise ValueError(f"{text!r} names an interface")
    found = ipaddress.ip_network(text)
    mapped = getattr(found.network_address, "ipv4_mapped", None)
    if mapped is None or found.prefixlen < IPV4_BITS_BEFORE:
        return found
    return ipaddress.ip_network((mapped, found.prefixlen - IPV4_BITS_BEFORE))


def is_in(text: str, networks: Iterable[Network]) -> bool:
    address = address_of(text)
    return address is not None and any(address in network for network in networks)
