"""Huey as usually written: results in Redis, one message for each record."""

import os
from typing import Any

from huey import RedisHuey

from tests.bench.peers.work import normalized

huey = RedisHuey("peer", url=os.environ["PEER_BROKER_URL"])


@huey.task()
def normalize_one(record: dict[str, Any]) -> dict[str, Any]:
    return normalized(record)


def one_by_one(records: list[dict[str, Any]]) -> list[Any]:
    """A blocking get of Huey asks again after a pause that doubles, so the pause is kept short."""
    sent = [normalize_one(record) for record in records]
    return [result.get(blocking=True, timeout=300, backoff=1, max_delay=0.005) for result in sent]
