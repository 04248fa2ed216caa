"""``/worker-tokens``: tokens of hosts with workers, which administrators make, list and take back."""

import re
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from flask import Response
from msgspec import Meta

from importer.ledger import worker_tokens
from importer.ledger.worker_tokens import (
    MAX_TOKENS,
    NameHasTokenError,
    TooManyTokensError,
    WantedToken,
    WorkerToken,
)
from importer.problems import (
    BAD_EXPIRY,
    BAD_QUEUE_NAME,
    BAD_TOKEN_NAME,
    NEW_WORKER_TOKEN,
    TOKEN_NAME_TAKEN,
    TOO_MANY_TOKENS,
    WORKER_TOKENS_OFF,
)
from importer.services import services
from importer.settings import PEPPERS_SETTING
from stackroom_jobs.queues import QUEUE_WORD, check_queue
from stackroom_kit.api import JSON, Api, Count, json_answer, json_of
from stackroom_kit.arguments import id_parameter
from stackroom_kit.authorization import current_actor
from stackroom_kit.json_struct import json_struct
from stackroom_kit.peppers import Peppers
from stackroom_kit.problems import NOT_FOUND
from stackroom_kit.token_form import WORKER_TOKEN
from stackroom_sql.problems import DATABASE_PROBLEMS

MAX_DAYS = 3650
MAX_QUEUES = 50
NAME_WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
NO_STORE = {"Cache-Control": "no-store"}
api = Api(
    "worker_tokens",
    __name__,
    "/api/importer/worker-tokens",
    tag="workers",
    path_parameters=(id_parameter("token_id", "The id of the token."),),
    problems=DATABASE_PROBLEMS,
)
Name = Annotated[str, Meta(max_length=200, extra_json_schema={"pattern": f"^{NAME_WORD}$"})]
Days = Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": MAX_DAYS})]
Queue = Annotated[str, Meta(max_length=200, extra_json_schema={"pattern": f"^{QUEUE_WORD}$".replace(r"\Z", "$")})]


class NewWorkerToken(msgspec.Struct, forbid_unknown_fields=True):
    """``name`` is that of the host. Without ``queues`` it is for all of them, without ``days`` it has no end."""

    name: Name
    queues: Annotated[list[Queue], Meta(max_length=MAX_QUEUES)] = []
    days: Days | None = None


class MadeWorkerToken(msgspec.Struct):
    """``secret`` is shown here and never again."""

    secret: Annotated[str, Meta(extra_json_schema={"pattern": f"^{WORKER_TOKEN.pattern}$"})]
    token: WorkerToken


class WorkerTokenList(msgspec.Struct):
    items: list[WorkerToken]
    total: Count


class TakenBack(msgspec.Struct):
    status: str


@api.call("GET", "", right="admin", answers={200: json_of(WorkerTokenList, "The tokens.")})
def list_worker_tokens() -> Response:
    """Tokens of hosts with workers, those that were taken back at the end.

    Those of the setting WORKER_TOKEN are not among them.
    """
    items = worker_tokens.list_tokens(services().engine)
    return json_answer(WorkerTokenList(items, len(items)))


@api.call(
    "POST",
    "",
    right="admin",
    body={JSON: NewWorkerToken},
    answers={201: json_of(MadeWorkerToken, "The token and its secret.", **{"Cache-Control": "`no-store`"})},
    problems=NEW_WORKER_TOKEN,
)
def make_worker_token() -> Response:
    """Make the token of a host; its secret is in this answer alone."""
    wanted = _wanted(json_struct(NewWorkerToken))
    try:
        token, secret = worker_tokens.make_token(services().engine, wanted, _peppers())
    except NameHasTokenError:
        detail = f"There is a token of {wanted.name} already: take it back first, or choose another name."
        raise TOKEN_NAME_TAKEN.at("/name", detail) from None
    except TooManyTokensError:
        raise TOO_MANY_TOKENS(f"There are at most {MAX_TOKENS} valid worker tokens; take one back first.") from None
    return json_answer(MadeWorkerToken(secret, token), 201, NO_STORE)


def _peppers() -> Peppers:
    peppers = services().peppers
    if peppers is None:
        raise WORKER_TOKENS_OFF(f"{PEPPERS_SETTING} of the importer is not set, so no worker token can be made.")
    return peppers


def _wanted(offered: NewWorkerToken) -> WantedToken:
    """Problem 400 that names the field."""
    if not re.fullmatch(NAME_WORD, offered.name, re.ASCII):
        detail = "A name consists of Latin letters, digits and . _ -, at most 63, and begins with a letter or a digit."
        raise BAD_TOKEN_NAME.at("/name", detail)
    if offered.days is not None and not 1 <= offered.days <= MAX_DAYS:
        raise BAD_EXPIRY.at("/days", f"A worker token lives 1 to {MAX_DAYS} days, or without an end.")
    return WantedToken(offered.name, _checked(offered.queues), offered.days, current_actor().name)


def _checked(queues: Sequence[str]) -> list[str]:
    """In the order of the alphabet, each once."""
    for place, queue in enumerate(queues):
        try:
            check_queue(queue)
        except ValueError as error:
            raise BAD_QUEUE_NAME.at(f"/queues/{place}", f"{error}.") from None
    return sorted(set(queues))


@api.call(
    "DELETE",
    "/<uuid:token_id>",
    right="admin",
    answers={200: json_of(TakenBack, "Within two seconds nothing is taken from its host or given to it.")},
)
def revoke_worker_token(token_id: UUID) -> Response:
    """Take a token back.

    What its workers hold is due again when its lease ends, and done by others.
    """
    if not worker_tokens.revoke_token(services().engine, token_id):
        raise NOT_FOUND("There is no such worker token.")
    return json_answer(TakenBack("revoked"))
