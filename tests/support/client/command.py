"""The command ``stackroom``: in this process, which is quick, or in one of its own, which can be interrupted."""

import dataclasses
import io
import sys
from pathlib import Path
from unittest import mock

from stackroom_client.running import run
from tests.support.servers.processes import Process, python

COMMAND = python("-m", "stackroom_client")


@dataclasses.dataclass(frozen=True)
class Done:
    """``code`` is the exit code."""

    code: int
    out: str
    err: str


def stackroom(url: str, *words: str, stdin: bytes = b"") -> Done:
    """Runs it to its end, with streams that are no terminal."""
    given, out, err = (io.TextIOWrapper(io.BytesIO(data), "utf-8") for data in (stdin, b"", b""))
    with mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err):
        code = run(["--url", url, *words])
    return Done(code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def started(url: str, log: Path, *words: str) -> Process:
    """Starts it; its ``output()`` is standard output and error together."""
    return Process([*COMMAND, *words], log, {"STACKROOM_URL": url})


def ndjson(rows: int) -> bytes:
    return b"".join(b'{"id":%d,"payload":" Row %d "}\n' % (row, row) for row in range(1, rows + 1))
