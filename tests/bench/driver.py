"""A peer with its own workers and its own client, each in the Python that has its packages."""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.servers.processes import ROOT, Process
from tests.support.waiting import wait_until

PEERS_PYTHON = ROOT / ".bench" / "venv" / "bin" / "python"


class Driver:
    """Asks the client by lines. AssertionError with what it wrote where it ends."""

    def __init__(self, python: str, module: str, broker_url: str, log: Path) -> None:
        self._log = log
        with log.open("ab") as output:
            self._client = subprocess.Popen(
                [python, "-m", "tests.bench.peers.drive", module],
                cwd=ROOT, env={"PEER_BROKER_URL": broker_url, "PYTHONPATH": str(ROOT)}, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output,
            )  # fmt: skip

    def seconds(self, call: str, rows: int) -> float:
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(json.dumps({"call": call, "rows": rows}) + "\n")
        self._client.stdin.flush()
        answer = self._client.stdout.readline()
        assert answer, self._log.read_text(encoding="utf-8")
        return float(answer)

    def stop(self) -> None:
        self._client.terminate()
        self._client.communicate(timeout=10)


@contextlib.contextmanager
def running_peer(
    python: str, module: str, worker: Sequence[str], ready: str, broker_url: str, folder: Path
) -> Iterator[Driver]:
    """``worker`` are the words after ``python -m``; its log holds ``ready`` once it takes messages."""
    name = module.rpartition(".")[2]
    log = folder / f"{name}.log"
    process = Process([python, "-m", *worker], log, {"PEER_BROKER_URL": broker_url})
    try:
        wait_until(lambda: ready in process.output(), 30, f"{name}: {process.output()}")
        driver = Driver(python, module, broker_url, folder / f"{name}-client.log")
        try:
            yield driver
        finally:
            driver.stop()
    finally:
        process.stop()
