"""``POST /internal/authenticate``: what the gateway asks before it reads a body."""

from typing import Annotated

import msgspec
from flask import Response
from msgspec import Meta

from identity.authenticate import actor_of_session, actor_of_token
from identity.calls.bodies import WRITTEN, body_as
from identity.state import State
from stackroom_kit.actor import ANONYMOUS, CREDENTIAL_PROBLEMS, Actor
from stackroom_kit.api import JSON, Api, json_answer, json_of

Text = Annotated[str, Meta(max_length=1024)]


class Credential(msgspec.Struct, forbid_unknown_fields=True):
    """What a client showed: the value of its cookie, or its bearer token, which counts where there are both."""

    session: Text = ""
    token: Text = ""
    address: Text = ""


def internal_api(state: State) -> Api:
    api = Api("internal", __name__, "/internal", tag="internal")

    @api.call(
        "POST",
        "/authenticate",
        right="service",
        body={JSON: Credential},
        answers={200: json_of(Actor, "Who it is.")},
        problems=(*WRITTEN, *CREDENTIAL_PROBLEMS),
    )
    def authenticate() -> Response:
        """Who shows this session or token; 401 where nobody can be found."""
        shown = body_as(Credential)
        return json_answer(_actor(shown, state))

    return api


def _actor(shown: Credential, state: State) -> Actor:
    """Nobody is somebody too: the gateway asks for whoever shows something, but need not know what that is."""
    if shown.token:
        return actor_of_token(state.engine, shown.token, state.peppers, shown.address)
    if shown.session:
        return actor_of_session(state.engine, shown.session, state.lifetime, shown.address)
    return msgspec.structs.replace(ANONYMOUS, address=shown.address)
