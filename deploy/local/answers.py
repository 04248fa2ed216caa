"""Small questions over HTTP that tell whether a part is ready."""

import datetime
import json
import urllib.request
from typing import Any

PATIENCE = 3.0  # seconds

# Questions to this machine never take a detour through a proxy that the environment names.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers_ok(url: str) -> bool:
    """Whether a GET answers 200."""
    try:
        with _direct.open(url, timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def has_reported(importer_url: str, worker: str, since: datetime.datetime) -> bool:
    """Whether the importer has heard of this worker since then (an earlier run's worker may look alive for a while)."""
    try:
        with _direct.open(f"{importer_url}/api/importer/workers", timeout=PATIENCE) as answer:
            workers: list[dict[str, Any]] = json.load(answer)["items"]
    except (OSError, ValueError, KeyError):
        return False
    return any(
        one["name"] == worker and one["alive"] and datetime.datetime.fromisoformat(one["last_seen"]) > since
        for one in workers
    )
