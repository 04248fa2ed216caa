"""Answers held against the OpenAPI documents: every one that a test causes, of the apps and through the gateway."""

import copy
import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, request, request_finished

from catalog.app import create_app as create_catalog
from catalog.settings import Settings as CatalogSettings
from identity.app import create_app as create_identity
from importer.app import create_app as create_importer
from importer.settings import Settings as ImporterSettings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_kit.described_problems import codes_of, operations_of
from stackroom_kit.openapi import PATH
from stackroom_kit.problems import CONTENT_TYPE
from stackroom_kit.settings import Secret
from tests.support.catalog.cabinets import WITH_CABINETS, app_with_cabinets
from tests.support.identity.settings import CHEAP, settings_of
from ui import create_app as create_gateway
from ui.docs.documents import through_gateway
from ui.settings import Settings as GatewaySettings

IN_MEMORY = "sqlite+pysqlite:///:memory:"
NOWHERE = "postgresql+psycopg2://nobody@localhost:1/none"
# Where the calls begin that its document has, by the app's name.
APPS = {"catalog": "/api/", "identity": "/api/", "importer": "/api/", "importer.worker_api": "/internal/"}
WATCHED = {**APPS, WITH_CABINETS: "/api/"}
THROUGH = "through the gateway"
UNROUTED = {400, 404}  # what no route takes is in no document


def served(app: Flask, path: str = PATH) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get(path).get_json()
    return found


@functools.cache
def documents() -> dict[str, dict[str, Any]]:
    """Those of the apps by their name, their copies ``through the gateway``, and all that is there as ``ui``.

    The worker API is behind no gateway.
    """
    apps = {
        "catalog": served(create_catalog(CatalogSettings(sqlalchemy_database_uri=IN_MEMORY))),
        "identity": served(create_identity(settings_of(NOWHERE), CHEAP)),
        "importer": served(create_importer(ImporterSettings(sqlalchemy_database_uri=NOWHERE))),
    }
    cabinets = {WITH_CABINETS: served(app_with_cabinets(IN_MEMORY))}
    ledger = ImporterSettings(sqlalchemy_database_uri=NOWHERE, worker_token=Secret("t" * 32))
    workers = {"importer.worker_api": served(create_worker_api(ledger))}
    copies = {f"{name} {THROUGH}": through_gateway(copy.deepcopy(one)) for name, one in apps.items()}
    own = served(create_gateway(GatewaySettings()), "/api/docs/gateway/openapi.json")
    paths = {path: calls for one in (*copies.values(), own) for path, calls in one["paths"].items()}
    return {**apps, **cabinets, **workers, **copies, "ui": {"paths": paths}}


def pattern_of(path: str) -> re.Pattern[str]:
    parts = re.split(r"({\w+})", path)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


@functools.cache
def calls(name: str) -> list[tuple[str, re.Pattern[str], str, dict[str, Any]]]:
    found = operations_of(documents()[name])
    # Literal paths come first: `bulk` is no id.
    return [
        (method, pattern_of(path), path, operation)
        for method, path, operation in sorted(found, key=lambda call: call[1].count("{"))
    ]


def undescribed(name: str, method: str, path: str, status: int, code: str | None) -> str | None:
    """What an answer does that the document ``name`` does not say; None where it is as described."""
    if status == 405:  # that of a path, whose calls have other methods
        return None
    wanted = "GET" if method == "HEAD" else method
    if name == "ui" and path in ("/api/groups", "/api/types"):
        path += "/"
    for known, pattern, template, operation in calls(name):
        if known == wanted and pattern.fullmatch(path):
            answer = operation["responses"].get(str(status))
            if answer is None or (code is not None and code not in codes_of(answer)):
                return f"{name}: {method} {template} answers {status} {code or ''}"
            return None
    return None if status in UNROUTED or not path.startswith("/api/") else f"{name}: {method} {path} answers {status}"


@functools.cache
def codes_of_places() -> frozenset[str]:
    """What single fields and parameters may have wrong, by any of the documents."""
    problems = [documents()[name]["components"]["schemas"]["Problem"] for name in WATCHED]
    return frozenset(
        code for one in problems for code in one["properties"]["errors"]["items"]["properties"]["code"]["enum"]
    )


class Seen:
    """Answers that no document has."""

    def __init__(self) -> None:
        self.undescribed: list[str] = []

    def note(self, name: str, method: str, path: str, status: int, body: bytes, content_type: str) -> None:
        problem = json.loads(body) if content_type == CONTENT_TYPE and body else None
        found = undescribed(name, method, path, status, problem and problem["code"])
        if found is not None:
            self.undescribed.append(found)
        places = {one["code"] for one in problem["errors"]} - codes_of_places() if problem else set()
        self.undescribed += [f"{name}: {method} {path} says {code} of a place" for code in sorted(places)]

    def take(self) -> list[str]:
        found, self.undescribed = self.undescribed, []
        return found


SEEN = Seen()


def _of_app(sender: Flask, response: Response, **_: Any) -> None:
    """Only where a route of the API was found, in an app that has a document."""
    if sender.name in WATCHED and request.url_rule is not None:
        path = request.path
        if path.startswith(WATCHED[sender.name]) and request.method != "OPTIONS":
            body = b"" if response.is_streamed or response.direct_passthrough else response.get_data()
            SEEN.note(sender.name, request.method, path, response.status_code, body, response.content_type or "")


def watched() -> Iterator[Seen]:
    """For a fixture of the whole session: every answer of an app in this process is looked at."""
    request_finished.connect(_of_app)
    yield SEEN
    request_finished.disconnect(_of_app)
