"""The own API tokens: listed, made and taken back."""

from typing import Annotated
from uuid import UUID

import msgspec
from flask import Response
from msgspec import Meta

from identity import tokens
from identity.calls.bodies import Done, as_id
from identity.problems import BAD_EXPIRY, BAD_NETWORK, SCOPES_TOO_WIDE, TOO_MANY_TOKENS
from identity.services import services
from identity.shown_line import shown_line
from identity.tokens import MAX_NETWORKS, Token, Wanted, checked_networks
from stackroom_kit.api import JSON, Api, json_answer, json_of
from stackroom_kit.arguments import BAD_TEXT, id_parameter
from stackroom_kit.authorization import current_actor
from stackroom_kit.json_struct import STRUCT_PROBLEMS, json_struct
from stackroom_kit.problems import NOT_FOUND, FieldError
from stackroom_kit.rights import RIGHTS, Right, Role, missing
from stackroom_kit.token_form import API_TOKEN
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

MAX_NAME = 100  # characters
DEFAULT_DAYS = 90
REVOKED = {200: json_of(Done, "It is refused from now on.")}
api = Api(
    "tokens",
    __name__,
    "/api/identity/tokens",
    path_parameters=(id_parameter("token_id", "The id of the token."),),
    problems=DATABASE_PROBLEMS,
)


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """``scopes`` are rights; ``networks`` those from which it may be used, all where none is named."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    scopes: Annotated[list[Role], Meta(min_length=1, max_length=len(RIGHTS))]
    days: int = DEFAULT_DAYS
    networks: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=MAX_NETWORKS)] = []


class MadeToken(msgspec.Struct):
    """``secret`` is shown here and never again."""

    secret: Annotated[str, Meta(pattern=rf"\A{API_TOKEN.pattern}\Z")]
    token: Token


class Tokens(msgspec.Struct):
    """``total`` counts those that are not listed, too."""

    items: list[Token]
    total: int


def checked_scopes(scopes: list[Role], held: tuple[Right, ...]) -> list[Right]:
    """In the order of rights, each once. Problem 403 that names every one which its owner has not."""
    lacking = missing(scopes, held)
    if lacking:
        code = SCOPES_TOO_WIDE.code
        errors = [FieldError("/scopes", code, f"You do not have {right!r} yourself.") for right in lacking]
        raise SCOPES_TOO_WIDE(f"A token may do at most what you may: not {', '.join(lacking)}.", *errors)
    return [right for right in held if right in scopes]


@api.call("GET", "", right="session", answers={200: json_of(Tokens, "The tokens.")})
def list_tokens() -> Response:
    """The own tokens: all that can be used, then the newest of those that are over or were taken back."""
    return json_answer(Tokens(*tokens.of_user(services().engine, as_id(current_actor().id))))


@api.call(
    "POST",
    "",
    right="session",
    body={JSON: NewToken},
    answers={201: json_of(MadeToken, "The token and its secret.")},
    problems=(*STRUCT_PROBLEMS, BAD_TEXT, BAD_EXPIRY, BAD_NETWORK, SCOPES_TOO_WIDE, TOO_MANY_TOKENS),
)
def make_token() -> Response:
    """Make a token; its secret is in this answer alone."""
    actor, offered, most = current_actor(), json_struct(NewToken), services().settings.max_token_days
    if not 1 <= offered.days <= most:
        raise BAD_EXPIRY.at("/days", f"A token lives 1 to {most} days.")
    scopes, networks = checked_scopes(offered.scopes, actor.rights), checked_networks(offered.networks)
    wanted = Wanted(shown_line(offered.name, "/name"), scopes, networks, offered.days)
    with transaction(services().engine) as connection:
        token, secret = tokens.make(connection, as_id(actor.id), wanted, services().peppers)
    return json_answer(MadeToken(secret, token), 201)


@api.call("DELETE", "/this", right="somebody", answers=REVOKED, problems=(NOT_FOUND,))
def revoke_this_token() -> Response:
    """Take back the token that makes the call: the way out of a program that signed in."""
    actor = current_actor()
    if actor.kind != "token":
        raise NOT_FOUND("This call was made with no token.")
    with services().engine.connect() as connection:
        tokens.revoke(connection, as_id(actor.id), as_id(actor.credential))
    return json_answer(Done("revoked"))


@api.call("DELETE", "/<uuid:token_id>", right="session", answers=REVOKED)
def revoke_token(token_id: UUID) -> Response:
    """Take a token back: it is refused from now on, and stays in the list."""
    actor = current_actor()
    with services().engine.connect() as connection:
        if not tokens.revoke(connection, as_id(actor.id), token_id):
            raise NOT_FOUND("There is no such token of yours.")
    return json_answer(Done("revoked"))
