"""What a caller sees when the database is away: 503 with Retry-After, and never an address or a statement."""

import logging

from flask import Flask, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from stackroom_kit.problems import respond, unavailable

logger = logging.getLogger(__name__)


def _busy(_error: Exception) -> Response:
    detail = "Every database connection of this process is busy."
    return respond(unavailable(detail, code="database_busy", retry_after=1))


def _away(error: OperationalError | InterfaceError) -> Response:
    logger.error("the database does not answer: %s", type(error.orig).__name__)
    return respond(unavailable("The database does not answer.", code="database_unavailable"))


def register_database_problems(app: Flask) -> None:
    app.register_error_handler(PoolTimeoutError, _busy)
    for kind in (OperationalError, InterfaceError):
        app.register_error_handler(kind, _away)
