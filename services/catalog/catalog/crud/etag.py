"""The ETag of an object is a hash of what is shown of it."""

import hashlib

from flask import request

ANY = "*"


def etag_of(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _tags(header: str) -> list[str]:
    """Weak tags compare as strong ones: whether bytes or meaning are the same makes no difference here."""
    return [tag.strip().removeprefix("W/") for tag in header.split(",") if tag.strip()]


def matches(header: str, etag: str) -> bool:
    """Whether an If-Match or If-None-Match names this ETag."""
    tags = _tags(header)
    return ANY in tags or etag in tags


def if_match() -> str | None:
    """The If-Match of the request at hand."""
    return request.headers.get("If-Match")


def if_none_match() -> str | None:
    return request.headers.get("If-None-Match")
