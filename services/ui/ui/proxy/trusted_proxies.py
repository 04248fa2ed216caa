"""What a proxy in front of the gateway says: the prefix under which it serves the gateway, host and scheme.

The prefix may also come from ROOT_PATH. A proxy may take it off a path or leave it on: both are understood, so a health
check needs to know nothing of it. Headers of a proxy that is not trusted count for nothing.
"""

import contextvars
import dataclasses
import ipaddress
from functools import lru_cache
from typing import Any

from stackroom_kit.public_path import HEADER, is_prefix
from ui.problems import BAD_REQUEST_TARGET
from ui.settings import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
SCHEMES = frozenset({"http", "https"})
_prefix: contextvars.ContextVar[str] = contextvars.ContextVar("prefix", default="")


def current_prefix() -> str:
    """Of the request at hand; empty where the gateway is served at the root."""
    return _prefix.get()


@dataclasses.dataclass(frozen=True)
class TrustedProxies:
    """``root_path`` is a prefix, or empty."""

    root_path: str = ""
    networks: tuple[Network, ...] = ()

    def without_prefix(self, environ: dict[str, Any], path: str) -> str:
        """The raw ``path`` without the prefix, which becomes SCRIPT_NAME, whatever a client said of that.

        Problem 400 for a forwarded prefix that is no path.
        """
        prefix = self.root_path
        if self.is_trusted(environ):
            prefix = _forwarded_prefix(environ) or prefix
        _prefix.set(prefix)
        environ["SCRIPT_NAME"] = prefix
        if not prefix or not f"{path}/".startswith(f"{prefix}/"):
            return path
        environ["PATH_INFO"] = environ["PATH_INFO"][len(prefix) :] or "/"
        return path[len(prefix) :] or "/"

    def take_host(self, environ: dict[str, Any]) -> bool:
        """Take scheme and host from a trusted proxy; False where there is none, or it names no host."""
        if not self.is_trusted(environ):
            return False
        scheme, host = _nearest(environ, "HTTP_X_FORWARDED_PROTO"), _nearest(environ, "HTTP_X_FORWARDED_HOST")
        if scheme in SCHEMES:
            environ["wsgi.url_scheme"] = scheme
        if host:
            environ["HTTP_HOST"] = host
        return bool(host)

    def client_address(self, environ: dict[str, Any]) -> str:
        """The nearest one that no trusted proxy has, as these say it; what is no IP address none of them has seen."""
        nearest = environ.get("REMOTE_ADDR", "")
        if self.is_trusted(environ):
            for named in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
                if _address(named) is None:
                    break
                nearest = named
                if not _is_in(nearest, self.networks):
                    break
        return str(_address(nearest) or "")

    def is_trusted(self, environ: dict[str, Any]) -> bool:
        return bool(self.networks) and _is_in(environ.get("REMOTE_ADDR", ""), self.networks)


def _nearest(environ: dict[str, Any], name: str) -> str:
    """The last value of the list: the nearest proxy added it."""
    return str(environ.get(name, "")).rpartition(",")[2].strip()


def _forwarded_prefix(environ: dict[str, Any]) -> str:
    prefix = _nearest(environ, "HTTP_X_FORWARDED_PREFIX").rstrip("/")
    if not is_prefix(prefix):
        raise BAD_REQUEST_TARGET(f"{HEADER} must be a path of plain characters.")
    return prefix


@lru_cache(1024)
def _address(text: str) -> Address | None:
    """None for what is no IP address, such as a Unix socket. One of IPv4 that came over IPv6 is that of IPv4."""
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])  # behind it stands an interface of this machine
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_in(text: str, networks: tuple[Network, ...]) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in networks)
