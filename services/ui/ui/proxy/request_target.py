"""The request target as it came over the wire, checked before anything decodes it."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from ui.problems import BAD_QUERY, BAD_REQUEST_TARGET

_QUERY = re.compile(r"(?:[!$&-;=?-Z\[\]_a-z{|}~^`\"<>\\]|%[0-9A-Fa-f]{2})*", re.ASCII)


def _checked_query(query: str) -> str:
    """The raw query, 400 unless it is percent-encoded UTF-8 without NUL."""
    if not _QUERY.fullmatch(query):
        raise BAD_QUERY("The query is not percent-encoded as it should be.")
    if "%" in query:
        decoded = unquote_to_bytes(query)
        try:
            decoded.decode("utf-8")
        except UnicodeDecodeError:
            raise BAD_QUERY("The query is not UTF-8.") from None
        if b"\0" in decoded:
            raise BAD_QUERY("The query holds U+0000.")
    return query


def request_target(environ: dict[str, Any]) -> tuple[str, str]:
    """Raw path and raw query. The absolute form (``GET http://host/``) is refused: this is no open proxy."""
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or "/"
    if not target.startswith("/") or target.startswith("//"):
        raise BAD_REQUEST_TARGET("The request target must be a path of this server.")
    path, _, query = target.partition("?")
    if "#" in target:
        raise BAD_REQUEST_TARGET("The request target may not hold a fragment.")
    return path, _checked_query(query) if query else ""
