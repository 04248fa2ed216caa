"""Loads that clients were promised, and the comparison of them with what the catalog holds."""

import dataclasses
import itertools
import json
import secrets
from typing import Any

import requests

from tests.support.fault_stack import FaultStack
from tests.support.stack import FINISHED
from tests.support.waiting import wait_until

_numbers = itertools.count(1)


@dataclasses.dataclass
class LoadVerdict:
    """Rows. ``twice``: applied again, which a load that fails on conflict says itself; ``phantom``: nobody sent it."""

    rows: int = 0
    lost: int = 0
    twice: int = 0
    phantom: int = 0

    def is_clean(self) -> bool:
        return self.rows > 0 and not (self.lost or self.twice or self.phantom)


class LoadJournal:
    """Every load has ids of its own, and fails where an id is there already: so every row must be created, once."""

    def __init__(self, stack: FaultStack) -> None:
        self._stack = stack
        self._batches: dict[str, dict[int, str]] = {}

    def post(self, rows: int) -> str:
        """Sent under one key until it is accepted."""
        start = next(_numbers) * 100_000
        sent = {start + row: f"{start}-{row}" for row in range(rows)}
        body = "".join(json.dumps({"id": row, "name": name}) + "\n" for row, name in sent.items()).encode()
        key = secrets.token_hex(8)
        batch_id = wait_until(lambda: self._try(body, key), 60, "the acceptance of a load")
        self._batches[batch_id] = sent
        return batch_id

    def _try(self, body: bytes, key: str) -> str:
        headers = {"Content_Type": "application/x-ndjson", "Idempotency_Key": key}
        try:
            status, data = self._stack.call("POST", "/api/importer/batches?operation=load_groups", body, **headers)
        except OSError:
            return ""
        assert status in {202, 503}, (status, data[:500])
        return str(json.loads(data)["id"]) if status == 202 else ""

    def wait_finished(self, timeout: float) -> None:
        def unfinished() -> list[Any]:
            try:
                batches = [self._stack.batch(batch_id) for batch_id in self._batches]
            except (OSError, AssertionError):
                return ["the importer is away"]
            return [batch for batch in batches if batch["state"] not in FINISHED]

        try:
            wait_until(lambda: not unfinished(), timeout, "all loads to finish")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{unfinished()}\n{self._stack.logs()}") from None

    def check(self) -> LoadVerdict:
        """Compare outcomes and the catalog with what was sent."""
        verdict = LoadVerdict()
        items = requests.get(f"{self._stack.catalog_url}/api/groups/", timeout=30).json()["items"]
        there = {item["id"]: item["name"] for item in items}
        for batch_id, sent in self._batches.items():
            lines = self._stack.results(batch_id)
            verdict.rows += len(sent)
            verdict.lost += len(sent) - len(lines) + sum(there.get(row) != name for row, name in sent.items())
            verdict.twice += sum(line.get("result", {}).get("change") != "created" for line in lines)
        mine = {row // 100_000 for sent in self._batches.values() for row in sent}
        verdict.phantom += sum(
            row // 100_000 in mine and not any(row in sent for sent in self._batches.values()) for row in there
        )
        return verdict

    def holds(self, timeout: float) -> LoadVerdict:
        self.wait_finished(timeout)
        verdict = self.check()
        assert verdict.is_clean(), verdict
        return verdict
