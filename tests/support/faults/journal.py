"""What clients were promised, and the comparison of it with what they can read."""

import contextlib
import dataclasses
import json
import secrets
import threading
import urllib.error
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from tests.support.stacks.importer import FINISHED, Stack
from tests.support.waiting import wait_until

PAUSE = 0.1  # seconds between two tries of a client that was refused


@dataclasses.dataclass
class Verdict:
    """``lost``, ``twice``, ``wrong`` count rows, ``phantom`` rows and batches, ``changed`` batches after their end."""

    rows: int = 0
    lost: int = 0
    twice: int = 0
    phantom: int = 0
    wrong: int = 0
    changed: int = 0

    def is_clean(self) -> bool:
        return self.rows > 0 and not (self.lost or self.twice or self.phantom or self.wrong or self.changed)


class Journal:
    """Every batch that was answered 202, with its payloads; and its results as they were when it was finished."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self._payloads: dict[str, list[str]] = {}
        self._first_read: dict[str, list[dict[str, Any]]] = {}
        self._name = secrets.token_hex(4)
        self._keys = 0
        self._before = {batch["id"] for batch in stack.all_batches()}
        self.refusals: list[int] = []

    def post(self, payloads: list[str]) -> str:
        """Send until it is accepted, under one key, as a careful client does; gives the batch's id."""
        with self._lock:
            self._keys += 1
            key = f"{self._name}-{self._keys}"
        lines = (json.dumps({"id": row, "payload": payload}) for row, payload in enumerate(payloads, 1))
        body = "\n".join(lines).encode()
        batch_id = wait_until(lambda: self._try(body, key), 120, f"the acceptance of {key}")
        with self._lock:
            self._payloads[batch_id] = payloads
        return batch_id

    def _try(self, body: bytes, key: str) -> str:
        headers = {"Content_Type": "application/x-ndjson", "Idempotency_Key": key}
        try:
            status, data = self._stack.call("POST", "/api/importer/batches", body, **headers)
        except (OSError, urllib.error.URLError):
            return ""
        if status == 202:
            return str(json.loads(data)["id"])
        assert status in {429, 502, 503, 504}, (status, data[:500])
        self.refusals.append(status)
        return ""

    def batches(self) -> list[str]:
        """The ids of what was accepted."""
        with self._lock:
            return list(self._payloads)

    @contextlib.contextmanager
    def feeding(self, batches: int, rows: int = 2000) -> Iterator[threading.Thread]:
        """A client in the background sends so many batches; the block ends when all are accepted."""
        trouble: list[BaseException] = []

        def feed() -> None:
            try:
                for number in range(batches):
                    self.post([f"b{number}r{row}" for row in range(rows)])
            except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
                trouble.append(error)

        client = threading.Thread(target=feed, daemon=True)
        client.start()
        yield client
        client.join(150)
        assert not client.is_alive(), "the client still waits to be accepted"
        if trouble:
            raise trouble[0]

    def wait_finished(self, timeout: float) -> None:
        """All batches of the journal, within so many seconds together."""

        def unfinished() -> list[str]:
            return [batch_id for batch_id in self._payloads if not self._is_finished(batch_id)]

        try:
            wait_until(lambda: not unfinished(), timeout, "all batches to finish")
        except AssertionError as error:
            left = [self._stack.batch(batch_id) for batch_id in unfinished()]
            raise AssertionError(f"{error}\n{left}\n{self._stack.logs()}") from None

    def _is_finished(self, batch_id: str) -> bool:
        """A finished batch is read at once and asked for no more; ``check`` compares."""
        if batch_id in self._first_read:
            return True
        with contextlib.suppress(OSError, AssertionError):
            if self._stack.batch(batch_id)["state"] in FINISHED:
                self._first_read[batch_id] = self._stack.results(batch_id)
                return True
        return False

    def check(self, except_for: Collection[str] = ()) -> Verdict:
        """Read everything again and compare it with what was sent since this journal began, or by another one."""
        verdict = Verdict()
        for batch_id, payloads in self._payloads.items():
            results = self._stack.results(batch_id)
            verdict.changed += results != self._first_read[batch_id]
            compare(payloads, results, verdict)
        listed = {batch["id"] for batch in self._stack.all_batches()} - self._before - set(except_for)
        verdict.phantom += len(listed - set(self._payloads))
        verdict.lost += sum(len(self._payloads[batch_id]) for batch_id in set(self._payloads) - listed)
        return verdict


def compare(payloads: list[str], results: list[dict[str, Any]], verdict: Verdict) -> None:
    """Add what is wrong with the results of one batch; row n must be the outcome of the n-th payload."""
    seen = Counter(line["row"] for line in results)
    verdict.rows += len(payloads)
    verdict.lost += sum(row not in seen for row in range(1, len(payloads) + 1))
    verdict.twice += sum(times - 1 for times in seen.values())
    verdict.phantom += sum(not 1 <= row <= len(payloads) for row in seen)
    for line in results:
        shown = line["result"] if line["outcome"] == "ok" else line
        is_sent = 1 <= line["row"] <= len(payloads)
        verdict.wrong += not is_sent or shown["payload"] != payloads[line["row"] - 1]
