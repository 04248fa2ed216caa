"""The gateway passes what begins with ``/api/`` and knows no list of calls, so the services keep to that rule."""

import re

import pytest
from flask import Flask

from catalog.app import create_app as create_catalog
from catalog.settings import Settings as CatalogSettings
from importer.app import create_app as create_importer
from importer.settings import Settings as ImporterSettings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_kit.openapi import PATH as DOCUMENT
from stackroom_kit.settings import Secret
from ui.app import create_app as create_ui
from ui.proxy.routes import CATALOG, IMPORTER, MEDIA, is_api, service_of
from ui.settings import Settings as UISettings

INTERNAL = re.compile(rf"/health|/health/ready|{re.escape(DOCUMENT)}|/internal/.+")
VALUES = {
    "uuid:token_id": "00000000-0000-0000-0000-000000000000",
    "row:row_id": "7",
    "row": "7",
    "file": f"{'a' * 64}.mp4",
    "path:filename": "docs.js",
}


def services() -> list[Flask]:
    """No connection is made: only the rules of the apps are looked at."""
    uri = "postgresql+psycopg2://nobody@localhost:1/none"
    importer = ImporterSettings(sqlalchemy_database_uri=uri, worker_token=Secret("t" * 32))
    catalog = create_catalog(CatalogSettings(sqlalchemy_database_uri=uri))
    return [catalog, create_importer(importer), create_worker_api(importer)]


def calls(*apps: Flask) -> list[tuple[str, str, str, str]]:
    """Service, endpoint, method and a path that fits, of all that is not Flask's own."""
    return [
        (app.name, rule.endpoint, method, re.sub(r"<([^>]+)>", lambda found: VALUES.get(found[1], "ab1"), rule.rule))
        for app in apps
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS"})
    ]


CALLS = calls(*services())
PUBLIC = [call for call in CALLS if is_api(call[3])]


def test_services_have_calls_that_are_public_and_such_that_are_not() -> None:
    assert {call[0] for call in PUBLIC} == {"catalog", "importer"}
    assert {call[0] for call in CALLS if call not in PUBLIC} == {"catalog", "importer", "importer.worker_api"}


@pytest.mark.parametrize(("service", "endpoint", "method", "path"), PUBLIC)
def test_gateway_leads_a_public_call_to_its_service(service: str, endpoint: str, method: str, path: str) -> None:
    blueprint = endpoint.partition(".")[0]
    assert service_of(path) == (MEDIA if blueprint == "media" else {"catalog": CATALOG, "importer": IMPORTER}[service])


@pytest.mark.parametrize("call", [call for call in CALLS if call not in PUBLIC], ids=" ".join)
def test_call_outside_the_api_is_internal(call: tuple[str, str, str, str]) -> None:
    assert INTERNAL.fullmatch(call[3]), f"the gateway never passes {call[3]}"


@pytest.mark.parametrize("call", [call for call in calls(create_ui(UISettings())) if is_api(call[3])], ids=" ".join)
def test_gateway_keeps_its_own_calls(call: tuple[str, str, str, str]) -> None:
    assert service_of(call[3]) is None


@pytest.mark.parametrize("app", services(), ids=lambda app: app.name)
def test_service_answers_with_and_without_the_last_slash(app: Flask) -> None:
    """RequestRedirect or NotFound where it does not."""
    urls = app.url_map.bind("localhost")
    for _, endpoint, method, path in calls(app):
        for form in (path.rstrip("/"), f"{path.rstrip('/')}/"):
            assert urls.match(form, method)[0] == endpoint, form
