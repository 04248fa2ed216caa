"""The Flask app of the process ``importer-worker-api``."""

import functools

from flask import Flask

from importer.services import Services, keep_services
from importer.settings import Settings
from importer.worker_api.known_tokens import KnownTokens
from importer.worker_api.media import api as media
from importer.worker_api.problems import WORKER_TOKEN_NEEDED
from importer.worker_api.routes import api as chunks
from importer.worker_api.token import require_token
from importer.worker_api.workers import api as workers
from stackroom_kit.openapi import Document, serve_document
from stackroom_kit.settings import read_settings
from stackroom_kit.web import EVERY_CALL, install
from stackroom_sql.engine import server_version
from stackroom_sql.problems import register_database_problems

DOCUMENT = Document(
    "Stackroom worker API",
    "Chunks of batches for workers, and what became of them.",
    (*EVERY_CALL, WORKER_TOKEN_NEEDED),
    (),
    security={"worker": {"type": "http", "scheme": "bearer", "description": "A token that the importer knows."}},
    is_closed=True,
)


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or read_settings(Settings)
    app = Flask("importer.worker_api", static_folder=None)
    here = Services.of(settings)
    keep_services(app, here)
    install(app, "importer-worker-api", settings, {"postgresql": functools.partial(server_version, here.engine)})
    made = KnownTokens(here.engine, here.peppers) if here.peppers else None
    require_token(app, settings.worker_token, made)
    register_database_problems(app)
    for blueprint in (chunks, workers, media):
        app.register_blueprint(blueprint)
    serve_document(app, DOCUMENT.of(app))
    return app
