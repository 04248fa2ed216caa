"""Pages for people."""

import functools
from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from flask_bootstrap import Bootstrap5

from ui.access.current import current_actor
from ui.pages import operations, resources
from ui.pages.account_texts import needed_texts, right_texts, role_texts
from ui.pages.addresses import address
from ui.pages.headers import SECURITY_HEADERS, install_headers
from ui.pages.preferences import back_here, chosen_theme, install_preferences
from ui.pages.problem_pages import install_problem_pages
from ui.pages.problem_texts import problem_texts
from ui.pages.remembered import Remembered
from ui.pages.routes import Known, pages_blueprint
from ui.pages.sizes import shown_bytes, shown_pace
from ui.pages.texts import (
    change_texts,
    conflict_texts,
    encoding_texts,
    form_texts,
    passed_over,
    script_texts,
    state_texts,
    worker_texts,
)
from ui.pages.worker_reasons import worker_reason
from ui.proxy.routes import CATALOG, IMPORTER
from ui.proxy.upstream import Upstream
from ui.translations import LANGUAGES, chosen_language

__all__ = ["SECURITY_HEADERS", "install_pages"]


def _context(known: Known) -> dict[str, Any]:
    me = current_actor()
    # Asked for nobody, the catalog would refuse, and that would be remembered for everybody.
    told = known.resources.get() if "reader" in me.rights else None
    return {
        "menu": resources.menu(told),
        "language": chosen_language(),
        "languages": LANGUAGES,
        "theme": chosen_theme(),
        "here": request.path,
        "back": back_here(),
        "me": me,
        "roles": role_texts(),
        "right_texts": right_texts(),
        "needed_texts": needed_texts(),
        "states": state_texts(),
        "problems": problem_texts(),
        "operation_titles": known.operation_titles,
        "conflicts": conflict_texts(),
        "changes": change_texts(),
        "encodings": encoding_texts(),
        "found": form_texts(),
        "passed_over": passed_over,
        "worker_states": worker_texts(),
        "worker_reason": worker_reason,
        "script_texts": script_texts,
    }


def install_pages(app: Flask, upstreams: Mapping[str, Upstream], max_body_bytes: int) -> None:
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    Bootstrap5(app)
    known = Known(
        Remembered(upstreams[CATALOG], resources.TARGET, resources.resources_of),
        Remembered(upstreams[IMPORTER], operations.TARGET, operations.operations_of),
    )
    context = functools.partial(_context, known)
    blueprint = pages_blueprint(upstreams, known, max_body_bytes)
    blueprint.context_processor(context)
    app.add_template_filter(shown_bytes, "bytes")
    app.add_template_filter(shown_pace, "pace")
    app.add_template_global(address)
    app.register_blueprint(blueprint)
    install_preferences(app)
    install_problem_pages(app, context)
    install_headers(app)
