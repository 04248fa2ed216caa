"""What the importer holds in memory while it takes a million records."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from importer.migrate import migrate
from tests.bench.batches import Make
from tests.bench.measure import seconds
from tests.bench.results import Results, Row
from tests.bench.scale import scaled
from tests.support.stacks.importer import Stack, running_stack

ROWS = scaled(1_000_000)
MEBIBYTE = 1024 * 1024
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


def _payload(row: int) -> str:
    return f"  Book Number {row} of the SERIES, volume {row % 7}  "


def write(path: Path, media_type: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        if media_type == "text/csv":
            file.write("id,payload\n")
            file.writelines(f'{row},"{_payload(row)}"\n' for row in range(ROWS))
        else:
            file.writelines(json.dumps({"id": row, "payload": _payload(row)}) + "\n" for row in range(ROWS))


def send(stack: Stack, path: Path, media_type: str) -> None:
    address = urlsplit(stack.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=300)
    with path.open("rb") as body:
        headers = {"Content-Type": media_type, "Content-Length": str(path.stat().st_size)}
        connection.request("POST", "/api/importer/batches", body, headers)
    answer = connection.getresponse()
    batch = json.loads(answer.read())
    connection.close()
    assert (answer.status, batch["rows"]) == (202, ROWS), batch


@pytest.mark.parametrize(("form", "media_type"), [("NDJSON", "application/x-ndjson"), ("CSV", "text/csv")])
def test_memory_of_the_importer_stays_small_for_a_million_records(
    stack: Stack, results: Results, tmp_path: Path, form: str, media_type: str
) -> None:
    path = tmp_path / "million"
    write(path, media_type)
    server = psutil.Process(stack.parts["importer"].running.pid)
    before = max(peak(process.pid) for process in server.children())
    took = seconds(lambda: send(stack, path, media_type))
    after = max(peak(process.pid) for process in server.children())
    size = f"a body of {path.stat().st_size / MEBIBYTE:.0f} MiB; {before:.0f} MiB before; 202 after {took:.1f} s"
    what = f"importer's memory while it takes {ROWS:,} records as {form}, MB"
    megabytes = after * MEBIBYTE / 1e6
    results.rows.append(Row(what, f"{megabytes:.0f} MB", size, megabytes, 100, is_limit=True))
