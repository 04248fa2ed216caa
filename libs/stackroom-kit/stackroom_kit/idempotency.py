"""The Idempotency-Key of a request: what may stand in it, how it is described, and how a wrong one is refused."""

import re

from flask import request

from stackroom_kit.api import Parameter
from stackroom_kit.problems import Problem, ProblemKind

KEY_HEADER = "Idempotency-Key"
KEY = r"[\x21-\x7e]{1,200}"
_KEY = re.compile(KEY, re.ASCII)
BAD_IDEMPOTENCY_KEY = ProblemKind(400, "bad_idempotency_key")
IDEMPOTENCY_KEY_REUSED = ProblemKind(422, "idempotency_key_reused")
KEY_PROBLEMS = (BAD_IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_REUSED)


def idempotency_key() -> str | None:
    """The header as sent. Problem 400."""
    key = request.headers.get(KEY_HEADER)
    return None if key is None else checked_key(key)


def checked_key(key: str) -> str:
    """Problem 400 for one that is empty, too long or not plain ASCII."""
    if not _KEY.fullmatch(key):
        detail = f"{KEY_HEADER} must be 1 to 200 printable ASCII characters without spaces."
        raise BAD_IDEMPOTENCY_KEY.at(KEY_HEADER, detail)
    return key


def key_reused() -> Problem:
    detail = "This Idempotency-Key belongs to another request: what is asked for, its options or its bytes differ."
    return IDEMPOTENCY_KEY_REUSED(detail)


def key_parameter(description: str) -> Parameter:
    return Parameter(KEY_HEADER, {"type": "string", "pattern": f"^{KEY}$"}, description, "header")
