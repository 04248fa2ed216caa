"""Pages while no service answers: they still come, with strict headers, in the chosen language."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from deploy.local.ports import LOOPBACK, free_port
from ui import create_app
from ui.settings import Settings

PAGES = ("/", "/groups", "/types", "/register/shelves", "/imports", "/imports/abc", "/workers")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def app() -> Flask:
    """Made once, since an app compiles each template that it shows."""
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    return create_app(Settings(catalog_url=nowhere, importer_url=nowhere))


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
def test_page_comes_with_strict_headers_when_every_service_is_away(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_page_holds_no_inline_script_style_or_foreign_address(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', html)
    assert addresses
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in addresses)


@pytest.mark.parametrize("path", PAGES)
def test_page_names_the_part_that_does_not_answer(client: FlaskClient, path: str) -> None:
    assert "Служба не отвечает." in client.get(path).text


@pytest.mark.parametrize("path", PAGES)
def test_every_file_that_a_page_names_is_served(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    for address in re.findall(r'(?:href|src)="(/(?:static|bootstrap)/[^"#]+)', html):
        with client.get(address) as answer:
            assert answer.status_code == 200, address


@pytest.mark.parametrize(
    ("asked", "language"),
    [("en-GB,en;q=0.9", "en"), ("de,en;q=0.5", "en"), ("ru,en;q=0.9", "ru"), ("de", "ru"), ("", "ru")],
)
def test_page_is_in_the_language_of_the_browser_until_one_is_chosen(
    client: FlaskClient, asked: str, language: str
) -> None:
    headers = {"Accept-Language": asked}
    assert f'<html lang="{language}">' in client.get("/groups", headers=headers).text
    client.set_cookie("language", "ru")
    assert '<html lang="ru">' in client.get("/groups", headers=headers).text


def test_choice_of_a_language_keeps_the_query(client: FlaskClient) -> None:
    assert 'name="back" value="/imports?state=done"' in client.get("/imports?state=done").text
    answer = client.post("/preferences", data={"language": "en", "back": "/imports?state=done"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/imports?state=done")


def test_long_path_is_looked_at_in_no_time(client: FlaskClient) -> None:
    """It took twice as long with each letter, and everybody waited."""
    path = "/" + "a" * 80 + "!"
    assert client.get(path, headers={"Accept": "text/html"}).status_code == 404
    assert client.post("/preferences", data={"theme": "dark", "back": path}).status_code == 400


@pytest.mark.parametrize("path", ["/groups/", "/types/", "/imports/", "/imports/abc/", "/workers/"])
def test_slash_at_the_end_is_the_same_page(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/nope", "/imports/a.b", "/groups/1"])
def test_missing_page_is_a_page_where_a_browser_asks(client: FlaskClient, path: str) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    answer = client.get(path, headers=browser)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Такой страницы нет" in answer.text
    assert client.get(path).mimetype == "application/problem+json"
    assert client.get(f"/api{path}", headers=browser).mimetype == "application/problem+json"


def test_language_that_does_not_exist_is_ignored_in_the_cookie_and_refused_in_the_form(client: FlaskClient) -> None:
    client.set_cookie("language", "../../x")
    assert '<html lang="ru">' in client.get("/").text
    assert client.post("/preferences", data={"language": "xx"}).status_code == 400


def test_theme_is_remembered(client: FlaskClient) -> None:
    assert "data-bs-theme" not in client.get("/").text
    client.post("/preferences", data={"theme": "dark", "back": "/"})
    assert 'data-bs-theme="dark"' in client.get("/").text


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/a\r\nX: y", "javascript:x"]
)
def test_preferences_lead_back_only_to_own_pages(client: FlaskClient, back: str) -> None:
    assert client.post("/preferences", data={"theme": "dark", "back": back}).status_code == 400


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_write_is_refused_when_another_site_sends_it(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/preferences", data={"theme": "dark", "back": "/"}, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_write_passes_from_own_pages_and_from_no_browser(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/preferences", data={"theme": "dark", "back": "/"}, headers=headers).status_code == 303


def test_batch_id_of_odd_characters_is_not_found(client: FlaskClient) -> None:
    assert client.get("/imports/a.b").status_code == 404


def test_events_are_a_problem_when_the_importer_is_away(client: FlaskClient) -> None:
    answer = client.get("/api/importer/batches/abc/events")
    assert (answer.status_code, answer.get_json()["code"]) == (502, "upstream_unreachable")


@pytest.mark.parametrize("path", ["/sign-in", "/set-up", "/choose-password", "/account", "/users", "/device"])
def test_where_nobody_signs_in_there_is_no_page_of_accounts(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Accept": "text/html"}).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_where_nobody_signs_in_nothing_of_it_shows(client: FlaskClient, path: str) -> None:
    html = client.get(path).text
    assert 'data-rights="reader operator editor admin"' in html
    assert not re.search(r'class="who"|id="sign-out"|href="/(?:users|account|sign-in)"', html)
