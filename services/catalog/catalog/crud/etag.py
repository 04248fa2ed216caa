"""The ETag of an object is a hash of what is shown of it."""

import hashlib

from flask import request
from werkzeug.datastructures import ETags


def etag_of(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_unchanged(etag: str) -> bool:
    """Whether the request's If-None-Match names this ETag."""
    return _names(request.if_none_match, etag)


def is_stale(etag: str) -> bool:
    """Whether its If-Match, which is there, does not."""
    return not _names(request.if_match, etag)


def _names(tags: ETags, etag: str) -> bool:
    """Weak tags compare as strong ones: whether bytes or meaning are the same makes no difference here."""
    return tags.contains_weak(etag.strip('"'))
