"""``POST /internal/authenticate``: what the gateway asks before it reads a body."""

from typing import Annotated

import msgspec
from flask import Response
from msgspec import Meta

from identity.authenticate import actor_of_session, actor_of_token
from identity.services import services
from stackroom_kit.actor import ANONYMOUS, CREDENTIAL_PROBLEMS, Actor
from stackroom_kit.api import JSON, Api, json_answer, json_of
from stackroom_kit.json_struct import STRUCT_PROBLEMS, json_struct
from stackroom_sql.problems import DATABASE_PROBLEMS

api = Api("internal", __name__, "/internal", problems=DATABASE_PROBLEMS)
Text = Annotated[str, Meta(max_length=1024)]


class Credential(msgspec.Struct, forbid_unknown_fields=True):
    """What a client showed: the value of its cookie, or its bearer token, which counts where there are both."""

    session: Text = ""
    token: Text = ""
    address: Text = ""


@api.call(
    "POST",
    "/authenticate",
    right="service",
    body={JSON: Credential},
    answers={200: json_of(Actor, "Who it is.")},
    problems=(*STRUCT_PROBLEMS, *CREDENTIAL_PROBLEMS),
)
def authenticate() -> Response:
    """Who shows this session or token; 401 where nobody can be found.

    Whoever shows neither is anonymous.
    """
    shown, here = json_struct(Credential), services()
    if shown.token:
        return json_answer(actor_of_token(here.engine, shown.token, here.peppers, shown.address))
    if shown.session:
        return json_answer(actor_of_session(here.engine, shown.session, here.lifetime, shown.address))
    return json_answer(msgspec.structs.replace(ANONYMOUS, address=shown.address))
