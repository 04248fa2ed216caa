"""Media over the worker API, so that a worker needs neither a shared disk nor one of its own."""

import contextvars
import dataclasses
import io
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import urlencode

import msgspec
from urllib3 import BaseHTTPResponse

from stackroom_jobs.context import Stopped
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.protocol import Picture
from stackroom_jobs.records import check_media_name
from stackroom_jobs.worker.client import GONE, WorkerAPI, WorkerAPIError
from stackroom_jobs.worker.lifecycle import Deadline, StopFlag

AWAY_SECONDS = 120.0  # how long one call waits for an importer that restarts; then the chunk is tried again
READ_BYTES = 128 * 1024
BLOCK_BYTES = 1024 * 1024
KEPT_BLOCKS = 8  # sound and picture of a file may lie far apart, and are read in turns
BLOCKS_AHEAD = 2
OF_THIS_RECORD = frozenset({"bad_name", "not_found", "unreadable", "not_a_picture", "too_large", "too_many"})


class FileBlock(NamedTuple):
    """``total`` is the size of the whole file, ``etag`` changes when the file does."""

    data: bytes
    total: int
    etag: str


class RemoteFile(io.RawIOBase):
    """At most KEPT_BLOCKS and BLOCKS_AHEAD are in memory. Not for several threads at once.

    ``fetch(start, size)`` raises what reading then raises; a file that changes meanwhile is RecordError
    ``unreadable``.
    """

    def __init__(self, fetch: Callable[[int, int], FileBlock]) -> None:
        self._fetch = fetch
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="media")
        self._blocks: OrderedDict[int, Future[FileBlock]] = OrderedDict()
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

    def _asked(self, number: int) -> "Future[FileBlock]":
        if number not in self._blocks:
            run = contextvars.copy_context().run  # the request id of the log lines
            self._blocks[number] = self._ahead.submit(run, self._fetch, number * BLOCK_BYTES, BLOCK_BYTES)
        return self._blocks[number]

    def _checked(self, block: FileBlock, number: int) -> bytes:
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


@dataclasses.dataclass
class ChunkPlace:
    """Where pictures of a chunk go: the importer derives it from the lease. ``row`` is that of the record at hand."""

    token: str
    row: int = 0

    def query(self) -> dict[str, str]:
        return {"token": self.token, "row": str(self.row)}


@dataclasses.dataclass
class TaskPlace:
    """Where pictures of a task go that was called with a record instead of by a doorbell."""

    task_id: str

    def query(self) -> dict[str, str]:
        return {"task": self.task_id}


class RemoteMedia:
    """The files of the importer. WorkerAPIError where it is away for too long."""

    def __init__(self, api: WorkerAPI, place: ChunkPlace | TaskPlace, stop_flag: StopFlag | None = None) -> None:
        self._api, self._place, self._stop_flag = api, place, stop_flag

    def open(self, name: str) -> BinaryIO:
        """As ``Media.open``. Memory is bounded by the blocks that RemoteFile keeps, whatever the file's size."""
        check_media_name(name)
        file = RemoteFile(lambda start, size: self._block(name, start, size))
        try:
            file.begin()
        except BaseException:
            file.close()
            raise
        return io.BufferedReader(file, READ_BYTES)

    def put(self, file_name: str, content: bytes) -> str:
        """As ``Media.put``."""
        path = "/internal/media/picture?" + urlencode({**self._place.query(), "file_name": file_name})
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._api.send_until(self._deadline(), "POST", path, content, headers)
        if answer.status == GONE:
            raise Stopped
        if answer.status != 200:
            raise _refused(answer)
        return msgspec.json.decode(answer.data, type=Picture).name

    def _deadline(self) -> Deadline:
        return Deadline(AWAY_SECONDS, self._stop_flag)

    def _block(self, name: str, start: int, size: int) -> FileBlock:
        """At most ``size`` bytes from ``start``; none where the file ends before."""
        path = "/internal/media/file?" + urlencode({"name": name})
        headers = {"Range": f"bytes={start}-{start + size - 1}"}
        answer = self._api.send_until(self._deadline(), "GET", path, None, headers)
        if answer.status not in (206, 416):
            raise _refused(answer)
        total = int(answer.headers["Content-Range"].rpartition("/")[2])
        return FileBlock(answer.data if answer.status == 206 else b"", total, answer.headers.get("ETag", ""))


def _refused(answer: BaseHTTPResponse) -> Exception:
    """What is wrong with this record alone is a RecordError; anything else is the operation's failure."""
    try:
        problem = msgspec.json.decode(answer.data)
        code, detail = str(problem["code"]), str(problem["detail"])
    except (msgspec.MsgspecError, KeyError, TypeError):
        code, detail = "", answer.data[:300].decode(errors="replace")
    if code in OF_THIS_RECORD:
        return RecordError(code, detail)
    return WorkerAPIError(f"/internal/media: {answer.status}: {detail}")
