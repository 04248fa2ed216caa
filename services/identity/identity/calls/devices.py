"""Device authorization (RFC 8628): a program without a browser is let in by a person who has one."""

import logging
from typing import Annotated

import msgspec
from flask import Response
from msgspec import Meta

from identity import devices, tokens
from identity.calls.bodies import Done, Secret, as_id
from identity.calls.tokens import DEFAULT_DAYS, MAX_NAME, checked_scopes
from identity.devices import INTERVAL_SECONDS, MINUTES, Waiting
from identity.problems import (
    ACCESS_DENIED,
    AUTHORIZATION_PENDING,
    EXPIRED_TOKEN,
    SCOPES_TOO_WIDE,
    SLOW_DOWN,
    TOO_MANY_TOKENS,
    TOO_MANY_TRIES,
)
from identity.services import services
from identity.shown_line import shown_line
from identity.tokens import Wanted
from stackroom_kit.api import JSON, Api, Parameter, json_answer, json_of
from stackroom_kit.arguments import BAD_TEXT
from stackroom_kit.authorization import current_actor
from stackroom_kit.json_struct import STRUCT_PROBLEMS, json_struct
from stackroom_kit.problems import NOT_FOUND, Problem
from stackroom_kit.public_path import public_path
from stackroom_kit.rights import RIGHTS, ROLES, Role
from stackroom_kit.token_form import API_TOKEN
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

logger = logging.getLogger(__name__)
PAGE = "/device"
USER_CODE = Parameter(
    "user_code", {"type": "string"}, "What the program shows, such as BCDF-GHJK.", "path", (NOT_FOUND,)
)
api = Api("devices", __name__, "/api/identity/device", path_parameters=(USER_CODE,), problems=DATABASE_PROBLEMS)


class NewDevice(msgspec.Struct, forbid_unknown_fields=True):
    """``client`` is shown to the person who is asked, and names the token."""

    client: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]


class Device(msgspec.Struct):
    """``verification_uri`` is a path on this server, since only the client knows under which name it was reached."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class DeviceCode(msgspec.Struct, forbid_unknown_fields=True):
    device_code: Secret


class DeviceToken(msgspec.Struct):
    """``access_token`` is an API token, shown here and never again; ``expires_in`` are seconds."""

    access_token: Annotated[str, Meta(pattern=rf"\A{API_TOKEN.pattern}\Z")]
    token_type: str
    expires_in: int
    scope: str


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """``scopes`` are the rights that the token of the program has; they count where it is allowed."""

    is_allowed: bool
    scopes: Annotated[list[Role], Meta(max_length=len(RIGHTS))] = []


@api.call(
    "POST",
    "",
    right=None,
    body={JSON: NewDevice},
    answers={200: json_of(Device, "What to show to the person, and what to ask with.")},
    problems=(*STRUCT_PROBLEMS, BAD_TEXT, TOO_MANY_TRIES),
)
def begin_device() -> Response:
    """Ask to be let in: a person has to type the user code on the page that is named."""
    client = shown_line(json_struct(NewDevice).client, "/client")
    with transaction(services().engine) as connection:
        secret, user_code = devices.begin(connection, client, current_actor().address)
    page = public_path(PAGE)
    whole = f"{page}?code={user_code}"
    return json_answer(Device(secret, user_code, page, whole, MINUTES * 60, INTERVAL_SECONDS))


@api.call(
    "POST",
    "/token",
    right=None,
    body={JSON: DeviceCode},
    answers={200: json_of(DeviceToken, "The token.")},
    problems=(*STRUCT_PROBLEMS, AUTHORIZATION_PENDING, SLOW_DOWN, ACCESS_DENIED, EXPIRED_TOKEN, TOO_MANY_TOKENS),
)
def ask_device() -> Response:
    """Ask what was decided; the token is in the first answer after a yes, and in no other."""
    secret, here = json_struct(DeviceCode).device_code, services()
    days = min(DEFAULT_DAYS, here.settings.max_token_days)
    with transaction(here.engine) as connection:
        decided = devices.ask(connection, secret)
        if not isinstance(decided, Problem):
            wanted = Wanted(decided.client, decided.scopes, [], days)
            _token, shown = tokens.make(connection, decided.user_id, wanted, here.peppers)
    if isinstance(decided, Problem):
        raise decided
    logger.info("user %s let a program in", decided.user_id)
    return json_answer(DeviceToken(shown, "Bearer", days * 24 * 3600, " ".join(decided.scopes)))


@api.call("GET", "/<user_code>", right="session", answers={200: json_of(Waiting, "The program.")})
def read_device(user_code: str) -> Response:
    """Which program waits with this code."""
    with services().engine.connect() as connection:
        return json_answer(devices.find(connection, user_code))


@api.call(
    "POST",
    "/<user_code>",
    right="session",
    body={JSON: Decision},
    answers={200: json_of(Done, "It is decided.")},
    problems=(*STRUCT_PROBLEMS, SCOPES_TOO_WIDE),
)
def decide_device(user_code: str) -> Response:
    """Let a program in, in the own name, or not."""
    actor, offered = current_actor(), json_struct(Decision)
    with transaction(services().engine) as connection:
        if offered.is_allowed:
            wanted = offered.scopes or [role for role in ROLES if role in actor.rights]
            scopes = checked_scopes(wanted, actor.rights)
            devices.allow(connection, user_code, as_id(actor.id), scopes)
        else:
            devices.refuse(connection, user_code)
    return json_answer(Done("allowed" if offered.is_allowed else "refused"))
