"""The stack in containers, by Docker's own command line; everything else goes through the published port."""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

from deploy.local.ports import LOOPBACK, free_port
from tests.support.servers.processes import ROOT
from tests.support.stacks.importer import FINISHED
from tests.support.waiting import wait_until

PROJECT = "stackroom-test"
UP_LIMIT = 900  # seconds, images built from nothing included


def engine_answers() -> bool:
    return (
        bool(shutil.which("docker"))
        and not subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    )


class Compose:
    """One compose project on a free port, with the files that it is made of."""

    def __init__(
        self, files: Sequence[str] = ("compose.yaml",), project: str = PROJECT, env: Mapping[str, str] | None = None
    ) -> None:
        self.project = project
        self.port = free_port()
        self._env = dict(env or {})
        self._files = [word for name in files for word in ("-f", name)]
        self.headers: dict[str, str] = {}  # of every call, beside its own

    def __call__(self, *words: str, limit: float = 120, typed: str = "") -> str:
        """``docker compose <words>``; gives what it printed. AssertionError with its errors. ``typed`` is piped in."""
        command = ["docker", "compose", "-p", self.project, *self._files, *words]
        env = {**os.environ, "UI_PORT": str(self.port), **self._env}
        done = subprocess.run(
            command, cwd=ROOT, env=env, input=typed, capture_output=True, text=True, timeout=limit, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def up(self, *words: str) -> None:
        """Healthy, or an error with the logs."""
        try:
            self("up", "--build", "--wait", "--wait-timeout", "180", *words, limit=UP_LIMIT)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self('logs', '--tail', '30')}") from None

    def down(self) -> None:
        self("down", "--volumes", "--timeout", "35", limit=240)

    def containers(self) -> dict[str, dict[str, Any]]:
        """What ``docker inspect`` says, by service; of several containers of one service, one."""
        found = json.loads(docker("inspect", *self("ps", "-aq").split()))
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in found}

    def inside(self, service: str, *words: str) -> str:
        return self("exec", "-T", service, *words).strip()

    def host_address(self) -> str:
        """This machine's address in a network of the stack, where containers of other projects reach it."""
        (network,) = json.loads(docker("network", "inspect", f"{self.project}_front"))
        return str(network["IPAM"]["Config"][0]["Gateway"])

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {**self.headers, **kwargs.pop("headers", {})}
        return requests.request(method, f"http://{LOOPBACK}:{self.port}{path}", timeout=60, headers=headers, **kwargs)

    def post_rows(self, rows: int, key: str) -> str:
        """A batch's id; repeated while a part of the stack is away."""
        body = b"".join(b'{"id":%d,"payload":" Row %d "}\n' % (row, row) for row in range(1, rows + 1))
        headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key}

        def posted() -> str:
            try:
                answer = self.call("POST", "/api/importer/batches", data=body, headers=headers)
            except requests.ConnectionError:  # the gateway itself was restarted
                return ""
            assert answer.status_code in {202, 502, 503, 504}, answer.text
            return str(answer.json()["id"]) if answer.status_code == 202 else ""

        return wait_until(posted, 90, "the acceptance of a batch")

    def wait_finished(self, batch_id: str, limit: float = 120) -> dict[str, Any]:
        def finished() -> dict[str, Any]:
            try:
                answer = self.call("GET", f"/api/importer/batches/{batch_id}")
            except requests.ConnectionError:
                return {}
            return answer.json() if answer.ok and answer.json()["state"] in FINISHED else {}

        return wait_until(finished, limit, f"batch {batch_id} to finish")

    def rows_of(self, batch_id: str) -> list[int]:
        answer = self.call("GET", f"/api/importer/batches/{batch_id}/results")
        return [json.loads(line)["row"] for line in answer.text.splitlines()]


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=120, check=True).stdout


@contextlib.contextmanager
def remote_worker(settings: Mapping[str, str]) -> Iterator[Compose]:
    """A CPU worker outside, in a compose project of its own."""
    worker = Compose(["deploy/compose.worker.yaml"], "stackroom-test-remote", settings)
    worker.down()  # what an interrupted run left
    try:
        worker("up", "--wait", "--wait-timeout", "60", "worker-cpu")
        yield worker
    finally:
        worker.down()
