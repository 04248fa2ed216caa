"""The request target as it came over the wire, checked before anything decodes it."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from stackroom_kit.problems import bad_request

_QUERY = re.compile(r"(?:[!$&-;=?-Z\[\]_a-z{|}~^`\"<>\\]|%[0-9A-Fa-f]{2})*", re.ASCII)

TARGET_PROBLEMS = {400: ("bad_query", "bad_request_target")}


def _checked_query(query: str) -> str:
    """The raw query, 400 unless it is percent-encoded UTF-8 without NUL."""
    if not _QUERY.fullmatch(query):
        raise bad_request("The query is not percent-encoded as it should be.", code="bad_query")
    if "%" in query:
        decoded = unquote_to_bytes(query)
        try:
            decoded.decode("utf-8")
        except UnicodeDecodeError:
            raise bad_request("The query is not UTF-8.", code="bad_query") from None
        if b"\0" in decoded:
            raise bad_request("The query holds U+0000.", code="bad_query")
    return query


def request_target(environ: dict[str, Any]) -> tuple[str, str]:
    """Raw path and raw query. The absolute form (``GET http://host/``) is refused: this is no open proxy."""
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or "/"
    if not target.startswith("/") or target.startswith("//"):
        raise bad_request("The request target must be a path of this server.", code="bad_request_target")
    path, _, query = target.partition("?")
    if "#" in target:
        raise bad_request("The request target may not hold a fragment.", code="bad_request_target")
    return path, _checked_query(query) if query else ""
