"""Every call needs the right that it declares; what declares none is refused."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from stackroom_kit.actor import ANONYMOUS, HEADER, Actor, ActorSigner, SignedRequest
from stackroom_kit.api import Answer, Api
from stackroom_kit.authorization import current_actor, install_authorization, require_rights
from stackroom_kit.health import register_health
from stackroom_kit.openapi import Document
from stackroom_kit.problems import register_problems
from stackroom_kit.request_id import HEADER as REQUEST_ID
from stackroom_kit.rights import ROLES, Role, rights_of
from stackroom_kit.settings import Secret

SIGNER = ActorSigner(Secret("k" * 32))
DONE = {200: Answer("Done.")}


def app_with(signer: ActorSigner | None) -> Flask:
    app, api = Flask("guarded"), Api("calls", __name__, "/api/calls")

    def done() -> str:
        """Do it."""
        return current_actor().name

    for role in ROLES:
        api.call("POST", f"/{role}", name=role, right=role, answers=DONE)(done)
    api.call("GET", "/open", name="open", right=None, answers=DONE)(done)

    api.call("GET", "/own", name="own", right="somebody", answers=DONE)(done)
    api.call("PUT", "/own", name="change_own", right="session", answers=DONE)(done)
    api.call("POST", "/also", name="also", right="operator", further=lambda: ("editor",), answers=DONE)(done)

    @api.call("GET", "/both", right="reader", answers=DONE)
    def both() -> str:
        """Needs more than it declares, as a batch needs the right of its operation."""
        require_rights("operator", "admin")
        return "done"

    app.add_url_rule("/api/forgotten", view_func=lambda: "open to all")
    register_problems(app)
    register_health(app, {})
    install_authorization(app, signer)
    app.register_blueprint(api)
    return app


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return app_with(SIGNER).test_client()


def send(client: FlaskClient, method: str, path: str, actor: Actor | None) -> TestResponse:
    headers = {REQUEST_ID: "r-1"}
    if actor is not None:
        headers[HEADER] = SIGNER.signed(actor, SignedRequest(method, path, "r-1"))
    return client.open(path, method=method, headers=headers)


def somebody(role: Role) -> Actor:
    return Actor("7", role, "user", role, rights_of(role))


@pytest.mark.parametrize("held", ROLES)
@pytest.mark.parametrize("needed", ROLES)
def test_call_needs_its_right(client: FlaskClient, held: Role, needed: Role) -> None:
    answer = send(client, "POST", f"/api/calls/{needed}", somebody(held))
    if ROLES.index(held) >= ROLES.index(needed):
        assert (answer.status_code, answer.text) == (200, held)
        return
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
    assert answer.headers["WWW-Authenticate"].endswith(f'error="insufficient_scope", scope="{needed}"')


def test_every_missing_right_is_named_at_once(client: FlaskClient) -> None:
    answer = send(client, "GET", "/api/calls/both", somebody("reader"))
    assert answer.headers["WWW-Authenticate"].endswith('scope="operator admin"')
    assert [one["detail"] for one in answer.get_json()["errors"]] == [
        "The right 'operator' is missing.",
        "The right 'admin' is missing.",
    ]


def test_right_that_the_view_asks_for_is_named_beside_that_of_the_call(client: FlaskClient) -> None:
    answer = send(client, "POST", "/api/calls/also", somebody("reader"))
    assert answer.headers["WWW-Authenticate"].endswith('scope="operator editor"')
    assert send(client, "POST", "/api/calls/also", somebody("operator")).status_code == 200
    assert send(client, "POST", "/api/calls/also", ANONYMOUS).status_code == 401


def test_call_about_the_own_account_needs_somebody_and_may_need_a_session(client: FlaskClient) -> None:
    token = Actor("7", "ann", "token", "admin", ())
    assert send(client, "GET", "/api/calls/own", token).text == "ann"
    assert send(client, "PUT", "/api/calls/own", somebody("reader")).text == "reader"
    refused = send(client, "PUT", "/api/calls/own", token)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "session_needed")
    assert send(client, "PUT", "/api/calls/own", ANONYMOUS).get_json()["code"] == "sign_in_needed"


def test_token_has_the_rights_that_its_header_says_and_not_those_of_the_role(client: FlaskClient) -> None:
    token = Actor("7", "ann", "token", "admin", ("reader",))
    assert send(client, "POST", "/api/calls/reader", token).status_code == 200
    assert send(client, "POST", "/api/calls/editor", token).status_code == 403


def test_nobody_is_asked_to_sign_in(client: FlaskClient) -> None:
    answer = send(client, "POST", "/api/calls/reader", ANONYMOUS)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_needed")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="stackroom"'
    assert send(client, "GET", "/api/calls/open", ANONYMOUS).status_code == 200
    assert send(client, "GET", "/api/calls/own", ANONYMOUS).status_code == 401
    assert send(client, "GET", "/api/calls/own", somebody("reader")).text == "reader"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_call_that_declares_no_right_is_refused_to_everybody(client: FlaskClient, method: str) -> None:
    assert send(client, method, "/api/forgotten", somebody("admin")).status_code == 403


@pytest.mark.parametrize("path", ["/api/calls/open", "/api/forgotten", "/api/nowhere"])
def test_call_past_the_gateway_is_refused(client: FlaskClient, path: str) -> None:
    answer = send(client, "GET", path, None)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "actor_refused")


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/calls/open?x=1"), ("HEAD", "/api/calls/open")])
def test_header_of_another_request_is_refused(client: FlaskClient, method: str, path: str) -> None:
    header = SIGNER.signed(somebody("admin"), SignedRequest("GET", "/api/calls/open", "r-1"))
    assert client.open(path, method=method, headers={REQUEST_ID: "r-1", HEADER: header}).status_code == 401


def test_unknown_paths_and_methods_are_what_they_are(client: FlaskClient) -> None:
    assert send(client, "GET", "/api/nowhere", ANONYMOUS).status_code == 404
    assert send(client, "DELETE", "/api/calls/open", ANONYMOUS).status_code == 405


def test_health_needs_nobody(client: FlaskClient) -> None:
    for path in ("/health", "/health/ready"):
        assert client.get(path).status_code == 200


def test_without_a_signer_everybody_is_local_and_may_do_everything() -> None:
    client = app_with(None).test_client()
    assert client.post("/api/calls/admin").text == "local"
    assert client.get("/api/calls/own").text == "local"
    assert client.get("/api/forgotten").status_code == 200


def test_document_says_which_right_a_call_needs() -> None:
    paths = Document("t", "d", (), (), has_actors=True).of(app_with(SIGNER))["paths"]
    editor, opened = paths["/api/calls/editor"]["post"], paths["/api/calls/open"]["get"]
    assert editor["security"] == [{"session": ["editor"]}, {"token": ["editor"]}]
    assert {"401", "403"} <= set(editor["responses"])
    assert opened["security"] == []
    assert "403" not in opened["responses"]
    own, change = (paths["/api/calls/own"][method] for method in ("get", "put"))
    assert own["security"] == [{"session": []}, {"token": []}]
    assert change["security"] == [{"session": []}]
    assert "session_needed" in change["responses"]["403"]["description"]
