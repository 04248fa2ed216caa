"""The sign-in page as identity says how people sign in, and the page that is shown while it says nothing."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.scripted_upstream import ScriptedUpstream, reply
from tests.support.identity.settings import ACTOR_KEY
from ui import create_app
from ui.settings import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
BUTTON = {"button": "Library <account>"}
PASSWORD, PROVIDER, BOTH = (
    {"password": True, "oidc": None},
    {"password": False, "oidc": BUTTON},
    {"password": True, "oidc": BUTTON},
)
AWAY = "Сервер сейчас не может проверить, кто вы; попробуйте чуть позже."


@pytest.fixture
def identity() -> Iterator[ScriptedUpstream]:
    upstream = ScriptedUpstream()
    yield upstream
    upstream.close()


@pytest.fixture
def client(identity: ScriptedUpstream) -> Iterator[FlaskClient]:
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    settings = Settings(
        auth="on", actor_key=ACTOR_KEY, identity_url=identity.url, catalog_url=nowhere, importer_url=nowhere
    )
    with create_app(settings).test_client() as client:
        yield client


def says(identity: ScriptedUpstream, options: Any) -> None:
    identity.script = reply(body=json.dumps(options).encode())


@pytest.mark.parametrize(
    ("options", "has_form", "has_button"), [(PASSWORD, True, False), (PROVIDER, False, True), (BOTH, True, True)]
)
def test_page_offers_what_identity_says(
    client: FlaskClient, identity: ScriptedUpstream, options: Any, has_form: bool, has_button: bool
) -> None:
    says(identity, options)
    html = client.get("/sign-in").text
    assert ('id="sign-in"' in html, "js/sign_in.js" in html, "Забыли пароль?" in html) == (has_form,) * 3
    assert ('id="provider"' in html) == has_button
    assert ("Войти через Library &lt;account&gt;" in html) == has_button
    assert ("или по паролю" in html) == (has_form and has_button)


@pytest.mark.parametrize(
    ("back", "carried"),
    [
        ("", "/"),
        ("/imports?state=done&after=x", "/imports%3Fstate%3Ddone%26after%3Dx"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ],
)
def test_button_leads_to_the_provider_and_back(
    client: FlaskClient, identity: ScriptedUpstream, back: str, carried: str
) -> None:
    says(identity, PROVIDER)
    html = client.get("/sign-in", query_string={"back": back}).text
    assert re.findall(r'id="provider" href="([^"]*)"', html) == [f"/api/identity/oidc/start?next={carried}"]


@pytest.mark.parametrize("path", ["/sign-in", "/signed-out"])
def test_nothing_of_the_page_leads_to_the_provider_by_itself(
    client: FlaskClient, identity: ScriptedUpstream, path: str
) -> None:
    says(identity, PROVIDER)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Refresh" not in answer.headers
    assert not re.search(r"http-equiv|autofocus|<form[^>]*start", answer.text)
    assert ("Вы вышли." in answer.text) == (path == "/signed-out")


def test_who_may_still_be_signed_in_at_the_provider_is_told_so(client: FlaskClient, identity: ScriptedUpstream) -> None:
    says(identity, PROVIDER)
    html = client.get("/signed-out?only=here").text
    assert "В службе входа, которая сейчас не даёт выйти, вы, возможно, ещё не вышли" in html
    assert "Вы вышли." not in html


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("oidc_denied", "Служба входа вас не пропустила."),
        ("too_many_tries", "Слишком много попыток; подождите немного."),
        ("not_found", ""),
        ("oidc_nothing", ""),
    ],
)
def test_page_says_with_what_a_sign_on_ended(
    client: FlaskClient, identity: ScriptedUpstream, code: str, sentence: str
) -> None:
    """Anybody may write the address, so no other sentence can be put into it."""
    says(identity, PROVIDER)
    shown = re.findall(r'role="alert"[^>]*>([^<]*)<', client.get(f"/sign-in?problem={code}").text)
    assert "".join(shown).strip() == sentence


@pytest.mark.parametrize(
    ("status", "body"), [("503 Service Unavailable", b'{"code":"database_unavailable"}'), ("200 OK", b'{"oidc":1}')]
)
def test_page_says_that_identity_is_away(
    client: FlaskClient, identity: ScriptedUpstream, status: str, body: bytes
) -> None:
    identity.script = reply(status, body)
    answer = client.get("/sign-in?back=/types", headers=BROWSER)
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, "text/html", "2")
    assert AWAY in answer.text
    assert 'href="/sign-in?back=/types"' in answer.text


@pytest.mark.parametrize("path", ["/", "/imports?state=done", "/account", "/users"])
def test_page_for_somebody_says_that_identity_is_away(client: FlaskClient, path: str) -> None:
    """And no other page says that nobody signed in, as if it were so."""
    client.set_cookie("stackroom", "x" * 43)
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (503, "text/html", "2")
    assert AWAY in answer.text
    assert f'href="{path}"' in answer.text
    assert "/sign-in" not in answer.text


@pytest.mark.parametrize("path", ["/api/groups/", "/imports"])
def test_whoever_wants_no_page_gets_a_problem(client: FlaskClient, path: str) -> None:
    client.set_cookie("stackroom", "x" * 43)
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.get_json()["code"] == "identity_unavailable"


def test_language_can_be_chosen_while_identity_is_away(client: FlaskClient) -> None:
    client.set_cookie("stackroom", "x" * 43)
    assert client.post("/preferences", data={"language": "en", "back": "/imports"}).status_code == 303
    assert "The server cannot check now who you are" in client.get("/imports", headers=BROWSER).text
