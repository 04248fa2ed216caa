"""Pages of resources, made from what the catalog tells of each: menu, form, language."""

import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.scripted_upstream import ScriptedUpstream, reply
from tests.support.gateway.told_resources import TOLD
from ui import create_app
from ui.pages import remembered
from ui.settings import Settings


@pytest.fixture(scope="module")
def catalog() -> Iterator[ScriptedUpstream]:
    """It tells of its resources."""
    upstream = ScriptedUpstream()
    upstream.script = reply(body=json.dumps(TOLD).encode())
    yield upstream
    upstream.close()


@pytest.fixture(scope="module")
def app_with_catalog(catalog: ScriptedUpstream) -> Flask:
    """The importer is away."""
    return create_app(Settings(catalog_url=catalog.url, importer_url=f"http://{LOOPBACK}:{free_port()}"))


@pytest.fixture
def with_catalog(app_with_catalog: Flask) -> Iterator[FlaskClient]:
    with app_with_catalog.test_client() as client:
        yield client


@pytest.mark.parametrize("path", ["/groups", "/types", "/register/shelves"])
def test_page_is_russian_unless_the_cookie_says_english(with_catalog: FlaskClient, path: str) -> None:
    client = with_catalog
    assert '<html lang="ru">' in client.get(path).text
    assert "Новая запись: " in client.get(path).text
    answer = client.post("/preferences", data={"language": "en", "back": path})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    html = client.get(path).text
    assert '<html lang="en">' in html
    assert re.search("New (group|type|shelf)<", html)
    assert not re.search("[А-Яа-яё]", html.replace("Русский", ""))


def test_resource_is_in_the_menu_without_a_word_in_the_gateway(with_catalog: FlaskClient) -> None:
    html = with_catalog.get("/register/shelves").text
    assert '<a href="/register/shelves" aria-current="page">' in html
    assert html.count("aria-current") == 1
    assert ">Группы</span>" in html
    assert ">Shelves</span>" in html, "what has no translation is in English"


def test_page_of_a_resource_has_an_input_for_every_type(with_catalog: FlaskClient) -> None:
    html = with_catalog.get("/register/shelves").text
    for found in (
        '<input class="form-control" id="field-code" name="code" type="text" required',
        '<textarea class="form-control" id="field-note"',
        'name="floor" type="text" inputmode="numeric"',
        'name="price" type="text" inputmode="decimal"',
        'name="built" type="date"',
        'name="seen" type="datetime-local" step="1"',
        '<input class="form-check-input" type="checkbox" id="field-is_open"',
        '<select class="form-select" id="field-is_lit"',
        '<option value="low">low</option>',
        '<select class="form-select" id="field-group_id" name="group_id" required',
        "Цифр: до запятой не больше 8, после — 2.",
        'href="/imports?operation=load_shelves"',
    ):
        assert found in html, found
    assert "field-id" not in html, "the server makes the id"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)


def test_resource_that_the_catalog_does_not_tell_of_is_no_page(with_catalog: FlaskClient) -> None:
    assert with_catalog.get("/register/nothing").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/books"])
@pytest.mark.parametrize("name", ["groups", "types"])
def test_page_with_an_address_of_its_own_has_no_other(name: str, prefix: str) -> None:
    with create_app(Settings(root_path=prefix)).test_client() as client:
        answer = client.get(f"{prefix}/register/{name}")
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{prefix}/{name}")


def test_pages_live_on_what_the_catalog_told_last(catalog: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "KEPT_SECONDS", 0.0)
    client = create_app(Settings(catalog_url=catalog.url)).test_client()
    assert client.get("/register/shelves").status_code == 200
    monkeypatch.setattr(catalog, "script", reply("503 Service Unavailable", b'{"code": "database_unavailable"}'))
    assert "field-code" in client.get("/register/shelves").text
