"""IP addresses of clients, as settings, tokens and proxies name them."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(1024)
def address_of(text: str) -> Address | None:
    """None for what is no IP address, such as a Unix socket. One of IPv4 that came over IPv6 is that of IPv4."""
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])  # behind it stands an interface of this machine
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def is_in(text: str, networks: Iterable[Network]) -> bool:
    address = address_of(text)
    return address is not None and any(address in network for network in networks)
