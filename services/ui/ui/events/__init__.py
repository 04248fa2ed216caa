"""``GET /api/importer/batches/<id>/events``: a batch as server-sent events, made from the importer's status call."""

from collections.abc import Mapping

from flask import Flask, Response

from stackroom_kit.problems import unavailable
from ui.events.stream import batch_events, read_batch
from ui.places import Places
from ui.proxy.routes import IMPORTER
from ui.proxy.upstream import Upstream

EVENTS_PROBLEMS = {503: ("too_many_streams",)}
MAX_STREAMS = 200  # of one process: each asks the importer twice a second
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def install_events(app: Flask, upstreams: Mapping[str, Upstream]) -> None:
    importer, streams = upstreams[IMPORTER], Places(MAX_STREAMS)

    def events(batch_id: str) -> Response:
        first = read_batch(importer, batch_id)
        if not streams.take():
            raise unavailable("Too many event streams are open; ask for the batch itself.", code="too_many_streams")
        stream = batch_events(importer, batch_id, first)
        response = Response(stream, content_type="text/event-stream; charset=utf-8", headers=HEADERS)
        response.call_on_close(streams.give_back)
        return response

    app.add_url_rule("/api/importer/batches/<string(maxlength=64):batch_id>/events", "batch_events", events)
