"""The version before left everything in flight: today's migrates it, finishes it, and nothing is lost or done twice."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from catalog.migrate import migrate as migrate_catalog
from importer.migrate import migrate as migrate_importer
from tests.support.importer.old_ledger.restore import add_rows, restore
from tests.support.stacks.whole import WholeStack, running_whole_stack

TEXTS, GROUPS = 150_000, 50_000
BATCHES = "/api/importer/batches"


class Upgraded:
    def __init__(self, stack: WholeStack) -> None:
        self.stack = stack
        self.ids = {batch["source"]: batch["id"] for batch in stack.importer.all_batches()}

    def finished(self, source: str) -> dict[str, Any]:
        return self.stack.importer.wait_finished(self.ids[source], 90)

    def outcomes(self, source: str) -> dict[int, str]:
        """By row; AssertionError where a row has two."""
        lines = self.stack.importer.results(self.ids[source])
        found = {line["row"]: line["outcome"] for line in lines}
        assert len(found) == len(lines)
        return found

    def groups(self) -> dict[int, str]:
        items = requests.get(f"{self.stack.url}/api/groups/", timeout=60).json()["items"]
        return {item["id"]: item["name"] for item in items}

    def call(self, method: str, path: str, **more: Any) -> Any:
        answer = requests.request(method, self.stack.url + path, timeout=60, **more)
        assert answer.ok, answer.text
        return answer.json()


def check_small_batches(upgraded: Upgraded) -> None:
    refused = dict.fromkeys((5, 12, 23, 24), "refused")
    assert upgraded.finished("mixed")["outcomes"]["ok"] == 36
    assert upgraded.outcomes("mixed") == {**dict.fromkeys(range(1, 41), "ok"), **refused}
    load = upgraded.finished("load")
    assert load["outcomes"]["ok"] == 40
    assert load["changes"]["created"] == 40, "what was applied before was applied again"
    assert upgraded.finished("waiting")["outcomes"]["ok"] == 10
    assert upgraded.finished("unspecified")["outcomes"]["ok"] == 3, "a task of the older call"
    assert upgraded.finished("cancelled")["state"] == "cancelled"


def check_what_was_over(upgraded: Upgraded) -> None:
    """A repeat under an old key is the old batch; what was cancelled is tried again, what was loaded taken back."""
    texts: list[dict[str, object]] = [{"id": row, "payload": f" Row {row} "} for row in range(1, 6)]
    del texts[4]["payload"]
    body = "".join(f"{json.dumps(text)}\n" for text in texts).encode()
    headers = {"Idempotency-Key": "monday", "Content-Type": "application/x-ndjson"}
    repeated = upgraded.call(
        "POST", f"{BATCHES}?operation=normalize_record&source=finished", data=body, headers=headers
    )
    assert (repeated["id"], repeated["created"]) == (upgraded.ids["finished"], False)
    retried = upgraded.call("POST", f"{BATCHES}/{upgraded.ids['cancelled']}/retry")
    undone = upgraded.call("POST", f"{BATCHES}/{upgraded.ids['load']}/undo")
    assert upgraded.stack.importer.wait_finished(retried["id"])["outcomes"]["ok"] == 4
    assert upgraded.stack.importer.wait_finished(undone["id"])["outcomes"]["ok"] == 40


@pytest.mark.timeout(240)
def test_ledger_of_the_version_before_is_finished(postgres: str, redis_url: str, tmp_path: Path) -> None:
    restore(postgres)
    add_rows(postgres, TEXTS, GROUPS)
    migrate_catalog(postgres)
    migrate_importer(postgres)
    with running_whole_stack(tmp_path, postgres, redis_url) as stack:
        upgraded = Upgraded(stack)
        check_small_batches(upgraded)
        assert upgraded.finished("texts")["outcomes"]["ok"] == TEXTS
        assert upgraded.outcomes("texts") == dict.fromkeys(range(1, TEXTS + 1), "ok")
        assert upgraded.finished("groups")["changes"]["created"] == GROUPS
        check_what_was_over(upgraded)
        loaded = {1_000_000 + row: f"Группа {row}" for row in range(1, GROUPS + 1)}
        before = {row: f"Группа {row}" for row in range(900, 910)}
        assert upgraded.groups() == {**before, **loaded}
