"""What a running stack lacks."""

from collections.abc import Iterator
from typing import Any

import requests

from deploy.doctor import Finding

SECONDS = 10.0
WHO_ASKS = "where people sign in, STACKROOM_TOKEN=<a token of a reader, from the page /account> make doctor"


def unserved_operations(gateway: str, token: str = "") -> Iterator[Finding]:
    """Operations that no live worker serves: batches of them wait. Of a stack that does not answer, only that."""
    try:
        operations = _items(gateway, "operations", token)
    except requests.HTTPError as error:
        yield Finding(f"{gateway} says {error.response.status_code}", WHO_ASKS)
        return
    except requests.RequestException as error:
        yield Finding(f"{gateway} does not answer ({type(error).__name__})", "make status, and the logs that it names")
        return
    for one in operations:
        if one["waiting_for_worker"]:
            queues = ", ".join(one["queues"])
            mend = f'make up WORKERS="worker-cpu worker-gpu <folder of a worker that has it>", which reads {queues}'
            yield Finding(f"no live worker serves the operation {one['name']} (queue {queues})", mend)


def unread_queues(gateway: str, token: str = "") -> Iterator[Finding]:
    """Queues with work on which no live worker looks; none where the stack does not answer."""
    try:
        queues = _items(gateway, "queues", token)
    except requests.RequestException:
        return  # said already
    for one in queues:
        if one["ready"] and not one["slots"]:
            what = f"{one['ready']} chunks wait on the queue {one['queue']}, which no live worker reads"
            yield Finding(what, "make status shows a worker that has ended; WORKERS of make up names those that start")


def _items(gateway: str, name: str, token: str) -> list[dict[str, Any]]:
    with requests.Session() as session:
        session.trust_env = False  # This machine is reached directly, whatever proxy the environment names.
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = session.get(f"{gateway}/api/importer/{name}", headers=headers, timeout=SECONDS)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items
