"""Dramatiq as usually written: results in Redis, one message for each record."""

import os
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

from tests.bench.peers.work import normalized

url = os.environ["PEER_BROKER_URL"]
broker = RedisBroker(url=url)
broker.add_middleware(Results(backend=RedisBackend(url=url)))
dramatiq.set_broker(broker)


@dramatiq.actor(store_results=True)
def normalize_one(record: dict[str, Any]) -> dict[str, Any]:
    return normalized(record)


def one_by_one(records: list[dict[str, Any]]) -> list[Any]:
    sent = [normalize_one.send(record) for record in records]
    return [message.get_result(block=True, timeout=300_000) for message in sent]
