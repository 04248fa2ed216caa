"""A file that is read by blocks from elsewhere: a few blocks are kept, the next ones are fetched ahead."""

import contextvars
import io
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from stackroom_jobs.outcomes import RecordError

BLOCK_BYTES = 1024 * 1024
KEPT_BLOCKS = 8  # sound and picture of a file may lie far apart, and are read in turns
BLOCKS_AHEAD = 2


class Block(NamedTuple):
    """``total`` is the size of the whole file, ``etag`` changes when the file does."""

    data: bytes
    total: int
    etag: str


class RemoteFile(io.RawIOBase):
    """At most KEPT_BLOCKS and BLOCKS_AHEAD are in memory. Not for several threads at once.

    ``fetch(start, size)`` raises what reading then raises; a file that changes meanwhile is RecordError
    ``unreadable``.
    """

    def __init__(self, fetch: Callable[[int, int], Block]) -> None:
        self._fetch = fetch
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="media")
        self._blocks: OrderedDict[int, Future[Block]] = OrderedDict()
        self._position = 0
        self._last_block = -1
        self._total = 0
        self._etag = ""

    def begin(self) -> None:
        """Fetch the first block, which tells the size."""
        first = self._fetch(0, BLOCK_BYTES)
        self._total, self._etag = first.total, first.etag
        self._blocks[0] = Future()
        self._blocks[0].set_result(first)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._total}[whence]
        if base + offset < 0:
            raise OSError(22, "a seek to before the start of the file")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        if self._position >= self._total:
            return 0
        number, offset = divmod(self._position, BLOCK_BYTES)
        part = memoryview(self._block(number))[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _block(self, number: int) -> bytes:
        """The block's bytes. Those behind it are asked for when it follows the one before."""
        wanted = self._asked(number)
        if number == self._last_block + 1:
            for following in range(number + 1, number + 1 + BLOCKS_AHEAD):
                if following * BLOCK_BYTES < self._total:
                    self._asked(following)
        self._last_block = number
        self._blocks.move_to_end(number)
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)[1].cancel()
        try:
            block = wanted.result()
        except BaseException:
            self._blocks.pop(number, None)  # the next read asks again
            raise
        return self._checked(block, number)

    def _asked(self, number: int) -> "Future[Block]":
        if number not in self._blocks:
            run = contextvars.copy_context().run  # the request id of the log lines
            self._blocks[number] = self._ahead.submit(run, self._fetch, number * BLOCK_BYTES, BLOCK_BYTES)
        return self._blocks[number]

    def _checked(self, block: Block, number: int) -> bytes:
        expected = min(BLOCK_BYTES, self._total - number * BLOCK_BYTES)
        if (block.total, block.etag, len(block.data)) != (self._total, self._etag, expected):
            raise RecordError("unreadable", "the file changed while it was read")
        return block.data

    def close(self) -> None:
        """Does not wait for a block that is under way."""
        if not self.closed:
            self._ahead.shutdown(wait=False, cancel_futures=True)
            self._blocks.clear()
        super().close()
