"""The server's address as the user gave it."""

import dataclasses
import ipaddress
from urllib.parse import SplitResult, urlsplit

from stackroom_client.errors import UsageError

DEFAULT = "http://localhost:5000"
VARIABLE = "STACKROOM_URL"


@dataclasses.dataclass(frozen=True)
class Address:
    """``url`` is without a slash at its end; ``shown`` is the same without a password."""

    url: str
    shown: str
    is_this_machine: bool


def parse_address(given: str) -> Address:
    """UsageError for what is no address of a web server. A path stays, for a gateway behind a prefix."""
    url = given.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong(given, str(error)) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _wrong(given, f"it must look like {DEFAULT}")
    if parts.query or parts.fragment or port == 0 or not url.isprintable() or " " in url:
        raise _wrong(given, "it may have a host, a port and a path, and nothing else")
    return Address(url, _without_password(parts), _is_loopback(parts.hostname))


def _wrong(given: str, why: str) -> UsageError:
    shown = given.rpartition("@")[2][:100]
    return UsageError(f"the address {shown!r} (--url or {VARIABLE}) cannot be used: {why}")


def _without_password(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
