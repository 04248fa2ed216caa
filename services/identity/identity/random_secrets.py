"""Secrets that are made here: of sessions and one-time links. Only their hash is stored."""

import hashlib
import secrets

SECRET_BYTES = 32
MAX_SECRET = 64  # characters of what is offered


def new_secret() -> str:
    """256 random bits, in letters that an address takes as they are."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    """Nobody can guess 256 random bits, so a plain hash keeps the secret of whoever reads the table."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
