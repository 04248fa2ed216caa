"""Every public call of the services has its route in the gateway, and no other call has."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from catalog.app import create_app as create_catalog
from catalog.settings import Settings as CatalogSettings
from importer.app import create_app as create_importer
from importer.settings import Settings as ImporterSettings
from ui.proxy.route_table import RouteTable
from ui.proxy.routes import MEDIA, ROUTES

PUBLIC = "/api/"


def apps() -> Iterator[Flask]:
    """No connection is made: only the rules of the apps are looked at."""
    uri = "postgresql+psycopg2://nobody@localhost:1/none"
    yield create_importer(ImporterSettings(sqlalchemy_database_uri=uri))
    yield create_catalog(CatalogSettings(sqlalchemy_database_uri=uri))


def calls() -> Iterator[tuple[str, str, str]]:
    """Service, method and a path that fits the rule."""
    for app in apps():
        for rule in app.url_map.iter_rules():
            path = re.sub(r"<row:\w+>|<row>", "7", rule.rule)
            path = path.replace("<file>", f"{'a' * 64}.mp4")
            path = re.sub(r"<\w+>", "ab1", path)
            for method in sorted(rule.methods or ()):
                yield app.name, method, path


@pytest.mark.parametrize(("service", "method", "path"), sorted(call for call in calls() if call[2].startswith(PUBLIC)))
def test_gateway_routes_every_public_call(service: str, method: str, path: str) -> None:
    match = RouteTable(ROUTES).match(path)
    assert match is not None
    served_by = MEDIA if path.startswith("/api/importer/media") else service
    assert (match.upstream, match.path) == (served_by, path)
    assert method in match.allowed


@pytest.mark.parametrize(("service", "method", "path"), sorted(c for c in calls() if not c[2].startswith(PUBLIC)))
def test_gateway_routes_no_other_call(service: str, method: str, path: str) -> None:
    assert RouteTable(ROUTES).match(path) is None
