"""The floor: what parsing, normalising and serialising alone cost, with the standard library's json."""

import json
from typing import Any

from stackroom_jobs.normalize import normalize
from stackroom_jobs.records import Record


def normalized(record: dict[str, Any]) -> dict[str, Any]:
    done = normalize(Record(record["id"], record["payload"]))
    return {
        "id": done.id,
        "normalized_payload": done.normalized_payload,
        "original_length": done.original_length,
        "trimmed_length": done.trimmed_length,
    }


def compute(chunk: bytes) -> bytes:
    """A JSON list of records to a JSON list of results."""
    return json.dumps([normalized(record) for record in json.loads(chunk)]).encode()
