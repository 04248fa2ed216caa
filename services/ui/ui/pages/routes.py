"""The pages; each is readable as the server sends it, scripts keep it fresh."""

import re
from collections.abc import Mapping

from flask import Blueprint, abort, render_template, request

from ui.gateway.routes import IMPORTER
from ui.gateway.upstream import Upstream
from ui.health import part_state
from ui.pages.reading import Reading, read

BATCHES = "/api/importer/batches"
PAGE_ROWS = 25
DEFAULT_OPERATION = "normalize_record"
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


class Pages:
    def __init__(self, upstreams: Mapping[str, Upstream]) -> None:
        self._upstreams, self._importer = upstreams, upstreams[IMPORTER]

    def home(self) -> str:
        parts = {name: part_state(upstream) for name, upstream in self._upstreams.items()}
        queues, batches = self._read("/api/importer/queues"), self._read(f"{BATCHES}?limit=5")
        return render_template("home.html", parts=parts, queues=queues, batches=batches)

    def groups(self) -> str:
        return render_template("groups.html")

    def types(self) -> str:
        return render_template("types.html")

    def imports(self) -> str:
        after = request.args.get("after", "")
        page = f"&after={after}" if _CURSOR.fullmatch(after) else ""
        batches = self._read(f"{BATCHES}?limit={PAGE_ROWS}{page}")
        workers = self._read("/api/importer/workers").items
        operations = sorted({DEFAULT_OPERATION, *(name for worker in workers for name in worker["operations"])})
        return render_template("imports.html", batches=batches, operations=operations, is_first=not page)

    def batch(self, batch_id: str) -> tuple[str, int]:
        if not _BATCH_ID.fullmatch(batch_id):
            abort(404)
        batch = self._read(f"{BATCHES}/{batch_id}")
        status = 404 if batch.status == 404 else 200
        return render_template("batch.html", batch=batch, batch_id=batch_id), status

    def workers(self) -> str:
        queues, workers = self._read("/api/importer/queues"), self._read("/api/importer/workers")
        return render_template("workers.html", queues=queues, workers=workers)

    def _read(self, target: str) -> Reading:
        return read(self._importer, target)


def pages_blueprint(upstreams: Mapping[str, Upstream]) -> Blueprint:
    pages, blueprint = Pages(upstreams), Blueprint("pages", __name__, template_folder="templates")
    blueprint.add_url_rule("/", "home", pages.home)
    blueprint.add_url_rule("/groups", "groups", pages.groups)
    blueprint.add_url_rule("/types", "types", pages.types)
    blueprint.add_url_rule("/imports", "imports", pages.imports)
    blueprint.add_url_rule("/imports/<batch_id>", "batch", pages.batch)
    blueprint.add_url_rule("/workers", "workers", pages.workers)
    return blueprint
