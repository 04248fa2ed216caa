"""The API's pages: everything they need comes from here."""

import re

import pytest
from flask.testing import FlaskClient

from ui import create_app
from ui.settings import Settings


@pytest.fixture
def client() -> FlaskClient:
    return create_app(Settings()).test_client()


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
