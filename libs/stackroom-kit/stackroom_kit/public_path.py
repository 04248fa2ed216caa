"""Paths as clients write them: below the prefix under which a proxy in front of the gateway serves everything.

The gateway tells it to the services in a header of its own; without one a path is what it is.
"""

import re

from flask import request

HEADER = "X-Forwarded-Prefix"
PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", re.ASCII)
# Possessive, since one that may go back on its steps would try every way to part a long path.
OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_-]++/?)*+(?:\?[A-Za-z0-9_.~%+=&/-]*)?", re.ASCII)


def is_prefix(text: str) -> bool:
    """Empty, or segments of plain characters, each behind a slash; none of them begins with a dot."""
    return PREFIX.fullmatch(text) is not None


def public_path(path: str) -> str:
    """For ``Location`` and for addresses in answers. ``path`` starts with a slash."""
    prefix = request.headers.get(HEADER, "")
    return prefix + path if is_prefix(prefix) else path


def own_path(address: str) -> str:
    """A path of this site with its query; the first page for everything else, as it may lead to another site."""
    return address if OWN_PATH.fullmatch(address) else "/"
