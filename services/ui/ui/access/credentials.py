"""What a client shows: the cookie of a session, or a bearer token."""

import hashlib
import re
from typing import Any, NamedTuple

from werkzeug.sansio.http import parse_cookie  # that of ``werkzeug.http`` fails at bytes that are no UTF-8

from stackroom_kit.cookies import SESSION, cookie_name

MAX_CREDENTIAL = 1024  # characters: nothing longer is one
_SESSION = re.compile(r"[A-Za-z0-9_-]{32,64}", re.ASCII)  # whatever else is in such a cookie, nobody asks what it is


class Credential(NamedTuple):
    """At most one of ``session`` and ``token`` is no empty text; a token counts where there are both."""

    session: str
    token: str
    address: str

    @property
    def is_empty(self) -> bool:
        return not (self.session or self.token)

    @property
    def key(self) -> bytes:
        """For a cache, which holds no secrets. An address is part of it: a token may be for some networks alone."""
        return hashlib.sha256("\n".join(self).encode("utf-8", "replace")).digest()


def credential_of(environ: dict[str, Any], address: str) -> Credential:
    """A scheme other than Bearer is no concern of ours: it may belong to a proxy in front."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return Credential("", token.strip()[:MAX_CREDENTIAL] or "-", address)
    name = cookie_name(SESSION, is_secure=environ.get("wsgi.url_scheme") == "https")
    session = parse_cookie(environ.get("HTTP_COOKIE", "")).get(name, "")
    return Credential(session if _SESSION.fullmatch(session) else "", "", address)
