"""``GET /api/importer/batches/<id>/events``: a batch as server-sent events, made from the importer's status call."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, request

from stackroom_kit.api import Answer, Api, Parameter
from stackroom_kit.problems import NOT_FOUND, Problem
from ui.access.current import ask_again, current_actor
from ui.events.stream import batch_events, read_batch
from ui.problems import BATCH_EXPIRED, TOO_MANY_STREAMS
from ui.process import Limiter
from ui.proxy.routes import IMPORTER
from ui.proxy.upstream import Upstream

BATCH_ID = Parameter("batch_id", {"type": "string", "maxLength": 64, "minLength": 1}, "The id of the batch.", "path")
EVENTS = (
    "Events `batch` (the batch, whenever it changed), `problem` (code and status while it cannot be read), and `end`,"
    " behind which nothing comes."
)
MAX_STREAMS = 200  # of one process: each asks the importer twice a second
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def _may_go_on(environ: dict[str, Any]) -> Callable[[], bool]:
    """Whether whoever watches may still read; then it is read in the name of what he is now."""

    def ask() -> bool:
        try:
            ask_again(environ)
        except Problem:
            return False
        return "reader" in current_actor().rights

    return ask


def install_events(app: Flask, upstreams: Mapping[str, Upstream]) -> None:
    importer, streams = upstreams[IMPORTER], Limiter(MAX_STREAMS)

    api = Api("events", __name__, "/api/importer/batches", tag="batches", takes_any_query=True)

    @api.call(
        "GET",
        "/<string(maxlength=64):batch_id>/events",
        right="reader",
        parameters=(BATCH_ID,),
        answers={200: Answer(EVENTS, {"text/event-stream": {"type": "string"}})},
        problems=(NOT_FOUND, BATCH_EXPIRED, TOO_MANY_STREAMS),
    )
    def watch_batch(batch_id: str) -> Response:
        """A batch as server-sent events."""
        first = read_batch(importer, batch_id)
        if not streams.acquire():
            raise TOO_MANY_STREAMS("Too many event streams are open; ask for the batch itself.")
        stream = batch_events(importer, batch_id, first, _may_go_on(request.environ))
        response = Response(stream, content_type="text/event-stream; charset=utf-8", headers=HEADERS)
        response.call_on_close(streams.release)
        return response

    app.register_blueprint(api)
