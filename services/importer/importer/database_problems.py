"""What a caller sees when PostgreSQL is away: 503 with Retry-After, and never an address or a statement."""

import logging

import psycopg2
import psycopg2.errors
from flask import Flask, Response
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from stackroom_kit.problems import respond, unavailable

logger = logging.getLogger(__name__)
DATABASE_PROBLEMS = {503: ("database_busy", "database_full", "database_unavailable")}

# COPY runs on the driver's own cursor, so its errors come without SQLAlchemy's wrapping.
AWAY = (OperationalError, InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError)


def _busy(_error: Exception) -> Response:
    detail = "Every database connection of this process is busy."
    return respond(unavailable(detail, code="database_busy", retry_after=1))


def _away(error: Exception) -> Response:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg2.errors.DiskFull):
        logger.error("the disk of the database is full")
        return respond(unavailable("The disk of the database is full.", code="database_full", retry_after=60))
    logger.error("the database does not answer: %s", type(cause).__name__)
    return respond(unavailable("The database does not answer.", code="database_unavailable"))


def register_database_problems(app: Flask) -> None:
    app.register_error_handler(PoolTimeoutError, _busy)
    for kind in AWAY:
        app.register_error_handler(kind, _away)
