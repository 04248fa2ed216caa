"""Send a file: its size is checked first, then it is read block by block while it is sent."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stackroom_client.context import Context
from stackroom_client.errors import UsageError
from stackroom_client.server import Call
from stackroom_client.source import Source
from stackroom_client.texts import size

BLOCK_BYTES = 64 * 1024  # each block must leave within server.SEND_SECONDS, also over a slow line
ASKED_ABOVE = 1_000_000  # bytes: to send a smaller file is as quick as to ask first
FILE_OPTIONS = ("encoding", "delimiter", "columns")
BODY, MEDIA = "max_body_bytes", "max_media_bytes"

Progress = Callable[[int], None]


class FileBody:
    """``progress`` hears how many bytes were taken so far; from zero again when the body is sent again."""

    def __init__(self, source: Source, progress: Progress) -> None:
        self._source = source
        self._progress = progress

    def __len__(self) -> int:
        return self._source.size

    def __iter__(self) -> Iterator[bytes]:
        """The last block is held back until it is sure that the file is still the one whose length was said.

        A body that ends too early is refused by the server, so nothing of a changed file is ever accepted.
        """
        sent = 0
        for block in self._blocks():
            sent += len(block)
            if sent >= self._source.size and self._source.has_changed():
                break
            yield block
            self._progress(sent)
        if sent != self._source.size or self._source.has_changed():
            raise UsageError(f"{self._source.name} changed while it was sent; nothing of it was imported")

    def _blocks(self) -> Iterator[bytes]:
        try:
            self._source.file.seek(0)
            left = self._source.size
            while left and (block := self._source.file.read(min(BLOCK_BYTES, left))):
                left -= len(block)
                yield block
        except OSError as error:
            raise UsageError(f"{self._source.name} cannot be read: {error.strerror or error}") from None


def check_size(context: Context, source: Source, limit: str) -> None:
    """UsageError for an empty file, and for one above the server's limit of this name.

    A server that tells no limit refuses by itself.
    """
    if source.is_empty:
        raise UsageError(f"{source.name} is empty: there is nothing to send")
    if source.size <= ASKED_ABOVE:
        return
    answer = context.server.get("/api/importer/operations")
    limits = answer.get("limits") if isinstance(answer, dict) else None
    most = limits.get(limit) if isinstance(limits, dict) else None
    if isinstance(most, int) and source.size > most:
        raise UsageError(f"{source.name} has {source.size:,} bytes; the server takes at most {most:,} ({limit})")


def send(
    context: Context, source: Source, path: str, headers: Mapping[str, str], query: Mapping[str, str] | None = None
) -> Any:
    """Gives the JSON of the answer."""
    context.say_where(f"sending {source.name}, {size(source.size)},", "to")
    with context.terminal.bytes_bar("sending", source.size) as bar:
        call = Call("POST", path, query or {}, headers, lambda: FileBody(source, bar.show))
        return context.server.json(call)
