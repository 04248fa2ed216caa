"""``/api/docs/``: the APIs in Swagger UI, whose files come from an installed package: no network is needed."""

from collections.abc import Collection, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, make_response, render_template, send_from_directory

from stackroom_kit.openapi import Document
from stackroom_kit.web import EVERY_CALL
from ui.docs.documents import ANY, document_view, served_at
from ui.proxy.routes import CATALOG, IDENTITY, IMPORTER
from ui.proxy.upstream import Upstream

# Swagger UI draws its icons from data addresses and sizes some elements by style attributes; scripts stay ours.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js")
CACHE_SECONDS = 86400
GATEWAY = "gateway"
OWN = Document("Stackroom gateway", "What the gateway answers itself.", (*EVERY_CALL, *ANY), (), has_actors=True)


def _package() -> Path:
    return Path(str(files("flask_swagger_ui"))) / "dist"


def page(names: Collection[str]) -> Response:
    response = make_response(render_template("docs.html", names=names))
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def asset(name: str) -> Response:
    """One of ASSETS; the rule of each name is a literal, so nothing else is ever looked for."""
    return send_from_directory(_package(), name, max_age=CACHE_SECONDS)


def install_docs(app: Flask, upstreams: Mapping[str, Upstream]) -> None:
    """Behind everything else that declares calls."""
    docs = Blueprint("docs", __name__, url_prefix="/api/docs", static_folder="static", template_folder="templates")
    for name in ASSETS:
        docs.add_url_rule(f"/assets/{name}", name.replace(".", "-"), asset, defaults={"name": name})
    services = [service for service in (CATALOG, IDENTITY, IMPORTER) if service in upstreams]
    shown = partial(page, (*services, GATEWAY))
    docs.add_url_rule("/", "page", shown, strict_slashes=True)  # its links are relative
    for service in services:
        docs.add_url_rule(f"/{service}/openapi.json", service, document_view(upstreams[service]))
    own = OWN.of(app)
    docs.add_url_rule(f"/{GATEWAY}/openapi.json", GATEWAY, lambda: {**own, "servers": served_at()})
    app.register_blueprint(docs)
