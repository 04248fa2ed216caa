"""A batch as it goes on: by the server's events, or by asking again while those cannot be had."""

import contextlib
import time
from collections.abc import Iterator

from stackroom_client.batch import Batch
from stackroom_client.errors import Refused, Trouble, UsageError
from stackroom_client.events import Event, events, lines
from stackroom_client.patience import Patience
from stackroom_client.server import Call, Server

LOOK_SECONDS = 1.0
LOOKS_BETWEEN_STREAMS = 10
GONE = frozenset({404, 410})


def batch_path(batch_id: str, what: str = "") -> str:
    return f"/api/importer/batches/{batch_id}{what}"


def read_batch(server: Server, batch_id: str) -> Batch:
    return Batch.of(server.get(batch_path(batch_id)))


def follow(server: Server, batch_id: str) -> Iterator[Batch]:
    """The batch whenever it changed, until it is final. Refused where it is unknown or deleted meanwhile.

    A stream that breaks is no trouble of the batch's: it is asked for plainly for a while, then streamed again.
    """
    batch = read_batch(server, batch_id)
    yield batch
    while not batch.is_final:
        # What holds for the plain call as well is said by that one.
        with contextlib.suppress(Trouble, Refused, UsageError):
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
    patience = Patience(server.patience_seconds)
    call = Call("GET", batch_path(batch_id, "/events"), headers={"Accept": "text/event-stream"})
    with server.stream_once(call) as answer:
        # Block by block would wait until a block is full; an event is short, so single bytes cost nothing here.
        for event in events(lines(answer.iter_content(1))):
            if event.name == "batch":
                patience.restored()
                yield Batch.of(event.data)
            elif event.name == "problem":
                _bear(event, patience)


def _bear(event: Event, patience: Patience) -> None:
    """The gateway cannot reach the importer and goes on trying; Unreachable when that lasts too long."""
    status, code = event.data.get("status"), str(event.data.get("code", ""))
    if status in GONE:
        raise Refused(int(status), code, f"the batch is gone ({status} {code})")
    patience.pause_after(Trouble(f"the gateway answers, the importer does not ({status} {code})"))
