"""What a proxy in front of the gateway says: the prefix under which it serves the gateway, host and scheme.

The prefix may also come from ROOT_PATH. A proxy may take it off a path or leave it on: both are understood, so a health
check needs to know nothing of it. Headers of a proxy that is not trusted count for nothing.
"""

import contextvars
import dataclasses
from typing import Any

from stackroom_kit.addresses import Network, address_of, is_in
from stackroom_kit.public_path import HEADER, is_prefix
from ui.problems import BAD_REQUEST_TARGET

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
                if address_of(named) is None:
                    break
                nearest = named
                if not is_in(nearest, self.networks):
                    break
        return str(address_of(nearest) or "")

    def is_trusted(self, environ: dict[str, Any]) -> bool:
        return bool(self.networks) and is_in(environ.get("REMOTE_ADDR", ""), self.networks)


def _nearest(environ: dict[str, Any], name: str) -> str:
    """The last value of the list: the nearest proxy added it."""
    return str(environ.get(name, "")).rpartition(",")[2].strip()


def _forwarded_prefix(environ: dict[str, Any]) -> str:
    prefix = _nearest(environ, "HTTP_X_FORWARDED_PREFIX").rstrip("/")
    if not is_prefix(prefix):
        raise BAD_REQUEST_TARGET(f"{HEADER} must be a path of plain characters.")
    return prefix
