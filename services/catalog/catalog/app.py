"""The Flask app: ``flask --app catalog run``."""

import functools
import weakref
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import BLANK_SCHEMA, Engine, MetaData

from catalog.bulk.caller import SECURITY_SCHEMES
from catalog.bulk.routes import bulk_blueprint
from catalog.crud.body import FIELD_FAULTS
from catalog.crud.repository import repositories
from catalog.crud.resource import Resource
from catalog.crud.routes import crud_blueprint
from catalog.database import make_engine
from catalog.db_status import db_status_blueprint
from catalog.register import register_blueprint
from catalog.resources import RESOURCES
from catalog.settings import Settings
from stackroom_kit.actor import signer_of
from stackroom_kit.api import UNKNOWN_ARGUMENT
from stackroom_kit.authorization import install_authorization
from stackroom_kit.openapi import Document, serve_document
from stackroom_kit.settings import read_settings
from stackroom_kit.web import EVERY_CALL, install
from stackroom_sql.engine import server_version
from stackroom_sql.problems import register_database_problems

DOCUMENT = Document(
    "Stackroom catalog",
    "Groups and types of book files.",
    (*EVERY_CALL, *UNKNOWN_ARGUMENT),
    FIELD_FAULTS,
    security=SECURITY_SCHEMES,
    has_actors=True,
)


def _prepare_sqlite(app: Flask, engine: Engine, resources: Sequence[Resource]) -> None:
    """SQLite is for tests and first looks: its tables are made at once, and it closes with the app."""
    if engine.dialect.name == "sqlite":
        tables = MetaData()
        for resource in resources:  # without schemas, which it has not: it would leave out references between them
            resource.table.to_metadata(tables, schema=None, referred_schema_fn=lambda *_: BLANK_SCHEMA)
        tables.create_all(engine)
        weakref.finalize(app, engine.dispose)


def create_app(settings: Settings | None = None, resources: Sequence[Resource] = RESOURCES) -> Flask:
    settings = settings or read_settings(Settings)
    app = Flask("catalog", static_folder=None)
    engine = make_engine(settings.database_uri, settings.db_pool_size, settings.search_seconds)
    install(app, "catalog", settings, {"postgresql": functools.partial(server_version, engine)})
    install_authorization(app, signer_of(settings))
    register_database_problems(app)
    all_repositories = repositories(resources, engine)
    for repository in all_repositories:
        app.register_blueprint(crud_blueprint(repository))
    app.register_blueprint(bulk_blueprint(all_repositories, engine, settings))
    app.register_blueprint(register_blueprint(resources, settings))
    app.register_blueprint(db_status_blueprint(engine))
    serve_document(app, DOCUMENT.of(app))
    _prepare_sqlite(app, engine, resources)
    return app
