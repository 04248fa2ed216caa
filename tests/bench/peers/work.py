"""The work that every peer does, as it is usually written, with nothing but the standard library.

The same results as ``stackroom_jobs.normalize``, which a test checks.
"""

from typing import Any
from unicodedata import normalize

CHUNK = 2500


def normalized(record: dict[str, Any]) -> dict[str, Any]:
    payload = record["payload"]
    return {
        "id": str(record["id"]),
        "normalized_payload": normalize("NFC", payload).strip().lower(),
        "original_length": len(payload),
        "trimmed_length": len(payload.strip()),
    }


def records_of(rows: int) -> list[dict[str, Any]]:
    return [{"id": row, "payload": f"  Книга Number {row} of the SERIES  "} for row in range(1, rows + 1)]


def parts_of(records: list[Any]) -> list[list[Any]]:
    return [records[start : start + CHUNK] for start in range(0, len(records), CHUNK)]
