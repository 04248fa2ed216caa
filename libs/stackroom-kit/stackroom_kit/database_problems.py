"""What a caller sees when the database is away: 503 with Retry-After, and never an address or a statement.

Services name the errors of their own library, which the kit does not know; what the driver said is their ``orig``.
"""

import logging

from flask import Flask, Response

from stackroom_kit.problems import respond, unavailable

DATABASE_PROBLEMS = {503: ("database_busy", "database_full", "database_unavailable")}
DISK_FULL = "53100"  # SQLSTATE
logger = logging.getLogger(__name__)


def register_database_problems(app: Flask, busy: type[Exception], away: tuple[type[Exception], ...]) -> None:
    """``busy``: no connection of the pool became free in time; ``away``: the server gave none, or broke one."""
    app.register_error_handler(busy, _busy)
    for kind in away:
        app.register_error_handler(kind, _away)


def _busy(_error: Exception) -> Response:
    detail = "Every database connection of this process is busy."
    return respond(unavailable(detail, code="database_busy", retry_after=1))


def _away(error: Exception) -> Response:
    cause = getattr(error, "orig", None) or error
    if getattr(cause, "pgcode", None) == DISK_FULL:
        logger.error("the disk of the database is full")
        return respond(unavailable("The disk of the database is full.", code="database_full", retry_after=60))
    logger.error("the database does not answer: %s", type(cause).__name__)
    return respond(unavailable("The database does not answer.", code="database_unavailable"))
