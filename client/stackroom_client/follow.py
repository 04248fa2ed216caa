"""A batch as it goes on: by the server's events, or by plain calls while there are none."""

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from stackroom_client.batch import Batch
from stackroom_client.errors import Refused, TransientError, UsageError
from stackroom_client.retry import RetryTimer
from stackroom_client.server import Call, Server

LONGEST_LINE = 1024 * 1024
LOOK_SECONDS = 1.0
LOOKS_BETWEEN_STREAMS = 10
GONE = frozenset({404, 410})


class Event(NamedTuple):
    name: str
    data: dict[str, Any]


def lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends (LF or CR LF). TransientError for a line that never ends."""
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from (line.removesuffix(b"\r") for line in whole)
        if len(rest) > LONGEST_LINE:
            raise TransientError("the event stream holds a line without end")


def events(found: Iterable[bytes]) -> Iterator[Event]:
    """Comments and unknown fields are passed over. TransientError for data that is no JSON object."""
    name, data = "", b""
    for line in found:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line:
            if data:
                yield Event(name or "message", _decoded(data))
            name, data = "", b""
        elif field == b"event":
            name = value.decode("utf-8", "replace")
        elif field == b"data":
            data = data + b"\n" + value if data else value


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        raise TransientError("the event stream holds what is no JSON") from None
    if not isinstance(value, dict):
        raise TransientError("the event stream holds what is no object")
    return value


def batch_path(batch_id: str, what: str = "") -> str:
    return f"/api/importer/batches/{batch_id}{what}"


def read_batch(server: Server, batch_id: str) -> Batch:
    return Batch.of(server.get(batch_path(batch_id)))


def follow(server: Server, batch_id: str) -> Iterator[Batch]:
    """The batch whenever it changed, until it is final. Refused where it is unknown or deleted meanwhile.

    While a stream cannot be had, the batch is read by plain calls for a while; then a stream is tried again.
    """
    batch = read_batch(server, batch_id)
    yield batch
    while not batch.is_final:
        # An error that is not the stream's alone comes again from the plain call below.
        with contextlib.suppress(TransientError, Refused, UsageError):
            for batch in _streamed(server, batch_id):
                yield batch
        for _ in range(LOOKS_BETWEEN_STREAMS):
            if batch.is_final:
                return
            time.sleep(LOOK_SECONDS)
            batch = read_batch(server, batch_id)
            yield batch


def _streamed(server: Server, batch_id: str) -> Iterator[Batch]:
    """To the end of the stream, which need not be that of the batch."""
    timer = RetryTimer(server.patience_seconds)
    call = Call("GET", batch_path(batch_id, "/events"), headers={"Accept": "text/event-stream"})
    with server.stream_once(call) as answer:
        # Block by block would wait until a block is full; an event is short, so single bytes cost nothing here.
        for event in events(lines(answer.iter_content(1))):
            if event.name == "batch":
                timer.reset()
                yield Batch.of(event.data)
            elif event.name == "problem":
                _note_problem(event, timer)


def _note_problem(event: Event, timer: RetryTimer) -> None:
    """The gateway cannot reach the importer and goes on trying; Unreachable when that lasts too long."""
    status, code = event.data.get("status"), str(event.data.get("code", ""))
    if status in GONE:
        raise Refused(int(status), code, f"the batch is gone ({status} {code})")
    timer.pause_after(TransientError(f"the gateway answers, the importer does not ({status} {code})"))
