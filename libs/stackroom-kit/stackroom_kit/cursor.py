"""The opaque place where a page of a list ends: what its last row is ordered by, and that row's id."""

import base64
import binascii
import json
from typing import Any

from stackroom_kit import strict_json
from stackroom_kit.problems import Problem, ProblemKind

BAD_CURSOR = ProblemKind(400, "bad_cursor")


def encode_cursor(*values: str | int) -> str:
    """The ``next`` of a page."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> list[Any]:
    """The values of an ``after``, which are of these types; Problem 400 for what was not made here."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = strict_json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise bad_cursor() from None
    if type(values) is not list or list(map(type, values)) != list(kinds):
        raise bad_cursor()
    return values


def bad_cursor() -> Problem:
    return BAD_CURSOR.at("?after", "after must be the next of an earlier answer.")
