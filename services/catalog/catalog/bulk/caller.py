"""Who calls, and under which key."""

import hmac
import re

from flask import request

from catalog.bulk.ledger import Key
from stackroom_kit.problems import FieldError, Problem, bad_request
from stackroom_kit.settings import Secret

KEY_HEADER = "Idempotency-Key"
PUBLIC, IMPORTER = "public", "importer"
KEY = r"[\x21-\x7e]{1,200}"
_KEY = re.compile(KEY, re.ASCII)
CALLER_PROBLEMS = {400: ("bad_idempotency_key",), 401: ("wrong_service_token",)}


def caller_scope(token: Secret) -> str:
    """``importer`` for a caller with the service token; Problem 401 for a wrong one."""
    header = request.headers.get("Authorization")
    if header is None:
        return PUBLIC
    scheme, _, offered = header.partition(" ")
    known = token.reveal().encode()
    if not known or scheme != "Bearer" or not hmac.compare_digest(offered.encode(), known):
        raise _unauthorized("wrong_service_token", "The service token is not the one that the catalog knows.")
    return IMPORTER


def require_importer(token: Secret) -> None:
    if caller_scope(token) != IMPORTER:
        raise _unauthorized("service_token_needed", "This call is for the importer.")


def _unauthorized(code: str, detail: str) -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": "Bearer"})


def request_key(scope: str) -> Key | None:
    """The Idempotency-Key; Problem 400 for one that is empty, too long or not plain ASCII."""
    value = request.headers.get(KEY_HEADER)
    return None if value is None else checked_key(scope, value)


def checked_key(scope: str, value: str) -> Key:
    if not _KEY.fullmatch(value):
        detail = f"{KEY_HEADER} must be 1 to 200 printable ASCII characters without spaces."
        raise bad_request(detail, FieldError(KEY_HEADER, "bad_idempotency_key", detail), code="bad_idempotency_key")
    return Key(scope, value)
