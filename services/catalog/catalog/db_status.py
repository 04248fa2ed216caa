"""``GET /api/db-status``: whether the database answers, and which server it is."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from sqlalchemy import Engine, text

from stackroom_kit.arguments import refuse_unknown_arguments

VERSIONS = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}


def database_answers(engine: Engine) -> Callable[[], str]:
    """A check that gives the server's version."""

    def check() -> str:
        with engine.connect() as connection:
            return str(connection.execute(text(VERSIONS[engine.dialect.name])).scalar())

    return check


def db_status_blueprint(engine: Engine) -> Blueprint:
    """503 comes from the handler of database errors, which never shows an address or a password."""
    blueprint = Blueprint("db_status", __name__, url_prefix="/api/db-status")
    server_version = database_answers(engine)

    @blueprint.get("")
    def read_db_status() -> dict[str, Any]:
        refuse_unknown_arguments(())
        return {"status": "ok", "database": engine.dialect.name, "server_version": server_version()}

    return blueprint
