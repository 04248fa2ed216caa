"""The body of an import, read block by block while it is sent."""

from collections.abc import Callable, Iterator

from stackroom_client.errors import UsageError
from stackroom_client.source import Source

BLOCK_BYTES = 64 * 1024  # each block must leave within server.SEND_SECONDS, also over a slow line

Progress = Callable[[int], None]


class Upload:
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
