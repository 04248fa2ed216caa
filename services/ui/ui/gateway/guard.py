"""Who may talk to the gateway: known host names, and no writes that another site makes a browser send."""

import re
from collections.abc import Collection
from typing import Any

from stackroom_kit.problems import Problem, bad_request

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HOST_PROBLEMS = {400: ("bad_host",), 421: ("unknown_host",)}
SITE_PROBLEMS = {403: ("cross_site",)}
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?", re.ASCII)


def refuse_unknown_host(environ: dict[str, Any], host_names: Collection[str]) -> None:
    """400 for a missing or malformed Host, 421 for a name that is not ours (DNS rebinding)."""
    found = _HOST.fullmatch(environ.get("HTTP_HOST", ""))
    if not found:
        raise bad_request("The Host header is missing or malformed.", code="bad_host")
    if (found[1] or found[2]).lower() not in host_names:
        raise Problem(421, "unknown_host", "This server does not answer for that host; see TRUSTED_HOSTS.")


def refuse_cross_site_write(environ: dict[str, Any]) -> None:
    """403 unless the browser says same origin; clients that are no browsers send neither header."""
    if environ["REQUEST_METHOD"] not in WRITING:
        return
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site is not None:
        is_own = site in {"same-origin", "none"}
    else:
        is_own = origin is None or origin.partition("://")[2].lower() == environ["HTTP_HOST"].lower()
    if not is_own:
        raise Problem(403, "cross_site", "A write must come from this site's own pages or from no browser at all.")
