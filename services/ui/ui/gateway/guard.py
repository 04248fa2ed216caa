"""Who may talk to the gateway: known host names, and no writes that another site makes a browser send."""

import re
from collections.abc import Collection
from typing import Any

from stackroom_kit.problems import Problem, bad_request

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HOST_PROBLEMS = {400: ("bad_host",), 421: ("unknown_host",)}
SITE_PROBLEMS = {403: ("cross_site",)}
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?", re.ASCII)


def host_name(environ: dict[str, Any]) -> str:
    """Without the port, in lower case. 400 for a missing or malformed Host."""
    found = _HOST.fullmatch(environ.get("HTTP_HOST", ""))
    if not found:
        raise bad_request("The Host header is missing or malformed.", code="bad_host")
    return str(found[1] or found[2]).lower()


def refuse_unknown_host(environ: dict[str, Any], host_names: Collection[str]) -> None:
    """421 for a name that is not ours (DNS rebinding)."""
    if host_name(environ) not in host_names:
        raise Problem(421, "unknown_host", "This server does not answer for that host; see TRUSTED_HOSTS.")


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
        raise Problem(403, "cross_site", "A write must come from this site's own pages or from no browser at all.")


def _is_own(origin: str, environ: dict[str, Any], trusted_names: Collection[str]) -> bool:
    """``origin`` is a host, maybe with a port."""
    named = _HOST.fullmatch(origin)
    return origin == environ["HTTP_HOST"].lower() or bool(named and (named[1] or named[2]) in trusted_names)
