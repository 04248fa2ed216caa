"""The Flask app of the public API: ``flask --app importer run``."""

from flask import Flask

from importer.api.batch_list import api as batch_list
from importer.api.batches import api as batches
from importer.api.document import document
from importer.api.media import UPLOAD_ENDPOINT
from importer.api.media import api as media
from importer.api.operations import api as operations
from importer.api.preview import api as preview
from importer.api.results import api as results
from importer.api.tasks import api as tasks
from importer.api.worker_tokens import api as worker_tokens
from importer.api.workers import api as workers
from importer.blueprints import own_blueprints
from importer.readiness import checks
from importer.services import Services, keep_services
from importer.settings import Settings
from stackroom_kit.actor import signer_of
from stackroom_kit.authorization import install_authorization
from stackroom_kit.openapi import serve_document
from stackroom_kit.settings import read_settings
from stackroom_kit.web import install
from stackroom_sql.problems import register_database_problems

APIS = (tasks, batches, batch_list, results, preview, operations, workers, worker_tokens, media)
GZIPPED = ("batches.create_batch", "preview.preview")


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or read_settings(Settings)
    app = Flask("importer", static_folder=None)
    here = Services.of(settings)
    keep_services(app, here)
    install(app, "importer", settings, checks(here), {UPLOAD_ENDPOINT: settings.max_media_bytes}, GZIPPED)
    install_authorization(app, signer_of(settings))
    register_database_problems(app)
    for blueprint in (*APIS, *own_blueprints()):
        app.register_blueprint(blueprint)
    serve_document(app, document(here.registry).of(app))
    return app
