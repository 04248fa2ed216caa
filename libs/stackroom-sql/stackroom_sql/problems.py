"""What a caller sees when the database is away: 503 with Retry-After, and never an address or a statement."""

import logging

from flask import Flask, Response
from psycopg2.errorcodes import DISK_FULL

from stackroom_kit.problems import ProblemKind, respond
from stackroom_sql.errors import AWAY, BUSY, driver_error, sql_state

DATABASE_BUSY = ProblemKind(503, "database_busy", retry_after=1)
DATABASE_FULL = ProblemKind(503, "database_full", retry_after=60)
DATABASE_UNAVAILABLE = ProblemKind(503, "database_unavailable", retry_after=5)
DATABASE_PROBLEMS = (DATABASE_BUSY, DATABASE_FULL, DATABASE_UNAVAILABLE)
logger = logging.getLogger(__name__)


def register_database_problems(app: Flask) -> None:
    for kind in AWAY:
        app.register_error_handler(kind, _away)
    app.register_error_handler(BUSY, _busy)


def _busy(_error: Exception) -> Response:
    detail = "Every database connection of this process is busy."
    return respond(DATABASE_BUSY(detail))


def _away(error: Exception) -> Response:
    if sql_state(error) == DISK_FULL:
        logger.error("the disk of the database is full")
        return respond(DATABASE_FULL("The disk of the database is full."))
    logger.error("the database does not answer: %s", type(driver_error(error)).__name__)
    return respond(DATABASE_UNAVAILABLE("The database does not answer."))
