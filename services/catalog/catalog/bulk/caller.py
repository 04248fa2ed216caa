"""Who calls, and under which key."""

from flask import request

from catalog.bulk.ledger import Key
from stackroom_kit.guard import known_token
from stackroom_kit.idempotency import idempotency_key
from stackroom_kit.problems import Problem
from stackroom_kit.settings import Secret

PUBLIC, IMPORTER = "public", "importer"
SCHEME = "importer"
SECURITY_SCHEMES = {SCHEME: {"type": "http", "scheme": "bearer", "description": "The service token; others need none."}}
OPTIONAL_TOKEN: tuple[dict[str, list[str]], ...] = ({}, {SCHEME: []})
CALLER_PROBLEMS = {401: ("wrong_service_token",)}


def caller_scope(token: Secret) -> str:
    """``importer`` for a caller with the service token; Problem 401 for a wrong one."""
    if "Authorization" not in request.headers:
        return PUBLIC
    if known_token([token.reveal().encode()] if token else []) is None:
        raise _unauthorized("wrong_service_token", "The service token is not the one that the catalog knows.")
    return IMPORTER


def require_importer(token: Secret) -> None:
    if caller_scope(token) != IMPORTER:
        raise _unauthorized("service_token_needed", "This call is for the importer.")


def _unauthorized(code: str, detail: str) -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": "Bearer"})


def request_key(scope: str) -> Key | None:
    """Problem 400 for one that cannot be a key."""
    key = idempotency_key()
    return None if key is None else Key(scope, key)
