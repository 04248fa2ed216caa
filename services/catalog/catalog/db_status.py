"""``GET /api/db-status``: whether the database answers, and which server it is."""

import msgspec
from flask import Response
from sqlalchemy import Engine

from stackroom_kit.api import Api, json_answer, json_of
from stackroom_sql.engine import server_version
from stackroom_sql.problems import DATABASE_PROBLEMS


class DatabaseStatus(msgspec.Struct):
    status: str
    database: str
    server_version: str


def db_status_blueprint(engine: Engine) -> Api:
    """503 comes from the handler of database errors, which never shows an address or a password."""
    api = Api("db_status", __name__, "/api/db-status", tag="state", problems=DATABASE_PROBLEMS)

    @api.call("GET", "", right="reader", answers={200: json_of(DatabaseStatus, "It answers.")})
    def read_db_status() -> Response:
        """Whether the database answers, and which server it is."""
        return json_answer(DatabaseStatus("ok", engine.dialect.name, str(server_version(engine))))

    return api
