"""The Flask app: ``flask --app identity run``."""

import functools

from argon2 import Parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import Flask, Response

from identity.calls.account import account_api
from identity.calls.bodies import MAX_BODY_BYTES
from identity.calls.devices import devices_api
from identity.calls.internal import internal_api
from identity.calls.sign_in import sign_in_api
from identity.calls.tokens import tokens_api
from identity.calls.users import users_api
from identity.database import make_engine
from identity.oidc.calls import oidc_api
from identity.passwords import Passwords
from identity.sessions import Lifetime
from identity.settings import Settings
from identity.sign_in_limits import SignInLimits
from identity.state import State, sign_on_of
from stackroom_kit.actor import ActorSigner
from stackroom_kit.api import UNKNOWN_ARGUMENT
from stackroom_kit.authorization import install_authorization
from stackroom_kit.openapi import Document, serve_document
from stackroom_kit.peppers import Peppers
from stackroom_kit.settings import read_settings
from stackroom_kit.web import EVERY_CALL, install
from stackroom_sql.engine import server_version
from stackroom_sql.problems import register_database_problems

DOCUMENT = Document(
    "Stackroom identity", "Who is there, and what they may do.", (*EVERY_CALL, *UNKNOWN_ARGUMENT), (), has_actors=True
)


def make_state(settings: Settings, parameters: Parameters) -> State:
    """SettingsError where peppers are missing or wrong, or settings contradict each other."""
    peppers = Peppers.of(settings.token_peppers, "TOKEN_PEPPERS")
    engine = make_engine(settings.database_uri, settings.db_pool_size)
    return State(
        engine,
        Passwords(settings.hashes_at_once, parameters, settings.web_threads),
        peppers,
        SignInLimits(engine, peppers),
        Lifetime(settings.session_idle_minutes, settings.session_days),
        settings.max_token_days,
        settings.local_sign_in,
        sign_on_of(settings, peppers),
    )


def _keep_nowhere(response: Response) -> Response:
    """Answers of identity hold secrets, or say who is there."""
    response.headers["Cache-Control"] = "no-store"
    return response


def create_app(settings: Settings | None = None, parameters: Parameters = RFC_9106_LOW_MEMORY) -> Flask:
    """``parameters`` are those under which passwords are stored."""
    settings = settings or read_settings(Settings)
    state, signer = make_state(settings, parameters), ActorSigner(settings.actor_key)
    app = Flask("identity", static_folder=None)
    install(app, "identity", settings, {"postgresql": functools.partial(server_version, state.engine)})
    app.config["MAX_JSON_BYTES"] = min(MAX_BODY_BYTES, settings.max_json_bytes)
    install_authorization(app, signer)
    app.after_request(_keep_nowhere)
    register_database_problems(app)
    for api in (sign_in_api, oidc_api, account_api, tokens_api, devices_api, users_api, internal_api):
        app.register_blueprint(api(state))
    serve_document(app, DOCUMENT.of(app))
    return app
