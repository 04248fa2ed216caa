"""Every role, every route, every method, through the gateway: what is declared is what is enforced."""

import re

import pytest
import requests
from flask import Flask

from stackroom_kit.actor import Actor, ActorSigner, SignedRequest
from stackroom_kit.api import declared_calls
from stackroom_kit.rights import ROLES, Role, rights_of
from stackroom_kit.settings import Secret
from tests.contract.test_openapi import app_of
from tests.support.stacks.guarded import GuardedStack

NOBODY = "nobody"
VALUES = {"row": "7000000", "uuid": "00000000-0000-0000-0000-000000000000", "file": f"{'a' * 64}.mp4"}
PUBLIC = ("catalog", "identity", "importer", "ui")


def path_of(rule: str) -> str:
    """With values for its parameters that lead to nothing that is there."""
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", lambda found: VALUES.get(found[1] or found[2], "ab1"), rule)


def calls_of(app: Flask) -> list[tuple[str, str, str | None]]:
    """Method, path and right of what clients may reach."""
    declared = declared_calls(app)
    return sorted(
        {
            (method, path_of(rule.rule), declared[rule.endpoint].right)
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}
            if rule.endpoint in declared and rule.rule.startswith("/api/")
        },
        key=str,
    )


CALLS = [call for name in PUBLIC for call in calls_of(app_of(name))]


@pytest.fixture(scope="module")
def people(stack: GuardedStack) -> dict[str, requests.Session]:
    return {NOBODY: requests.Session(), **{role: stack.sign_in(role) for role in ROLES}}


def test_every_route_that_clients_reach_declares_its_right() -> None:
    """What is left are pages of the gateway, which need that of a reader."""
    for name in PUBLIC:
        app = app_of(name)
        undeclared = {
            rule.rule
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith("/api/") and rule.endpoint not in declared_calls(app)
        }
        assert {rule for rule in undeclared if not rule.startswith("/api/docs/")} == set()


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
@pytest.mark.parametrize(("method", "path", "right"), CALLS, ids=str)
def test_role_may_make_the_calls_whose_right_it_has(
    stack: GuardedStack, people: dict[str, requests.Session], role: str, method: str, path: str, right: str | None
) -> None:
    if right is None and path.startswith("/api/identity/") and method in {"DELETE", "PUT"}:
        pytest.skip("it would end the session that the others of the matrix use")
    answer = people[role].request(method, stack.url + path, timeout=20, allow_redirects=False)
    code = answer.json().get("code") if "json" in answer.headers.get("Content-Type", "") else ""
    if right is None:
        assert answer.status_code != 403 or code in {"session_needed", "scopes_too_wide"}
    elif role == NOBODY:
        assert (answer.status_code, code) == (401, "sign_in_needed")
    elif right in rights_of(as_role(role)):
        assert answer.status_code not in (401, 403), answer.text
    else:
        assert (answer.status_code, code) == (403, "forbidden")
        assert answer.headers["WWW-Authenticate"].endswith(f'error="insufficient_scope", scope="{right}"')


def as_role(name: str) -> Role:
    return next(role for role in ROLES if role == name)


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
