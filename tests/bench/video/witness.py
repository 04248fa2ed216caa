"""What can be seen from outside while a worker goes through a video: memory, lease, bar, time limit."""

import dataclasses
import json
import re
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from tests.support.servers.embedded import libpq_uri
from tests.support.stacks.gpu import worker_of
from tests.support.stacks.importer import FINISHED, Part, Stack

LOOK_SECONDS = 1.0
LONGEST_SECONDS = 4 * 3600
LEASE = "SELECT attempts, due_at::text FROM importer.chunk WHERE batch_id = %s"


@dataclasses.dataclass
class Account:
    """``peak`` is the most that a child of the worker ever held, in MB; ``bar`` the parts told, from 0 to 1."""

    name: str
    seconds: float = 0.0
    peak: float = 0.0
    attempts: int = 0
    leases: set[str] = dataclasses.field(default_factory=set)
    bar: list[float] = dataclasses.field(default_factory=list)
    allowed: str = ""
    result_bytes: int = 0
    result: dict[str, Any] = dataclasses.field(default_factory=dict)

    def boundaries(self) -> list[int]:
        return [shot["end_frame"] for shot in self.result["shots"][:-1]]

    def text(self) -> str:
        found = self.result
        pace = found["frames"] / self.seconds
        tells = sorted(set(self.bar))
        bar = f"bar told {len(tells)} times, {tells[0]:.2f} to {tells[-1]:.2f}" if tells else "bar never told"
        return "\n  ".join([
            f"{self.name}: {found['frames']} frames in {self.seconds:.0f} s on {found['device']}, {pace:.0f} frames/s",
            f"{found['shot_count']} shots, a result of {self.result_bytes} bytes",
            f"child's peak {self.peak:.0f} MB; attempts {self.attempts}; leases seen {len(self.leases)}; {bar}",
            f"time limit: {self.allowed}",
        ])  # fmt: skip


def peak_megabytes(part: Part) -> float:
    """Of the worker's children, as the kernel counted."""
    peaks = [0.0]
    for child in psutil.Process(part.running.pid).children(recursive=True):
        with suppress(OSError, psutil.Error):
            status = Path(f"/proc/{child.pid}/status").read_text()
            peaks += [int(kib) * 1024 / 1e6 for kib in re.findall(r"VmHWM:\s+(\d+) kB", status)]
    return max(peaks)


def witness(stack: Stack, part: Part, name: str) -> Account:
    """Let the worker do the file ``name``, and look on."""
    account, started = Account(name), time.monotonic()
    batch_id = stack.post_rows(1, operation="process_video", payload=name)
    with closing(psycopg2.connect(libpq_uri(stack.env["SQLALCHEMY_DATABASE_URI"]))) as database:
        database.autocommit = True
        while stack.batch(batch_id)["state"] not in FINISHED:
            assert time.monotonic() - started < LONGEST_SECONDS, stack.logs()
            _look(stack, part, account, database, batch_id)
            time.sleep(LOOK_SECONDS)
        account.seconds = time.monotonic() - started
        _look(stack, part, account, database, batch_id)
    (line,) = stack.results(batch_id)
    assert line["outcome"] == "ok", line
    account.result, account.result_bytes = line["result"], len(json.dumps(line))
    (account.allowed,) = re.findall(rf"{re.escape(name)}: (\d+ s of video, may take \d+ s)", part.running.output())
    return account


def _look(stack: Stack, part: Part, account: Account, database: Any, batch_id: str) -> None:
    account.peak = max(account.peak, peak_megabytes(part))
    with database.cursor() as cursor:
        cursor.execute(LEASE, (batch_id,))
        account.attempts, lease = cursor.fetchone()
    for busy in worker_of(stack, part.name).get("busy", []):
        account.leases.add(lease)
        if busy["total"]:
            account.bar.append(busy["current"] / busy["total"])
