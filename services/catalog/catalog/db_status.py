"""``GET /api/db-status``: whether the database answers, and which server it is."""

from typing import Any

from flask import Blueprint
from sqlalchemy import Engine

from stackroom_kit.arguments import refuse_unknown_arguments
from stackroom_sql.engine import server_version


def db_status_blueprint(engine: Engine) -> Blueprint:
    """503 comes from the handler of database errors, which never shows an address or a password."""
    blueprint = Blueprint("db_status", __name__, url_prefix="/api/db-status")

    @blueprint.get("")
    def read_db_status() -> dict[str, Any]:
        refuse_unknown_arguments(())
        return {"status": "ok", "database": engine.dialect.name, "server_version": server_version(engine)}

    return blueprint
