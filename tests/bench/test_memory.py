"""What the importer holds in memory while it takes a million records."""

import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from importer.migrate import migrate
from tests.bench.conftest import Row, Table
from tests.support.stack import Stack, running_stack

ROWS = 1_000_000
BYTES = 1024 * 1024
LINE = '{{"id": {0}, "payload": "  Book Number {0} of the SERIES, long enough to be a title  "}}\n'

Make = Callable[[], str]
pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


@pytest.fixture
def stack(make_postgres: Make, make_redis: Make, tmp_path: Path) -> Iterator[Stack]:
    uri = make_postgres()
    migrate(uri)
    with running_stack(tmp_path, uri, make_redis(), workers=0) as running:
        yield running


def peak(pid: int) -> float:
    """MiB that the process ever held at once, as the kernel counted."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the kernel does not tell VmHWM")


def test_memory_of_the_importer_stays_small_for_a_million_records(stack: Stack, table: Table, tmp_path: Path) -> None:
    path = tmp_path / "million.ndjson"
    with path.open("w") as file:
        file.writelines(
            json.dumps({"id": row, "payload": f"  Book Number {row} of the SERIES, volume {row % 7}  "}) + "\n"
            for row in range(ROWS)
        )
    server = psutil.Process(stack.parts["importer"].running.pid)
    before = max(peak(process.pid) for process in server.children())
    address = urlsplit(stack.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=300)
    with path.open("rb") as body:
        headers = {"Content-Type": "application/x-ndjson", "Content-Length": str(path.stat().st_size)}
        connection.request("POST", "/api/importer/batches", body, headers)
    answer = connection.getresponse()
    batch = json.loads(answer.read())
    connection.close()
    assert (answer.status, batch["rows"]) == (202, ROWS), batch
    after = max(peak(process.pid) for process in server.children())
    size = f"a body of {path.stat().st_size / BYTES:.0f} MiB; {before:.0f} MiB before"
    table.add(
        Row("importer's memory for 1,000,000 records in MiB", f"{after:.0f} MiB", size, after, 100, is_limit=True)
    )
