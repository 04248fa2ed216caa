"""Celery as usually written: results in Redis, and one message for each record, or for a list of them."""

import os
from typing import Any

from celery import Celery, group

from tests.bench.peers.work import normalized, parts_of

broker = os.environ["PEER_BROKER_URL"]
app = Celery("peer", broker=broker, backend=broker, set_as_current=False)
app.conf.update(worker_prefetch_multiplier=4, task_acks_late=False, broker_connection_retry_on_startup=True)


@app.task(name="peer.one")
def normalize_one(record: dict[str, Any]) -> dict[str, Any]:
    return normalized(record)


@app.task(name="peer.chunk")
def normalize_chunk(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [normalized(record) for record in records]


def one_by_one(records: list[dict[str, Any]]) -> list[Any]:
    return list(group(normalize_one.s(record) for record in records).apply_async().get(timeout=300))


def in_chunks(records: list[dict[str, Any]]) -> list[Any]:
    parts = group(normalize_chunk.s(part) for part in parts_of(records)).apply_async().get(timeout=300)
    return [result for part in parts for result in part]
