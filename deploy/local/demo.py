"""``demo``: real data through the gateway of a running stack, and back; every row is checked."""

import json
import time
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from tqdm import tqdm

from deploy.local.demo_client import VARIABLE, DemoClient, DemoFailed
from deploy.local.demo_register import MediaType, fill_register, read_media_types
from deploy.local.home import Home
from deploy.local.parts import running_gateway

__all__ = ["DemoFailed", "demo"]

RECORDS = 100_000
PAUSE = 0.05  # seconds between two looks at the batch
BATCHES = "/api/importer/batches"


def demo(home: Home, given: Mapping[str, str]) -> int:
    """Fill the register with media types, then send a batch; gives the exit status."""
    with DemoClient(running_gateway(home, given), given.get(VARIABLE, "")) as client:
        client.require_ready()
        media_types = read_media_types()
        print(fill_register(client, media_types))
        print(send_batch(client, media_types, RECORDS))
    return 0


ACCEPTED, OK = 202, 200


def send_batch(client: DemoClient, media_types: Sequence[MediaType], count: int) -> str:
    """Send ``count`` records, wait, read and check all results; gives a sentence with the pace."""
    records = [_record(media_types[row % len(media_types)], row) for row in range(count)]
    body = b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)
    began = time.perf_counter()
    batch = _post(client, body)
    accepted = time.perf_counter()
    _wait(client, batch["id"], count)
    finished = time.perf_counter()
    _check(client.expect(OK, "GET", f"{BATCHES}/{batch['id']}/results?format=ndjson").content, records)
    seconds = time.perf_counter() - began
    return (
        f"batch {batch['id']}: {count:,} records accepted in {accepted - began:.2f} s, computed after "
        f"{finished - began:.2f} s, all {count:,} read back and right after {seconds:.2f} s "
        f"= {count / seconds:,.0f} records/s from the first byte to the last check"
    )


def _record(one: MediaType, row: int) -> dict[str, Any]:
    """A line as catalogues have them: stray blanks, capitals, and an accent written as two characters."""
    return {"id": row, "payload": f"  {one.name.upper()}\t*.{one.extension.title()} Cafe\u0301 {row} "}


def _post(client: DemoClient, body: bytes) -> dict[str, Any]:
    headers = {"Content-Type": "application/x-ndjson"}
    answer = client.expect(ACCEPTED, "POST", f"{BATCHES}?source=demo", data=body, headers=headers)
    batch: dict[str, Any] = answer.json()
    return batch


def _wait(client: DemoClient, batch_id: str, count: int) -> None:
    with tqdm(total=count, desc="batch", unit="record", unit_scale=True) as bar:
        while True:
            batch = client.expect(OK, "GET", f"{BATCHES}/{batch_id}").json()
            pending = batch["outcomes"]["pending"]
            bar.update(count - pending - bar.n)
            if not pending:
                break
            bar.set_postfix_str(batch["state"])
            time.sleep(PAUSE)
    if batch["state"] != "done":
        raise DemoFailed(f"batch {batch_id} ended as {batch['state']}: {batch['outcomes']}")


def _check(results: bytes, records: Sequence[dict[str, Any]]) -> None:
    """One line per record, in input order, with the normal form computed here. Raises DemoFailed."""
    lines = results.splitlines()
    DemoClient.agree(len(records), len(lines), "number of results")
    for row, (line, record) in enumerate(zip(lines, records, strict=True), start=1):
        outcome = json.loads(line)
        DemoClient.agree(_expected(row, record), outcome, f"row {row}")


def _expected(row: int, record: dict[str, Any]) -> dict[str, Any]:
    payload = record["payload"]
    stripped = payload.strip()
    result = {
        "id": str(record["id"]),
        "normalized_payload": unicodedata.normalize("NFC", payload).strip().lower(),
        "original_length": len(payload),
        "trimmed_length": len(stripped),
    }
    return {"row": row, "outcome": "ok", "result": result}
