"""The importer with its workers as real processes, each to be killed, paused and started again."""

import contextlib
import dataclasses
import http.client
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.local.ports import LOOPBACK, free_port
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_kit.actor import HEADER as ACTOR_HEADER
from stackroom_kit.actor import LOCAL, ActorSigner, SignedRequest
from stackroom_kit.request_id import HEADER as REQUEST_ID
from stackroom_kit.settings import Secret
from tests.support.servers.processes import Process, python, stop_all
from tests.support.servers.services import SHARED_CONFIGURATION, is_ready
from tests.support.waiting import wait_until

FINISHED = {"done", "done_with_errors", "cancelled"}


def gunicorn(app: str) -> list[str]:
    return python("-m", "gunicorn", "-c", SHARED_CONFIGURATION, app)


def _celery(module: str, queues: str, slots: int) -> list[str]:
    options = [f"--queues={queues}", f"--concurrency={slots}", "--loglevel=INFO"]
    return python("-m", "celery", "-A", module, "worker", *options)


@dataclasses.dataclass
class Part:
    """A process that can be started again under the same name, address and settings."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    process: Process | None = None

    def start(self) -> None:
        self.process = Process(self.command, self.log, self.env)

    @property
    def running(self) -> Process:
        assert self.process is not None, f"{self.name} was not started"
        return self.process

    def kill(self) -> None:
        self.running.kill()

    def restart(self) -> None:
        self.kill()
        self.start()


@dataclasses.dataclass(frozen=True)
class Answer:
    """Header names as they were sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def _opened(request: urllib.request.Request) -> Any:
    """Its answer, whatever the status."""
    try:
        return urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        return error


