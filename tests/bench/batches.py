"""Batches through a running stack, timed as their clients see them."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from importer.migrate import migrate
from tests.support.stacks.importer import FINISHED, Stack, running_stack
from tests.support.waiting import wait_until

NDJSON = "application/x-ndjson"
Make = Callable[[], str]


def ndjson_of(rows: int) -> bytes:
    """Short records, as the peers have them."""
    return b"".join(
        json.dumps({"id": row, "payload": f"  Книга Number {row} of the SERIES  "}).encode() + b"\n"
        for row in range(1, rows + 1)
    )


def post(stack: Stack, body: bytes, media_type: str, query: str = "") -> str:
    """The id of the batch."""
    status, data = stack.call("POST", f"/api/importer/batches{query}", body, Content_Type=media_type)
    assert status == 202, data
    batch_id: str = json.loads(data)["id"]
    return batch_id


def wait_finished(stack: Stack, batch_id: str) -> None:
    wait_until(lambda: stack.batch(batch_id)["state"] in FINISHED, 300, f"batch {batch_id}")


def through_stackroom(stack: Stack, body: bytes, media_type: str, rows: int) -> None:
    """From the first byte posted to the last result read."""
    batch_id = post(stack, body, media_type)
    wait_finished(stack, batch_id)
    status, data = stack.call("GET", f"/api/importer/batches/{batch_id}/results")
    assert status == 200
    assert data.count(b'"outcome":"ok"') == rows


def forget(stack: Stack, batch_id: str) -> None:
    """So that what one repetition leaves does not weigh on the next one."""
    stack.call("POST", f"/api/importer/batches/{batch_id}/cancel", b"")
    status, data = stack.call("DELETE", f"/api/importer/batches/{batch_id}")
    assert status == 200, data


@contextmanager
def importing_stack(
    folder: Path, database_uri: str, broker_url: str, slots: int, env: Mapping[str, str] | None = None
) -> Iterator[Stack]:
    """The importer with one worker of so many processes, on a database without its tables."""
    migrate(database_uri)
    with running_stack(folder, database_uri, broker_url, slots=slots, env=env) as stack:
        yield stack
