"""The opaque place where a page of a list ends: what its last row is ordered by, and that row's id."""

import base64
import binascii
import json
from typing import Any

import msgspec

from stackroom_kit import strict_json
from stackroom_kit.problems import Problem, ProblemKind

BAD_CURSOR = ProblemKind(400, "bad_cursor")


def encode_cursor(*values: Any) -> str:
    """The ``next`` of a page."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: Any) -> list[Any]:
    """The values of an ``after``, which are of these types of msgspec; Problem 400 for what was not made here."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = strict_json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise bad_cursor() from None
    try:
        return list(msgspec.convert(values, tuple[kinds]))  # type: ignore[valid-type]
    except msgspec.ValidationError:
        raise bad_cursor() from None


def bad_cursor() -> Problem:
    return BAD_CURSOR.at("?after", "after must be the next of an earlier answer.")
