"""The calls of sign-on: to the provider, back from it, and out when the provider says so.

Whatever goes wrong between leads a person to the sign-in page with a code; what it was stands in the log.
"""

import logging
from urllib.parse import quote

import msgspec
from flask import Response, request

from identity.calls import cookies
from identity.calls.answers import start_session
from identity.calls.bodies import Ended
from identity.oidc import logout
from identity.oidc.flow import (
    STATE_SECONDS,
    CallbackAnswer,
    Started,
    arrive,
    back_path,
    begin,
    callback_answer,
    check_answer,
    check_state,
)
from identity.oidc.logins import admit
from identity.oidc.people import person_of
from identity.problems import OIDC_AWAY, OIDC_FAILED, OIDC_PROBLEMS, TOO_MANY_TRIES
from identity.services import SignOn, services
from stackroom_kit.api import Answer, Api, Parameter, json_answer, json_of
from stackroom_kit.authorization import current_actor
from stackroom_kit.problems import NOT_FOUND, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, Problem
from stackroom_kit.public_path import public_path
from stackroom_sql.engine import transaction
from stackroom_sql.problems import DATABASE_PROBLEMS

logger = logging.getLogger(__name__)
CODES = frozenset(kind.code for kind in (*OIDC_PROBLEMS, TOO_MANY_TRIES))
FORM = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 64 * 1024
FRESH_SECONDS = 10.0  # so lately must the provider have answered, or a browser would be sent to where nobody is
TEXT = {"type": "string"}
LOGOUT_FORM = {FORM: {"type": "object", "required": ["logout_token"], "properties": {"logout_token": TEXT}}}
NEXT = Parameter("next", TEXT, "The page to come back to.")
PROVIDER_ANSWER = tuple(
    Parameter(name, TEXT, f"`{name}` of the provider's answer.") for name in CallbackAnswer.__struct_fields__
)
COOKIE = {"Set-Cookie": "What this browser has to show when it comes back, or the session."}
TO_PROVIDER = Answer("To the provider.", headers={"Location": "Where to go."}, sometimes=COOKIE)
FROM_PROVIDER = Answer("Signed in, or not.", headers={"Location": "A page of ours."}, sometimes=COOKIE)
# A provider may add parameters of its own to its answer.
api = Api("oidc", __name__, "/api/identity", tag="session", takes_any_query=True)


class Button(msgspec.Struct):
    """``button`` is the name of the provider."""

    button: str


class SignInOptions(msgspec.Struct):
    """``password``: a name and a password may be tried. ``oidc`` is the provider, null where there is none."""

    password: bool
    oidc: Button | None


def see_other(address: str) -> Response:
    return Response(status=303, headers={"Location": address})


def to_sign_in_page(problem: Problem, back: str = "/") -> Response:
    """With the code of what a person can be told, and the page that was asked for; anything else stays an error."""
    if problem.code not in CODES:
        raise problem
    logger.warning("sign-on from %s ended with %s: %s", current_actor().address, problem.code, problem.detail)
    asked = f"&back={quote(back, safe='/')}" if back != "/" else ""
    return see_other(f"{public_path('/sign-in')}?problem={problem.code}{asked}")


@api.call("GET", "/sign-in-options", right=None, answers={200: json_of(SignInOptions, "The ways in.")})
def sign_in_options() -> Response:
    """In which ways people may sign in."""
    here = services()
    button = Button(here.sign_on.config.button) if here.sign_on else None
    return json_answer(SignInOptions(here.settings.local_sign_in != "off", button))


def _sign_on() -> SignOn:
    """Problem 404 without a provider."""
    found = services().sign_on
    if found is None:
        raise NOT_FOUND("Nobody signs on by a provider here.")
    return found


@api.call("GET", "/oidc/start", right=None, parameters=(NEXT,), answers={303: TO_PROVIDER}, problems=(NOT_FOUND,))
def oidc_start() -> Response:
    """Go to the provider to sign in.

    It leads back to `next`, a path of this site; where the provider is away, to the sign-in page.
    """
    sign_on, back = _sign_on(), back_path(request.args.get("next", ""))
    try:
        with sign_on.provider.turn():
            metadata = sign_on.provider.metadata(FRESH_SECONDS)
    except Problem as problem:
        return to_sign_in_page(problem, back)
    started, address = begin(sign_on.config, metadata, back)
    response = see_other(address)
    cookies.remember_sign_on(response, sign_on.seal.closed(started), STATE_SECONDS)
    return response


@api.call(
    "GET",
    "/oidc/callback",
    right=None,
    parameters=PROVIDER_ANSWER,
    answers={303: FROM_PROVIDER},
    problems=(NOT_FOUND, *DATABASE_PROBLEMS),
)
def oidc_callback() -> Response:
    """Come back from the provider, and be signed in.

    Whatever is wrong with the answer leads to `/sign-in?problem=` with a code, and changes nothing.
    """
    sign_on = _sign_on()
    try:
        answer = callback_answer(request.args)
        started = check_state(sign_on.seal.opened(cookies.sign_on(), Started, STATE_SECONDS), answer)
    except Problem as problem:
        return to_sign_in_page(problem)
    try:
        with services().limits.sign_on(current_actor().address):
            secret = _signed_in(sign_on, started, answer)
    except Problem as problem:
        response = to_sign_in_page(problem, started.next)
    else:
        response = see_other(public_path(started.next))
        cookies.remember(response, secret)
    cookies.forget_sign_on(response)
    return response


def _signed_in(sign_on: SignOn, started: Started, answer: CallbackAnswer) -> str:
    """The secret of the new session."""
    with sign_on.provider.turn():
        metadata = sign_on.provider.metadata()
        check_answer(answer, metadata)
        arrived = arrive(sign_on.config, sign_on.provider, started, answer.code)
    person = person_of(arrived.claims, sign_on.config)
    with transaction(services().engine) as connection:
        admitted = admit(connection, person)
        if not isinstance(admitted, Problem):
            secret = start_session(connection, admitted.id)
            logout.remember(connection, secret, arrived, metadata, sign_on.seal)
    if isinstance(admitted, Problem):
        raise admitted
    logger.info("user %s signed in by the provider", admitted.id)
    return secret


@api.call(
    "POST",
    "/oidc/back-channel-logout",
    right=None,
    body=LOGOUT_FORM,
    answers={200: json_of(Ended, "They are over.")},
    problems=(NOT_FOUND, UNSUPPORTED_MEDIA_TYPE, OIDC_FAILED, OIDC_AWAY, *DATABASE_PROBLEMS),
)
def back_channel_logout() -> Response:
    """End the sessions that the provider names (OpenID Connect Back-Channel Logout)."""
    sign_on = _sign_on()
    if request.mimetype != FORM:
        raise UNSUPPORTED_MEDIA_TYPE(f"Send the logout token as {FORM}.", headers={"Accept-Post": FORM})
    if (request.content_length or 0) > MAX_FORM_BYTES:
        raise TOO_LARGE(f"The form may have at most {MAX_FORM_BYTES} bytes.")
    with sign_on.provider.turn():
        token = logout.logout_token(request.form.get("logout_token", ""), sign_on.config, sign_on.provider)
    with transaction(services().engine) as connection:
        count = logout.end_sessions(connection, token, sign_on.config.issuer)
    logger.info("the provider ended %d sessions", count)
    return json_answer(Ended("ended", count))
