"""What a caller sees when the database is away: 503 with Retry-After, and never an address or a statement."""

import logging

from flask import Flask, Response
from psycopg2.errorcodes import DISK_FULL

from stackroom_kit.problems import respond, unavailable
from stackroom_sql.errors import AWAY, BUSY, driver_error, sql_state

DATABASE_PROBLEMS = {503: ("database_busy", "database_full", "database_unavailable")}
logger = logging.getLogger(__name__)


def register_database_problems(app: Flask) -> None:
    for kind in AWAY:
        app.register_error_handler(kind, _away)
    app.register_error_handler(BUSY, _busy)


def _busy(_error: Exception) -> Response:
    detail = "Every database connection of this process is busy."
    return respond(unavailable(detail, code="database_busy", retry_after=1))


def _away(error: Exception) -> Response:
    if sql_state(error) == DISK_FULL:
        logger.error("the disk of the database is full")
        return respond(unavailable("The disk of the database is full.", code="database_full", retry_after=60))
    logger.error("the database does not answer: %s", type(driver_error(error)).__name__)
    return respond(unavailable("The database does not answer.", code="database_unavailable"))
