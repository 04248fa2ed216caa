"""Workers that register operations of their own, as the bytes that they send; and what the importer tells of these."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import msgspec
import requests

from importer.database import make_engine
from stackroom_jobs.description import Description, task_name_of
from stackroom_jobs.protocol import CONTRACT_VERSION, ClaimedChunk, ClaimRequest
from stackroom_kit.settings import Secret
from tests.support.importer.ledger import Ledger
from tests.support.workers.calls import TOKEN, WORKERS, Importer

OPERATIONS = "/api/importer/operations"
ISBN = {"title": "Isbn", "type": "object", "properties": {"isbn": {"type": "string"}}, "required": ["isbn"]}
TEXT = {
    "title": "Text",
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "text": {"type": "string", "title": "Words"},
        "seen_on": {"type": ["string", "null"], "format": "date"},
    },
    "required": ["id", "text"],
}


def described(name: str = "extract_isbn", version: int = 1, **more: Any) -> Description:
    fields = {"title": "Find ISBNs", "record": TEXT, "result": ISBN, "queues": ["isbn"], **more}
    return msgspec.convert({"name": name, "task_name": task_name_of(name), "version": version, **fields}, Description)


@dataclasses.dataclass(frozen=True)
class Foreign:
    """A worker that has operations of its own, as the bytes that it sends."""

    importer: Importer
    name: str = "w1"
    incarnation: str = "a1"
    token: Secret = TOKEN

    def call(self, path: str, body: Any, **query: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token.reveal()}", "Stackroom-Contract": str(CONTRACT_VERSION)}
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return requests.post(f"{self.importer.url}/internal/{path}", data, headers=headers, params=query, timeout=10)

    def beat(self, *operations: str) -> Mapping[str, Any]:
        return {
            "worker": self.name, "host": "far", "contract": CONTRACT_VERSION, "queues": ["isbn"], "slots": 1,
            "operations": operations, "versions": {}, "incarnation": self.incarnation,
        }  # fmt: skip

    def register(self, *brought: Description, more: tuple[str, ...] = ()) -> dict[str, str]:
        """Why it may not serve some of these."""
        body = {**self.beat(*(one.name for one in brought), *more), "described": brought}
        answer = self.call("register", body)
        assert answer.status_code == 200, answer.text
        refused: dict[str, str] = answer.json()["refused"]
        return refused

    def heartbeat(self, *operations: str) -> None:
        assert self.call("heartbeat", self.beat(*operations)).status_code == 200

    def claim(self, token: str, *operations: str) -> ClaimedChunk | None:
        asked = ClaimRequest(self.name, "isbn", list(operations), "d", token, self.incarnation)
        answer = self.call("claim", asked)
        return msgspec.json.decode(answer.content, type=ClaimedChunk) if answer.status_code == 200 else None

    def served(self) -> list[str]:
        workers = self.importer.client.get(WORKERS).get_json()["items"]
        found: list[str] = next(worker["operations"] for worker in workers if worker["name"] == self.name)
        return found


def listed(importer: Importer, name: str = "extract_isbn") -> dict[str, Any] | None:
    items = importer.client.get(OPERATIONS).get_json()["items"]
    return next((one for one in items if one["name"] == name), None)


def version_of(importer: Importer) -> int:
    found = listed(importer)
    assert found is not None
    return int(found["version"])


def silence(migrated: str, name: str) -> None:
    """The worker is not heard of any more."""
    Ledger(make_engine(migrated, 1)).run(
        "UPDATE importer.worker SET last_seen = now() - interval '1 h' WHERE name = :name", name=name
    )
