"""The token that a request carries: ``Authorization: Bearer …``."""

import hmac
from collections.abc import Collection

from flask import request


def known_token(known: Collection[bytes]) -> str | None:
    """The request's token where it is one of these. How long that takes says nothing of what they are."""
    scheme, _, offered = request.headers.get("Authorization", "").partition(" ")
    matches = [hmac.compare_digest(offered.encode(), token) for token in known]
    return offered if scheme == "Bearer" and any(matches) else None
