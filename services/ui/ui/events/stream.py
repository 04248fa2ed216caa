"""The events of one batch: its state whenever it changes, a heartbeat in between, ``end`` when it is final."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from stackroom_kit.problems import NOT_FOUND, Problem
from ui.problems import BATCH_EXPIRED
from ui.process import is_stopping
from ui.proxy.upstream import Upstream

FINAL_STATES = frozenset({"cancelled", "done", "done_with_errors"})
GONE = frozenset({404, 410})
LOOK_SECONDS = 0.5
HEARTBEAT_SECONDS = 10.0  # below the silence after which proxies cut a connection
STREAM_SECONDS = 600.0  # then the browser asks again by itself, so a forgotten stream cannot live for ever


def read_batch(importer: Upstream, batch_id: str) -> dict[str, Any]:
    """The batch as the importer answers it; Problem 404 or 410, or 502 to 504 where the importer is away."""
    status, body = importer.read_json(f"/api/importer/batches/{quote(batch_id, safe='')}")
    if status == 404:
        raise NOT_FOUND("There is no such batch.")
    if status == 410:
        raise BATCH_EXPIRED("The batch is over: its rows and results were deleted.")
    if status != 200:
        raise importer.unreadable()
    return body


def encoded(event: str, data: dict[str, Any]) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _look(importer: Upstream, batch_id: str) -> tuple[str, dict[str, Any]]:
    """Name and data of the next event; an importer that is away is an event too, and asked again later."""
    try:
        return "batch", read_batch(importer, batch_id)
    except Problem as problem:
        return "problem", {"code": problem.code, "status": problem.status}


def _is_over(event: str, data: dict[str, Any]) -> bool:
    return data.get("state") in FINAL_STATES or (event == "problem" and data["status"] in GONE)


def batch_events(
    importer: Upstream, batch_id: str, first: dict[str, Any], may_go_on: Callable[[], bool] = lambda: True
) -> Iterator[bytes]:
    """``first`` goes out at once. ``may_go_on`` is asked before each look.

    ``time.sleep`` gives way to other requests in gunicorn's gevent worker.
    """
    event, data, sent = "batch", first, None
    started = said = time.monotonic()
    yield b"retry: 1000\n\n"
    while True:
        now = time.monotonic()
        if (event, data) != sent:
            yield encoded(event, data)
            sent, said = (event, data), now
        elif now - said >= HEARTBEAT_SECONDS:
            yield b": heartbeat\n\n"
            said = now
        if _is_over(event, data):
            yield encoded("end", {})
            return
        if is_stopping() or now - started > STREAM_SECONDS:
            return
        time.sleep(LOOK_SECONDS)
        if not may_go_on():
            return
        event, data = _look(importer, batch_id)