class Stack:
    """importer, importer-worker-api, dispatcher and CPU workers on one database and one Redis."""

    def __init__(
        self,
        folder: Path,
        database_uri: str,
        broker_url: str,
        *,
        lease: int = 30,
        worker_module: str = "worker_cpu.app",
        workers: int = 1,
        slots: int = 2,
        importer: str = "importer.wsgi:app",
        worker_api: str = "importer.worker_api.wsgi:app",
        worker_api_port: int = 0,
        worker_api_url: str = "",
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        api, worker_api_port = free_port(), worker_api_port or free_port()
        self.url = self.client_url = f"http://{LOOPBACK}:{api}"
        self.worker_api = f"http://{LOOPBACK}:{worker_api_port}"
        self.token = secrets.token_hex(16)
        self.env = {
            "SQLALCHEMY_DATABASE_URI": database_uri,
            "CELERY_BROKER_URL": broker_url,
            "WORKER_TOKEN": self.token,
            "WORKER_TOKEN_PEPPERS": secrets.token_hex(32),
            "WORKER_API_URL": worker_api_url or self.worker_api,
            "LEASE_SECONDS": str(lease),
            "WEB_PROCESSES": "1",
            **(env or {}),
        }
        self.parts: dict[str, Part] = {}
        self._add("importer", gunicorn(importer), BIND=f"{LOOPBACK}:{api}", WEB_THREADS="8")
        self._add("worker-api", gunicorn(worker_api), BIND=f"{LOOPBACK}:{worker_api_port}", WEB_THREADS="8")
        self._add("dispatcher", python("-m", "importer.dispatcher"))
        for number in range(workers):
            name = f"worker-{number}"
            self._add(name, _celery(worker_module, "cpu,default", slots), WORKER_NAME=name)

    def _add(self, name: str, command: list[str], **env: str) -> None:
        self.parts[name] = Part(name, command, {**self.env, **env}, self.folder / f"{name}.log")

    @property
    def workers(self) -> list[Part]:
        return [part for name, part in self.parts.items() if name.startswith("worker-") and name != "worker-api"]

    def start(self) -> None:
        for part in self.parts.values():
            part.start()
        self.wait_ready()

    def wait_ready(self) -> None:
        for name, url in (("importer", self.url), ("worker-api", self.worker_api)):
            self.parts[name].running.wait_ready(lambda url=url: is_ready(url))  # type: ignore[misc]
        wait_until(lambda: self.live_workers() >= len(self.workers), 40, "all workers in the register")

    def live_workers(self) -> int:
        return sum(worker["alive"] for worker in self.get("/api/importer/workers")["items"])

    def stop(self) -> None:
        """What calls the importer goes first: a worker says goodbye to it."""
        started = {name: part.process for name, part in self.parts.items() if part.process is not None}
        services = [started.pop(name) for name in ("importer", "worker-api") if name in started]
        for processes in (started.values(), services):
            stop_all(processes, timeout=25)

    def kill(self) -> None:
        """After the last test, where nobody is left to whom an end in good order would matter: that takes seconds."""
        for part in self.parts.values():
            if part.process is not None:
                part.kill()

    def as_worker(self) -> WorkerAPI:
        """To do by hand what a worker does."""
        return WorkerAPI(WorkerSettings(worker_api_url=self.worker_api, worker_token=Secret(self.token)))

    def logs(self) -> str:
        return "\n".join(
            f"== {name}\n{part.log.read_text(errors='replace')[-4000:]}" for name, part in self.parts.items()
        )

    def answer(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """ConnectionError, as for any other loss, where a server dies in the middle of its answer."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | self.credentials(method, path)
        request = urllib.request.Request(self.client_url + path, body, sent, method=method)
        try:
            with _opened(request) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except http.client.HTTPException as error:
            raise ConnectionError(f"{method} {path}: {error!r}") from None

    def credentials(self, method: str, path: str) -> dict[str, str]:
        """Headers by which ``client_url`` knows who calls."""
        return self.as_gateway(method, path)

    def as_gateway(self, method: str, path: str) -> dict[str, str]:
        """What the gateway tells a service, where that asks who calls."""
        if self.env.get("AUTH") != "on":
            return {}
        header = ActorSigner(Secret(self.env["ACTOR_KEY"])).signed(LOCAL, SignedRequest(method, path, "stack"))
        return {ACTOR_HEADER: header, REQUEST_ID: "stack"}

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        answer = self.answer(method, path, body, **headers)
        return answer.status, answer.body

    def get(self, path: str) -> Any:
        status, data = self.call("GET", path)
        assert status == 200, (status, data[:500])
        return json.loads(data)

    def post_rows(self, rows: int, key: str = "", operation: str = "normalize_record", payload: str = " X ") -> str:
        """A batch of so many records; gives its id. Repeats while the importer is away, so pass a key then."""
        lines = b"".join(b'{"id":%d,"payload":"%s"}\n' % (row, payload.encode()) for row in range(1, rows + 1))
        headers = {"Content_Type": "application/x-ndjson", **({"Idempotency_Key": key} if key else {})}
        status, data = self.call("POST", f"/api/importer/batches?operation={operation}", lines, **headers)
        assert status == 202, (status, data[:500])
        batch_id: str = json.loads(data)["id"]
        return batch_id

    def batch(self, batch_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/api/importer/batches/{batch_id}")
        return found

    def all_batches(self) -> Iterator[dict[str, Any]]:
        after: str | None = ""
        while after is not None:
            page = self.get("/api/importer/batches?limit=200" + (f"&after={after}" if after else ""))
            yield from page["items"]
            after = page["next"]

    def wait_finished(self, batch_id: str, timeout: float = 40) -> dict[str, Any]:
        def finished() -> dict[str, Any] | None:
            with contextlib.suppress(OSError, AssertionError):
                batch = self.batch(batch_id)
                return batch if batch["state"] in FINISHED else None
            return None

        try:
            return wait_until(finished, timeout, f"batch {batch_id} to finish") or {}
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.logs()}") from None

    def results(self, batch_id: str) -> list[dict[str, Any]]:
        status, data = self.call("GET", f"/api/importer/batches/{batch_id}/results")
        assert status == 200
        return [json.loads(line) for line in data.splitlines()]


@contextlib.contextmanager
def running_stack(*args: Any, **kwargs: Any) -> Iterator[Stack]:
    stack = Stack(*args, **kwargs)
    try:
        stack.start()
        yield stack
    finally:
        stack.kill()
