"""An address that is no page: a page that says so where a browser asks, a problem for everything else."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import NotFound

from stackroom_kit.problems import NOT_FOUND, respond


def _wants_page() -> bool:
    accepted = request.accept_mimetypes
    return not request.path.startswith("/api/") and accepted.quality("text/html") > accepted.quality("application/json")


def install_missing(app: Flask, context: Callable[[], Mapping[str, Any]]) -> None:
    """``context`` is what every page's template knows."""

    def missing(error: NotFound) -> Response:
        if _wants_page():
            return make_response(render_template("missing.html", **context()), 404)
        return respond(NOT_FOUND(error.description or "There is no such page."))

    app.register_error_handler(404, missing)
