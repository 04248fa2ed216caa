"""Every role, every route, every method, by session and token, through the gateway: what is declared is enforced."""

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import requests
from flask import Flask

from stackroom_kit.actor import Actor, ActorSigner, SignedRequest
from stackroom_kit.api import declared_calls
from stackroom_kit.authorization import OPEN_ENDPOINTS
from stackroom_kit.rights import ROLES, Right, Role, rights_of
from stackroom_kit.settings import Secret
from tests.contract.test_openapi import app_of
from tests.support.gateway.process import running_gateway
from tests.support.identity.matrix import ADDED, Caller, Route, routes_of, wrong_answers
from tests.support.identity.settings import ACTOR_KEY
from tests.support.stacks.guarded import GuardedStack
from ui import create_app as create_gateway
from ui.settings import Settings as GatewaySettings

SERVICES = ("catalog", "identity", "importer")


def gateway() -> Flask:
    return create_gateway(GatewaySettings(auth="on", actor_key=ACTOR_KEY))


ROUTES = frozenset(route for app in (*map(app_of, SERVICES), gateway()) for route in routes_of(app))
DECLARED = [route for route in ROUTES if route.method not in ADDED]


def test_every_route_of_every_service_declares_its_right() -> None:
    """What the gateway does not declare are its pages, which need a reader."""
    for name in (*SERVICES, "importer.worker_api"):
        app = app_of(name)
        endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
        assert endpoints - set(declared_calls(app)) - OPEN_ENDPOINTS == set(), name
    assert {route.right for route in ROUTES if not route.is_page and route.path.startswith("/api/docs/")} == {"reader"}


@pytest.fixture(scope="module")
def open_gateway(stack: GuardedStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of the same stack, with AUTH_ANONYMOUS."""
    who = {"AUTH": "on", "ACTOR_KEY": ACTOR_KEY.reveal(), "AUTH_ANONYMOUS": "reader", "IDENTITY_URL": stack.identity}
    folder = tmp_path_factory.mktemp("open")
    with running_gateway(folder, stack.catalog, stack.importer, who) as (url, _):
        yield url


def by_session(stack: GuardedStack, role: Role) -> Caller:
    return Caller(stack.url, lambda: stack.sign_in(role), rights_of(role))


def by_token(stack: GuardedStack, role: Role, scopes: tuple[Right, ...]) -> Caller:
    def with_token() -> requests.Session:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {stack.token(role, scopes=list(scopes))}"
        return session

    return Caller(stack.url, with_token, scopes, is_token=True)


CALLERS: dict[str, Callable[[GuardedStack], Caller]] = {
    "nobody": lambda stack: Caller(stack.url, requests.Session, is_somebody=False),
    **{f"session of {role}": partial(by_session, role=role) for role in ROLES},
    **{f"token of {role}": partial(by_token, role=role, scopes=rights_of(role)) for role in ROLES},
    "narrow token": partial(by_token, role="admin", scopes=("operator",)),
}


@pytest.mark.parametrize("name", CALLERS)
def test_caller_may_make_the_calls_whose_right_he_has(stack: GuardedStack, name: str) -> None:
    assert wrong_answers(CALLERS[name](stack), DECLARED) == {}


@pytest.mark.parametrize("name", ["nobody", "narrow token"])
def test_methods_that_are_added_to_the_calls_need_what_these_need(stack: GuardedStack, name: str) -> None:
    assert wrong_answers(CALLERS[name](stack), ROUTES.difference(DECLARED)) == {}


def test_whoever_shows_nothing_may_look_where_that_is_allowed(stack: GuardedStack, open_gateway: str) -> None:
    caller = Caller(open_gateway, requests.Session, ("reader",), is_somebody=False)
    assert wrong_answers(caller, DECLARED) == {}


@pytest.mark.parametrize(
    ("method", "path", "declared"),
    [("GET", "/api/groups/", "editor"), ("POST", "/api/importer/batches", "reader"), ("GET", "/workers", "admin")],
)
def test_route_that_enforces_another_right_is_found(
    stack: GuardedStack, method: str, path: str, declared: Role
) -> None:
    """The matrix itself: were one route declared so and enforced as it is, it would say so."""
    (route,) = (one for one in ROUTES if (one.method, one.path) == (method, path))
    assert list(wrong_answers(by_session(stack, "reader"), [dataclasses.replace(route, right=declared)])) == [
        str(route)
    ]


def test_route_without_a_right_would_be_open_in_the_matrix(stack: GuardedStack) -> None:
    route = Route("GET", "/api/identity/users", None)
    assert list(wrong_answers(CALLERS["nobody"](stack), [route])) == [str(route)]


STRANGER = ActorSigner(Secret("the-key-of-a-stranger-is-long-too"))
EVE = Actor("1", "eve", "user", "admin", ROLES)


def forged(path: str) -> str:
    return STRANGER.signed(EVE, SignedRequest("GET", path, "r"))


@pytest.mark.parametrize("header", ["", "e30.AAAA", "forged"])
@pytest.mark.parametrize(
    ("service", "path"),
    [("catalog", "/api/groups/"), ("importer", "/api/importer/batches"), ("identity", "/api/identity/me")],
)
def test_service_that_is_called_past_the_gateway_refuses(
    stack: GuardedStack, service: str, path: str, header: str
) -> None:
    headers = {"X-Request-ID": "r", "X-Stackroom-Actor": forged(path) if header == "forged" else header}
    answer = requests.get(getattr(stack, service) + path, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (401, "actor_refused")


def test_header_of_a_client_is_not_passed_on(stack: GuardedStack) -> None:
    headers = {"X-Stackroom-Actor": forged("/api/groups/"), "X-Request-ID": "r"}
    answer = requests.get(f"{stack.url}/api/groups/", headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")
