"""Write a streamed answer to standard output, or to a file that is there whole or not at all."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stackroom_client.context import Context
from stackroom_client.errors import UsageError
from stackroom_client.server import Call
from stackroom_client.texts import size

BLOCK_BYTES = 64 * 1024


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Written beside ``path`` under another name, which becomes ``path`` at the end of the block, or goes away.

    A device or a pipe is written as it is. UsageError where the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
        part = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.part")
        try:
            with part.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def fetch(context: Context, call: Call, path: Path | None) -> None:
    """To ``path``, or to standard output where there is none. TransientError where the answer breaks off."""
    if path is None:
        _copy(context, call, context.terminal.out_bytes)
        context.terminal.flush()
        return
    with whole_file(path) as file:
        done = _copy(context, call, file.write)
    context.terminal.say(f"{path}: {size(done)}")


def _copy(context: Context, call: Call, write: Callable[[bytes], object]) -> int:
    """Gives the number of bytes."""
    done = 0
    with context.server.stream(call) as answer, context.terminal.bytes_bar("results", None) as bar:
        for block in answer.iter_content(BLOCK_BYTES):
            write(block)
            done += len(block)
            bar.show(done)
    return done
