"""The command ``stackroom`` with streams that are closed, full, or without a reader: one line and 2, never a trace.

1 would say that rows failed.
"""

import json
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.client.command import COMMAND
from tests.support.gateway.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.servers.processes import environment

OUTCOMES = {"ok": 1, "failed": 0, "refused": 0, "cancelled": 0, "pending": 0}
DONE = {"id": "b", "operation": "o", "queue": "cpu", "state": "done", "rows": 1, "outcomes": OUTCOMES}
PREVIEW = {"operation": "o", "queue": "cpu", "rows": [], "refused": [], "rows_read": 0}
FULL, NO_READER = "No space left on device", "Broken pipe"
# Commands that print, in all their ways.
PRINTING = (
    "--help", "--version", "import --help", "batches", "batches --json", "show b", "watch b", "results b",
    "operations", "queues --json", "workers", "retry b", "undo b --watch", "cancel b", "delete b --json",
    "preview rows.csv", "upload rows.csv", "import rows.csv", "import rows.csv --watch --json",
)  # fmt: skip


def answer(request: Received, client: socket.socket) -> None:
    """Whatever the command asks for, in one line of JSON."""
    path = request.target.partition("?")[0]
    name = path.rpartition("/")[2]
    lists = {"operations", "queues", "workers"}
    is_list = name in lists or (path == "/api/importer/batches" and request.method == "GET")
    values = {"preview": PREVIEW, "media": {"name": "uploads/a.mp4"}}
    value = values.get(name, {"items": []} if is_list else DONE)
    reply(body=json.dumps(value).encode() + b"\n")(request, client)


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedUpstream]:
    server = ScriptedUpstream()
    server.script = answer
    yield server
    server.close()


def done(server: ScriptedUpstream, folder: Path, words: str, streams: str) -> tuple[int, list[str]]:
    """The exit code and the lines on standard error, as a shell with ``streams`` runs it."""
    (folder / "rows.csv").write_bytes(b"id,payload\n1,x\n")
    line = f"{shlex.join(COMMAND)} {words} {streams}"
    run = subprocess.run(
        ["bash", "-c", line], env=environment({"STACKROOM_URL": server.url}), cwd=folder, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    return run.returncode, run.stderr.decode().splitlines()


def last_lines(lines: list[str]) -> list[str]:
    """Without what was said before the stream was found to be unfit: the progress of the work."""
    assert not any("Traceback" in line for line in lines), lines
    return [line for line in lines if "standard " in line]


@pytest.mark.parametrize("words", PRINTING)
def test_full_output_ends_with_a_line_and_2(server: ScriptedUpstream, tmp_path: Path, words: str) -> None:
    code, lines = done(server, tmp_path, words, "> /dev/full")
    assert (code, last_lines(lines)) == (2, [f"stackroom: standard output cannot be written: {FULL}"])


@pytest.mark.parametrize("words", ["--help", "batches", "watch b", "delete b", "import rows.csv --watch"])
def test_closed_output_begins_nothing(server: ScriptedUpstream, tmp_path: Path, words: str) -> None:
    before = len(server.received)
    closed = ["stackroom: standard output is closed; nothing was begun"]
    assert done(server, tmp_path, words, ">&-") == (2, closed)
    assert done(server, tmp_path, words, "2>&-") == (2, [])
    assert done(server, tmp_path, words, ">&- 2>&-") == (2, [])
    assert len(server.received) == before


@pytest.mark.parametrize("words", ["--help", "batches", "results b", "watch b", "import rows.csv --watch"])
def test_output_without_a_reader_ends_with_a_line_and_2(server: ScriptedUpstream, tmp_path: Path, words: str) -> None:
    """A named pipe whose reader has gone is one for certain; that of ``| head`` may still be there."""
    line = f"mkfifo pipe; exec 3<>pipe 4>pipe 3<&-; {shlex.join(COMMAND)} {words} >&4"
    (tmp_path / "rows.csv").write_bytes(b"id,payload\n1,x\n")
    run = subprocess.run(
        ["bash", "-c", line], env=environment({"STACKROOM_URL": server.url}), cwd=tmp_path, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    lines = last_lines(run.stderr.decode().splitlines())
    assert (run.returncode, lines) == (2, [f"stackroom: standard output cannot be written: {NO_READER}"])


@pytest.mark.parametrize("streams", ["2> /dev/full", "> /dev/full 2> /dev/full"])
@pytest.mark.parametrize("words", ["import rows.csv", "import rows.csv --watch", "retry b", "nosuch"])
def test_messages_that_cannot_be_written_end_with_2(
    server: ScriptedUpstream, tmp_path: Path, words: str, streams: str
) -> None:
    assert done(server, tmp_path, words, streams) == (2, [])


@pytest.mark.parametrize("words", ["import - --format csv", "preview - --format csv", "upload -"])
def test_input_that_is_closed_or_empty_is_named(server: ScriptedUpstream, tmp_path: Path, words: str) -> None:
    assert done(server, tmp_path, words, "<&-") == (2, ["stackroom: standard input is closed"])
    empty = ["stackroom: standard input is empty: there is nothing to send"]
    assert done(server, tmp_path, words, "< /dev/null") == (2, empty)
    assert done(server, tmp_path, f"{words} < <(printf '\\xef\\xbb\\xbf\\r\\n')", "") == (2, empty)


def test_closed_input_is_no_matter_where_it_is_not_read(server: ScriptedUpstream, tmp_path: Path) -> None:
    assert done(server, tmp_path, "batches", "<&-") == (0, [])
