"""The API's pages: everything they need comes from here."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from deploy.local.ports import LOOPBACK, free_port
from stackroom_kit.api import Answer, Api, Parameter
from stackroom_kit.described_problems import codes_of, operations_of
from stackroom_kit.openapi import Document
from stackroom_kit.problems import INTERNAL_ERROR, ProblemKind
from ui import create_app
from ui.docs.documents import through_gateway
from ui.settings import Settings


@pytest.fixture
def client() -> FlaskClient:
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    return create_app(Settings(catalog_url=nowhere)).test_client()


def test_docs_page_loads_only_files_that_are_served_here(client: FlaskClient) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script>|<style>|\son\w+=", page.text)
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assets = [link for link in links if not link.endswith("openapi.json")]
    assert len(assets) == 5
    for link in assets:
        answer = client.get(link, buffered=True)
        assert (link[0], answer.status_code) == ("/", 200)
        assert answer.mimetype in {"text/css", "text/javascript", "image/svg+xml"}


def test_docs_serve_no_other_file_of_the_package(client: FlaskClient) -> None:
    for name in ("../__init__.py", "images/swagger.svg", "nothing.js"):
        assert client.get(f"/api/docs/assets/{name}").status_code == 404


def described(method: str, path: str, *problems: ProblemKind) -> dict[str, Any]:
    """The responses of a call as the gateway describes them."""
    parameters = (Parameter("id", {"type": "string"}, "An id.", "path"),) if "<id>" in path else ()
    api = Api("calls", __name__)
    api.call(
        method,
        path,
        right="reader",
        answers={200: Answer("Good.")},
        problems=problems,
        parameters=parameters,
        security=({"service": []},),
    )(page_of)
    app = Flask("service")
    app.register_blueprint(api)
    about = Document("A service", "It has a call.", (INTERNAL_ERROR,), (), security={"service": {}})
    changed = through_gateway(about.of(app))
    assert set(changed["components"]["securitySchemes"]) == {"session", "token"}
    (operation,) = [one for _, _, one in operations_of(changed)]
    assert operation["security"] == []
    found: dict[str, Any] = operation["responses"]
    return found


def page_of() -> str:
    """A call."""
    return ""


def test_document_names_the_gateways_problems_beside_those_of_the_service() -> None:
    answers = described("POST", "/api/things", ProblemKind(503, "database_busy"), ProblemKind(401, "wrong_token"))
    asked = {"identity_unavailable", "too_many_bodies", "too_many_connections", "upstream_busy"}
    assert set(codes_of(answers["503"])) == {"database_busy", "disk_low", *asked}
    assert answers["503"]["headers"]["Retry-After"]["required"] is True
    assert codes_of(answers["403"]) == ["cross_site"]
    assert codes_of(answers["502"]) == ["bad_upstream_answer", "upstream_unreachable"]
    assert {"wrong_token", "token_expired"} <= set(codes_of(answers["401"]))
    assert answers["200"]["description"] == "Good."


def test_document_says_that_an_id_which_looks_like_none_is_not_found() -> None:
    assert "404" not in described("GET", "/api/things")
    assert codes_of(described("GET", "/api/things/<id>")["404"]) == ["not_found"]


def test_document_says_of_a_reading_call_nothing_of_bodies() -> None:
    assert {"403", "411", "413"}.isdisjoint(described("GET", "/api/things"))


def test_document_of_a_service_that_is_away_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/docs/catalog/openapi.json")
    assert (answer.status_code, answer.get_json()["code"]) == (502, "upstream_unreachable")
