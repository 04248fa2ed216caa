"""The Flask app: ``flask --app identity run``."""

import functools

from argon2 import Parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import Flask, Response

from identity.calls.account import api as account
from identity.calls.bodies import MAX_BODY_BYTES
from identity.calls.by_link import api as by_link
from identity.calls.devices import api as devices
from identity.calls.internal import api as internal
from identity.calls.sign_in import api as sign_in
from identity.calls.sign_on import api as sign_on
from identity.calls.tokens import api as tokens
from identity.calls.users import api as users
from identity.services import Services, keep_services
from identity.settings import Settings
from stackroom_kit.actor import ActorSigner
from stackroom_kit.api import UNKNOWN_ARGUMENT
from stackroom_kit.authorization import install_authorization
from stackroom_kit.openapi import Document, serve_document
from stackroom_kit.settings import read_settings
from stackroom_kit.web import EVERY_CALL, install
from stackroom_sql.engine import server_version
from stackroom_sql.problems import register_database_problems

DOCUMENT = Document(
    "Stackroom identity", "Who is there, and what they may do.", (*EVERY_CALL, *UNKNOWN_ARGUMENT), (), has_actors=True
)


def _keep_nowhere(response: Response) -> Response:
    """Answers of identity hold secrets, or say who is there."""
    response.headers["Cache-Control"] = "no-store"
    return response


def create_app(settings: Settings | None = None, parameters: Parameters = RFC_9106_LOW_MEMORY) -> Flask:
    """``parameters`` are those under which passwords are stored."""
    settings = settings or read_settings(Settings)
    app = Flask("identity", static_folder=None)
    here = Services.of(settings, parameters)
    keep_services(app, here)
    install(app, "identity", settings, {"postgresql": functools.partial(server_version, here.engine)})
    app.config["MAX_JSON_BYTES"] = min(MAX_BODY_BYTES, settings.max_json_bytes)
    install_authorization(app, ActorSigner(settings.actor_key))
    app.after_request(_keep_nowhere)
    register_database_problems(app)
    for blueprint in (sign_in, by_link, sign_on, account, tokens, devices, users, internal):
        app.register_blueprint(blueprint)
    serve_document(app, DOCUMENT.of(app))
    return app
