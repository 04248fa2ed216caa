"""What cannot be shown: a page that says so where a browser asks for one, a problem for everything else."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import NotFound

from stackroom_kit.problems import NOT_FOUND, Problem, respond


def _wants_page() -> bool:
    accepted = request.accept_mimetypes
    return not request.path.startswith("/api/") and accepted.quality("text/html") > accepted.quality("application/json")


def install_problem_pages(app: Flask, context: Callable[[], Mapping[str, Any]]) -> None:
    """``context`` is what every page's template knows."""

    def answer(problem: Problem) -> Response:
        if not _wants_page():
            return respond(problem)
        page = make_response(render_template("problem.html", problem=problem, **context()), problem.status)
        page.headers.update(problem.headers)
        return page

    def missing(error: NotFound) -> Response:
        return answer(NOT_FOUND(error.description or "There is no such page."))

    app.register_error_handler(Problem, answer)
    app.register_error_handler(404, missing)
