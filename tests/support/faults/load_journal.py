"""Loads that clients were promised, and the comparison of them with what the catalog holds."""

import contextlib
import dataclasses
import itertools
import json
import secrets
from collections import Counter
from typing import Any

from tests.support.servers.services import is_ready
from tests.support.stacks.faults import FaultStack
from tests.support.stacks.importer import FINISHED
from tests.support.waiting import wait_until

_numbers = itertools.count(1)
IDS_PER_LOAD = 100_000


@dataclasses.dataclass
class LoadVerdict:
    """Rows. ``twice``: applied again, which a load that fails on conflict says itself; ``phantom``: in the catalog,

    though no result says so; ``changed``: results that were others when they were read again.
    """

    rows: int = 0
    lost: int = 0
    twice: int = 0
    phantom: int = 0
    changed: int = 0

    def is_clean(self) -> bool:
        return self.rows > 0 and not (self.lost or self.twice or self.phantom or self.changed)


@dataclasses.dataclass
class Load:
    """``sent`` is id → name. ``promised`` is how many rows the answer to a cancel said might yet be applied."""

    sent: dict[int, str]
    promised: int | None = None
    batches: list[str] = dataclasses.field(default_factory=list)
    undo: str = ""
    first_read: dict[str, list[dict[str, Any]]] = dataclasses.field(default_factory=dict)


class LoadJournal:
    """Every load has ids of its own, and fails where an id is there already: so every row must be created, once.

    A load may be cancelled, retried (then one of its batches creates the row) and undone (then none is left).
    """

    def __init__(self, stack: FaultStack) -> None:
        self._stack = stack
        self._loads: dict[str, Load] = {}

    def post(self, rows: int) -> str:
        """Sent under one key until it is accepted."""
        start = next(_numbers) * IDS_PER_LOAD
        sent = {start + row: f"{start}-{row}" for row in range(rows)}
        body = "".join(json.dumps({"id": row, "name": name}) + "\n" for row, name in sent.items()).encode()
        key = secrets.token_hex(8)
        headers = {"Content_Type": "application/x-ndjson", "Idempotency_Key": key}
        batch_id = str(self._insist("?operation=load_groups", body, **headers)["id"])
        self._loads[batch_id] = Load(sent, batches=[batch_id])
        return batch_id

    def cancel(self, batch_id: str) -> dict[str, Any]:
        """Its answer; what it counts as done or pending is all that may be in the catalog in the end."""
        answer = self._insist(f"/{batch_id}/cancel")
        self._loads[batch_id].promised = answer["outcomes"]["ok"] + answer["outcomes"]["pending"]
        return answer

    def retry(self, batch_id: str) -> str:
        """The first batch must be finished."""
        again = str(self._insist(f"/{batch_id}/retry")["id"])
        if again not in self._loads[batch_id].batches:
            self._loads[batch_id].batches.append(again)
        return again

    def undo(self, batch_id: str) -> str:
        """Of a load that was not retried."""
        self._loads[batch_id].undo = str(self._insist(f"/{batch_id}/undo")["id"])
        return self._loads[batch_id].undo

    def _insist(self, path: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
        """The answer to a POST that may be repeated, as soon as there is one."""

        def attempt() -> dict[str, Any]:
            try:
                status, data = self._stack.call("POST", f"/api/importer/batches{path}", body, **headers)
            except OSError:
                return {}
            assert status in {200, 202, 429, 502, 503, 504}, (status, data[:500])
            return dict(json.loads(data)) if status < 300 else {}

        return wait_until(attempt, 60, f"the acceptance of {path}")

    def batches(self) -> list[str]:
        """The ids of all that was accepted: loads, retries, undos."""
        return [name for load in self._loads.values() for name in _names(load)]

    def wait_finished(self, timeout: float) -> None:
        """Everything that was asked for; each batch is read at its end."""

        def unfinished() -> list[Any]:
            return [name for load in self._loads.values() for name in _names(load) if not self._is_read(load, name)]

        try:
            wait_until(lambda: not unfinished(), timeout, "all loads to finish")
        except AssertionError as error:
            left = [self._stack.batch(batch_id) for batch_id in unfinished()]
            raise AssertionError(f"{error}\n{left}\n{self._stack.logs()}") from None

    def _is_read(self, load: Load, name: str) -> bool:
        if name not in load.first_read:
            with contextlib.suppress(OSError, AssertionError):
                if self._stack.batch(name)["state"] in FINISHED:
                    load.first_read[name] = self._stack.results(name)
        return name in load.first_read

    def check(self) -> LoadVerdict:
        """Compare outcomes and the catalog with what was sent."""
        verdict = LoadVerdict()
        wait_until(lambda: is_ready(self._stack.catalog_url), 20, "the catalog")
        items = self._stack.groups()
        there = {item["id"]: item["name"] for item in items}
        for load in self._loads.values():
            self._compare(load, there, verdict)
        mine = {min(load.sent) // IDS_PER_LOAD for load in self._loads.values()}
        known = {row for load in self._loads.values() for row in load.sent}
        verdict.phantom += sum(row // IDS_PER_LOAD in mine and row not in known for row in there)
        return verdict

    def _compare(self, load: Load, there: dict[int, str], verdict: LoadVerdict) -> None:
        changes: Counter[tuple[int, str]] = Counter()
        for name in _names(load):
            lines = self._stack.results(name)
            verdict.changed += lines != load.first_read[name]
            changes.update((_id_of(line), line.get("code") or line["result"]["change"]) for line in lines)
        left_out = sum(self._stack.batch(name)["outcomes"]["cancelled"] for name in load.batches[-1:])
        created = {row for row, change in changes if change == "created"}
        removed = {row for row, change in changes if change == "removed"}
        verdict.rows += len(load.sent)
        verdict.lost += max(0, len(load.sent) - len(created) - left_out)
        verdict.lost += sum(there.get(row) != load.sent[row] for row in created - removed)
        verdict.phantom += len((set(load.sent) & set(there)) - (created - removed)) + len(created - set(load.sent))
        verdict.twice += sum(times - 1 for times in changes.values())
        verdict.twice += sum(change not in ("created", "removed") for _, change in changes)
        if load.promised is not None and len(load.batches) == 1:
            verdict.phantom += max(0, len(created) - load.promised)

    def holds(self, timeout: float) -> LoadVerdict:
        self.wait_finished(timeout)
        verdict = self.check()
        assert verdict.is_clean(), verdict
        return verdict


def _names(load: Load) -> list[str]:
    return [*load.batches, *([load.undo] if load.undo else [])]


def _id_of(line: dict[str, Any]) -> int:
    return int(line["result"]["id"] if line["outcome"] == "ok" else line["id"])
