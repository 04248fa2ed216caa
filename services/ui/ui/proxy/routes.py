"""Which service answers a path of the API, and how the body of a call gets there.

A new resource, operation or call needs no line here: the services themselves say what they have, and by which methods.
"""

import re
from typing import NamedTuple

from stackroom_kit.problems import NOT_FOUND, Problem

CATALOG = "catalog"
IDENTITY = "identity"
IMPORTER = "importer"
MEDIA = "importer-media"

_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]{1,100}"
_PATH = re.compile(rf"(?:/{_SEGMENT}){{1,8}}/?", re.ASCII)
_ANSWERED_HERE = re.compile(r"/api/(?:health|docs)(?:/.*)?|/api/importer/batches/[^/]+/events/?")
_SERVICES = (
    ("/api/importer/media/", MEDIA),
    ("/api/importer/", IMPORTER),
    ("/api/identity/", IDENTITY),
)  # all else is the catalog's


class Bodies(NamedTuple):
    """How the body of a call gets to its service. Most are JSON: taken whole, and no longer than MAX_JSON_BYTES.

    ``is_media``: it is passed on while it comes. ``is_long``: it may have MAX_BODY_BYTES. ``is_slow``: the call takes
    long, though it has no body.
    """

    is_media: bool = False
    is_long: bool = False
    is_slow: bool = False


_JSON = Bodies()
_POSTED = (
    (re.compile(r"/api/importer/media/?"), Bodies(is_media=True)),
    (re.compile(r"/api/importer/(?:batches|ingest|progress|preview)/?|/api/[^/]+/bulk/?"), Bodies(is_long=True)),
    (re.compile(r"/api/importer/batches/[^/]+/(?:retry|undo)/?"), Bodies(is_slow=True)),
)


def is_api(path: str) -> bool:
    """``path`` is decoded."""
    return f"{path}/".startswith("/api/")


def no_such_call() -> Problem:
    return NOT_FOUND("There is no such call.")


def service_of(path: str) -> str | None:
    """The service of a path of the API as it came over the wire; None for what the gateway answers itself.

    Problem 404 for a path that needs encoding, has an empty part or a ``..``, or is too long: it goes nowhere.
    """
    if not _PATH.fullmatch(path):
        raise no_such_call()
    if _ANSWERED_HERE.fullmatch(path):
        return None
    return next((service for prefix, service in _SERVICES if f"{path}/".startswith(prefix)), CATALOG)


def bodies_of(method: str, path: str) -> Bodies:
    """``path`` is one that ``service_of`` has taken."""
    if method != "POST":
        return _JSON
    return next((bodies for pattern, bodies in _POSTED if pattern.fullmatch(path)), _JSON)
