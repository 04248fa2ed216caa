"""Who may talk to a service: known hosts, known tokens, and no writes that another site makes a browser send.

A page of another site reaches every port of this machine through the browser that shows it, and a name of its own may
lead there too (DNS rebinding). Programs send neither ``Origin`` nor
``Sec-Fetch-Site``, so the guard keeps none of them out.
"""

import hmac
import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from flask import Flask, request

from stackroom_kit.problems import ProblemKind

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BAD_HOST = ProblemKind(400, "bad_host")
UNKNOWN_HOST = ProblemKind(421, "unknown_host")
CROSS_SITE = ProblemKind(403, "cross_site")
HOST_PROBLEMS = (BAD_HOST, UNKNOWN_HOST)
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?", re.ASCII)


def host_name(environ: dict[str, Any]) -> str:
    """Without the port, in lower case. 400 for a missing or malformed Host."""
    found = _HOST.fullmatch(environ.get("HTTP_HOST", ""))
    if not found:
        raise BAD_HOST("The Host header is missing or malformed.")
    return str(found[1] or found[2]).lower()


def refuse_unknown_host(environ: dict[str, Any], host_names: Collection[str], takes_addresses: bool = False) -> None:
    """421 for a name that is not ours. ``takes_addresses``: an IP address is no name that somebody can lead here."""
    name = host_name(environ)
    if name not in host_names and not (takes_addresses and _is_address(name)):
        raise UNKNOWN_HOST("This server does not answer for that host; see TRUSTED_HOSTS.")


def refuse_cross_site_write(environ: dict[str, Any], trusted_names: Collection[str] = ()) -> None:
    """403 unless the browser says same origin; clients that are no browsers send neither header.

    Behind a proxy that writes a Host of its own, the origin is one of ``trusted_names``.
    """
    if environ["REQUEST_METHOD"] not in WRITING:
        return
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site is not None:
        is_own = site in {"same-origin", "none"}
    else:
        is_own = origin is None or _is_own(origin.partition("://")[2].lower(), environ, trusted_names)
    if not is_own:
        raise CROSS_SITE("A write must come from this site's own pages or from no browser at all.")


def register_guard(app: Flask, trusted_names: Collection[str]) -> None:
    """For a service behind the gateway: other parts call it by ``trusted_names``, or by address."""
    host_names = LOOPBACK | frozenset(trusted_names)

    def check() -> None:
        refuse_unknown_host(request.environ, host_names, takes_addresses=True)
        refuse_cross_site_write(request.environ)

    app.before_request(check)


def bearer_token() -> str:
    """That of the request at hand; empty where it carries none."""
    scheme, _, offered = request.headers.get("Authorization", "").partition(" ")
    return offered if scheme == "Bearer" else ""


def known_token(known: Collection[bytes]) -> str | None:
    """The request's bearer token where it is one of these. The time that it takes tells nothing about them."""
    offered = bearer_token()
    matches = [hmac.compare_digest(offered.encode(), token) for token in known]
    return offered if any(matches) else None


def _is_own(origin: str, environ: dict[str, Any], trusted_names: Collection[str]) -> bool:
    """``origin`` is a host, maybe with a port."""
    named = _HOST.fullmatch(origin)
    return origin == environ["HTTP_HOST"].lower() or bool(named and (named[1] or named[2]) in trusted_names)


@lru_cache(1024)
def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
