"""The pages; each is readable as the server sends it, scripts keep it fresh."""

import dataclasses
import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from ui.access.current import current_actor
from ui.health import part_state
from ui.pages import operations
from ui.pages.account_routes import add_account_pages
from ui.pages.addresses import address
from ui.pages.operations import Operation, about, translated_results
from ui.pages.reading import Reading, read
from ui.pages.remembered import Remembered
from ui.pages.resource_page import page_of
from ui.pages.resources import OWN_ADDRESSES, Resource
from ui.pages.texts import state_texts
from ui.pages.titles import translated
from ui.proxy.routes import IDENTITY, IMPORTER
from ui.proxy.upstream import Upstream

BATCHES = "/api/importer/batches"
PAGE_ROWS = 25
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Known:
    """What there is in the stack, as its services tell."""

    resources: Remembered[tuple[Resource, ...]]
    operations: Remembered[tuple[Operation, ...]]

    def operation_titles(self) -> dict[str, str]:
        return operations.operation_titles(self.operations.get() or (), self.resources.get() or ())

    def operation(self, name: str) -> Operation | None:
        return next((one for one in self.operations.get() or () if one.name == name), None)


class Pages:
    """``max_body_bytes`` is what the gateway takes at most: pages say so before a file is sent."""

    def __init__(self, upstreams: Mapping[str, Upstream], known: Known, max_body_bytes: int) -> None:
        self._upstreams, self._importer = upstreams, upstreams[IMPORTER]
        self._known = known
        self._max_body_bytes = max_body_bytes

    def home(self) -> str:
        parts = {name: part_state(upstream) for name, upstream in self._upstreams.items()}
        queues, batches = self._read("/api/importer/queues"), self._read(f"{BATCHES}?limit=5")
        return render_template("home.html", parts=parts, queues=queues, batches=batches)

    def resource(self, name: str) -> str:
        """Of one that the catalog never told of, only as long as it tells of none."""
        known = self._known.resources.get()
        found = next((one for one in known or () if one.name == name), None)
        if known is not None and found is None:
            abort(404)
        page = page_of(found, known or ()) if found else None
        return render_template("resource.html", page=page, code=self._known.resources.code)

    def registered(self, name: str) -> str | Response:
        return redirect(address(name), 308) if name in OWN_ADDRESSES else self.resource(name)

    def imports(self) -> str:
        after, only = request.args.get("after", ""), _filters()
        page = {"after": after} if _CURSOR.fullmatch(after) else {}
        batches = self._read(f"{BATCHES}{_query(limit=str(PAGE_ROWS), **only, **page)}")
        return render_template(
            "imports.html",
            batches=batches,
            known=self._known.operations.get() or (),
            chosen=request.args.get("operation"),
            about=about,
            is_first=not page,
            only=only,
            imports_of=_imports_of,
            max_body_bytes=self._max_body_bytes,
        )

    def batch(self, batch_id: str) -> tuple[str, int]:
        if not _BATCH_ID.fullmatch(batch_id):
            abort(404)
        batch = self._read(f"{BATCHES}/{batch_id}")
        status = batch.status if batch.status in (404, 410) else 200
        operation = self._known.operation(batch.body["operation"]) if batch.body else None
        version = batch.body.get("operation_version") if batch.body else None
        titles = translated_results(operation, version) if operation and operation.media else None
        return render_template(
            "batch.html",
            batch=batch,
            batch_id=batch_id,
            result_titles=titles,
            unit=translated(operation.unit) if operation else "",
        ), status

    def workers(self) -> str:
        queues, workers = self._read("/api/importer/queues"), self._read("/api/importer/workers")
        return render_template("workers.html", queues=queues, workers=workers)

    def _read(self, target: str) -> Reading:
        return read(self._importer, target)


def _filters() -> dict[str, str]:
    """Those that the address asks for; nobody has no batches of his own."""
    state, me = request.args.get("state", ""), current_actor()
    mine = request.args.get("mine") == "true" and me.is_somebody and me.kind != "local"
    return {"state": state if state in state_texts() else "", "mine": "true" if mine else ""}


def _query(**arguments: str) -> str:
    given = {name: value for name, value in arguments.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _imports_of(**arguments: str) -> str:
    """The page of batches with these filters."""
    return address("imports") + _query(**arguments)


def pages_blueprint(upstreams: Mapping[str, Upstream], known: Known, max_body_bytes: int) -> Blueprint:
    pages = Pages(upstreams, known, max_body_bytes)
    blueprint = Blueprint("pages", __name__, template_folder="templates")
    blueprint.add_url_rule("/", "home", pages.home)
    for name in OWN_ADDRESSES:
        blueprint.add_url_rule(f"/{name}", name, partial(pages.resource, name))
    blueprint.add_url_rule("/register/<name>", "register", pages.registered)
    blueprint.add_url_rule("/imports", "imports", pages.imports)
    blueprint.add_url_rule("/imports/<batch_id>", "batch", pages.batch)
    blueprint.add_url_rule("/workers", "workers", pages.workers)
    add_account_pages(blueprint, upstreams.get(IDENTITY))
    return blueprint
