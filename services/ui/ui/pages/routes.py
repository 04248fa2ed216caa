"""The pages; each is readable as the server sends it, scripts keep it fresh."""

import re
from collections.abc import Mapping

from flask import Blueprint, abort, render_template, request

from ui.health import part_state
from ui.pages.reading import Reading, read
from ui.pages.texts import state_texts
from ui.proxy.routes import IMPORTER
from ui.proxy.upstream import Upstream

BATCHES = "/api/importer/batches"
PAGE_ROWS = 25
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


class Pages:
    """``max_body_bytes`` is what the gateway takes at most: pages say so before a file is sent."""

    def __init__(self, upstreams: Mapping[str, Upstream], max_body_bytes: int) -> None:
        self._upstreams, self._importer = upstreams, upstreams[IMPORTER]
        self._max_body_bytes = max_body_bytes

    def home(self) -> str:
        parts = {name: part_state(upstream) for name, upstream in self._upstreams.items()}
        queues, batches = self._read("/api/importer/queues"), self._read(f"{BATCHES}?limit=5")
        return render_template("home.html", parts=parts, queues=queues, batches=batches)

    def groups(self) -> str:
        return render_template("groups.html")

    def types(self) -> str:
        return render_template("types.html")

    def imports(self) -> str:
        after, state = request.args.get("after", ""), request.args.get("state", "")
        page = f"&after={after}" if _CURSOR.fullmatch(after) else ""
        only = f"&state={state}" if state in state_texts() else ""
        batches = self._read(f"{BATCHES}?limit={PAGE_ROWS}{only}{page}")
        return render_template(
            "imports.html",
            batches=batches,
            known=self._read("/api/importer/operations").items,
            is_first=not page,
            only_state=state if only else "",
            max_body_bytes=self._max_body_bytes,
        )

    def batch(self, batch_id: str) -> tuple[str, int]:
        if not _BATCH_ID.fullmatch(batch_id):
            abort(404)
        batch = self._read(f"{BATCHES}/{batch_id}")
        status = batch.status if batch.status in (404, 410) else 200
        return render_template("batch.html", batch=batch, batch_id=batch_id), status

    def workers(self) -> str:
        queues, workers = self._read("/api/importer/queues"), self._read("/api/importer/workers")
        return render_template("workers.html", queues=queues, workers=workers)

    def _read(self, target: str) -> Reading:
        return read(self._importer, target)


def pages_blueprint(upstreams: Mapping[str, Upstream], max_body_bytes: int) -> Blueprint:
    pages, blueprint = Pages(upstreams, max_body_bytes), Blueprint("pages", __name__, template_folder="templates")
    blueprint.add_url_rule("/", "home", pages.home)
    blueprint.add_url_rule("/groups", "groups", pages.groups)
    blueprint.add_url_rule("/types", "types", pages.types)
    blueprint.add_url_rule("/imports", "imports", pages.imports)
    blueprint.add_url_rule("/imports/<batch_id>", "batch", pages.batch)
    blueprint.add_url_rule("/workers", "workers", pages.workers)
    return blueprint
