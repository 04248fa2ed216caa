"""Paths as clients write them: below the prefix under which a proxy in front of the gateway serves everything.

The gateway tells it to the services in a header of its own; without one a path is what it is.
"""

import re

from flask import request

HEADER = "X-Forwarded-Prefix"
PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", re.ASCII)


def is_prefix(text: str) -> bool:
    """Empty, or segments of plain characters, each behind a slash; none of them begins with a dot."""
    return PREFIX.fullmatch(text) is not None


def public_path(path: str) -> str:
    """For ``Location`` and for addresses in answers. ``path`` starts with a slash."""
    prefix = request.headers.get(HEADER, "")
    return prefix + path if is_prefix(prefix) else path
