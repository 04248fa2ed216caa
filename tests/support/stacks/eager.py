"""Catalog, importer and gateway as real processes, without workers: the importer computes in the request."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from importer.app import create_app
from importer.settings import Settings
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawAnswer, exchange
from tests.support.servers.services import running_service

BATCHES = "/api/importer/batches"
CSV = "text/csv"
JSON = "application/json"
NDJSON = "application/x-ndjson"
TOKEN = "of-the-importer"
# Where many files share the stack: items of a bulk call, rows of a batch, and wrong ones of them.
MOST_ITEMS, MOST_ROWS, MOST_REFUSED = 50, 20_000, 150
LIMITS = {
    "MAX_BULK_ITEMS": str(MOST_ITEMS), "MAX_BATCH_ROWS": str(MOST_ROWS), "MAX_REFUSED_ROWS": str(MOST_REFUSED)
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class EagerStack:
    """``url`` is the gateway's address, ``catalog`` that of the catalog itself; ``media`` is the importer's folder."""

    url: str
    catalog: str
    database: str
    media: str

    def get(self, target: str) -> RawAnswer:
        return exchange(self.url, "GET", target)

    def send(
        self, method: str, target: str, body: bytes | None = None, content_type: str = "", **headers: str
    ) -> RawAnswer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        typed = {"Content-Type": content_type} if content_type else {}
        return exchange(self.url, method, target, {**typed, **named}, body)

    def post(self, target: str, value: Any, **headers: str) -> RawAnswer:
        return self.send("POST", target, json.dumps(value).encode(), JSON, **headers)

    def lines(self, batch_id: str) -> list[dict[str, Any]]:
        """The results of a batch."""
        return [json.loads(line) for line in self.get(f"{BATCHES}/{batch_id}/results").body.splitlines()]

    def waiting_batch(self, query: str = "", records: tuple[Any, ...] = ({"id": 1, "payload": "x"},)) -> str:
        """A batch that no worker ever takes, since it came in another way; its id."""
        importer = create_app(Settings(sqlalchemy_database_uri=self.database)).test_client()
        answer = importer.post(BATCHES + query, json={"records": records})
        assert answer.status_code == 202, answer.text
        batch_id: str = answer.get_json()["id"]
        return batch_id


@contextmanager
def running_eager_stack(folder: Path, database: str, limits: Mapping[str, str] | None = None) -> Iterator[EagerStack]:
    """``database`` has its tables already; ``limits`` are settings of all three."""
    own = {"SQLALCHEMY_DATABASE_URI": database, "SERVICE_TOKEN": TOKEN, **(limits or {})}
    with running_service("catalog.wsgi:app", folder, own) as (catalog, _):
        media = str(folder / "media")
        eager = {
            **own, "MEDIA_DIR": media, "CELERY_TASK_ALWAYS_EAGER": "1", "CATALOG_URL": catalog,
            "WORKER_TOKEN_PEPPERS": "p" * 32,
        }  # fmt: skip
        with (
            running_service("importer.wsgi:app", folder, eager) as (importer, _),
            running_gateway(folder, catalog, importer, limits or {}) as (url, _),
        ):
            yield EagerStack(url, catalog, database, media)
