"""Celery as usually written: results in Redis, and one message for each record, or for a list of them."""

import os
from typing import Any

from celery import Celery

from tests.bench.peers.floor import normalized

broker = os.environ["PEER_BROKER_URL"]
app = Celery("peer", broker=broker, backend=broker, set_as_current=False)
app.conf.update(worker_prefetch_multiplier=4, task_acks_late=False, broker_connection_retry_on_startup=True)


@app.task(name="peer.one")
def normalize_one(record: dict[str, Any]) -> dict[str, Any]:
    return normalized(record)


@app.task(name="peer.chunk")
def normalize_chunk(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [normalized(record) for record in records]
