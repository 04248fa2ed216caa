"""What a worker says to the importer, by its real client."""

from typing import Any

import msgspec
import requests

from importer.app import create_app
from importer.settings import Settings
from stackroom_jobs.outcomes import Normalized, ok_line
from stackroom_jobs.protocol import CONTRACT_VERSION, ClaimedChunk, ClaimRequest, Heartbeat
from stackroom_jobs.records import Record
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_jobs.worker.lifecycle import Deadline
from stackroom_kit.settings import Secret
from tests.support.waiting import wait_until

TOKEN = Secret("token-of-this-test")
OTHER_TOKEN = Secret("token-of-another-host")
PEPPERS = Secret("pepper-of-worker-tokens-" * 2)
BATCHES = "/api/importer/batches"
WORKERS = "/api/importer/workers"
SELF = "aa"  # the incarnation of w1
TOKENS = "/api/importer/worker-tokens"


class Importer:
    """The public app as a client, and the worker API on a port."""

    def __init__(self, uri: str, url: str) -> None:
        self.url = url
        self.client = create_app(Settings(sqlalchemy_database_uri=uri, worker_token_peppers=PEPPERS)).test_client()

    def api(self, token: Secret = TOKEN) -> WorkerAPI:
        return WorkerAPI(WorkerSettings(worker_api_url=self.url, worker_token=token))

    def worker(self, token: Secret = TOKEN) -> WorkerAPI:
        """The calls of w1, which is in the register."""
        api = self.api(token)
        api.heartbeat(beat())
        return api

    def make_token(self, name: str = "gpu1", *queues: str, **more: object) -> tuple[str, Secret]:
        """The id and what its host shows, once the worker API has seen it."""
        answer = self.client.post(TOKENS, json={"name": name, "queues": queues, **more})
        assert answer.status_code == 201, answer.text
        made = answer.get_json()
        token = Secret(made["secret"])
        wait_until(lambda: self.status(token) == 204, 1, "the new token to be known")
        return made["token"]["id"], token

    def status(self, token: Secret) -> int:
        """204 where the worker API knows it."""
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        return requests.get(f"{self.url}/internal/token", headers=headers, timeout=10).status_code

    def post(self, rows: int = 2) -> str:
        records = [{"id": row, "payload": f"p{row}"} for row in range(rows)]
        batch_id: str = self.client.post(BATCHES, json={"records": records}).get_json()["id"]
        return batch_id

    def post_video(self) -> str:
        answer = self.client.post(f"{BATCHES}?operation=process_video", json={"records": [{"id": 1, "payload": "v"}]})
        batch_id: str = answer.get_json()["id"]
        return batch_id

    def batch(self, batch_id: str) -> dict[str, object]:
        found: dict[str, object] = self.client.get(f"{BATCHES}/{batch_id}").get_json()
        return found


def beat(worker: str = "w1", incarnation: str = SELF, **more: Any) -> Heartbeat:
    fields = {"contract": CONTRACT_VERSION, "host": "host", **more}
    return Heartbeat(
        worker, queues=["cpu"], slots=2, operations=["normalize_record"], versions={}, incarnation=incarnation, **fields
    )


def soon() -> Deadline:
    return Deadline(5)


def asked(token: str, delivery: str = "d1") -> ClaimRequest:
    return ClaimRequest("w1", "cpu", ["normalize_record"], delivery, token, SELF)


def claimed(api: WorkerAPI, token: str) -> ClaimedChunk:
    chunk = api.claim(asked(token), soon())
    assert chunk is not None
    return chunk


def output_of(chunk: ClaimedChunk) -> bytes:
    records = msgspec.json.decode(chunk.records, type=list[Record])
    lines = [ok_line(row, Normalized(str(r.id), r.payload, 2, 2)) for row, r in enumerate(records, chunk.first_row)]
    return msgspec.json.Encoder().encode_lines(lines)
