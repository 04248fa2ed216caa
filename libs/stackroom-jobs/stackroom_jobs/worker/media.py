"""Media over the worker API, so that a worker needs neither a shared disk nor one of its own."""

import dataclasses
import io
from typing import BinaryIO
from urllib.parse import urlencode

import msgspec
from urllib3 import BaseHTTPResponse

from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.protocol import Picture
from stackroom_jobs.records import check_media_name
from stackroom_jobs.worker.client import GONE, WorkerAPI, WorkerAPIError
from stackroom_jobs.worker.context import Stopped
from stackroom_jobs.worker.deadline import Deadline
from stackroom_jobs.worker.remote_file import Block, RemoteFile
from stackroom_jobs.worker.stop import StopFlag

PATIENCE_SECONDS = 120.0  # how long one call waits for an importer that restarts; then the chunk is tried again
READ_BYTES = 128 * 1024
OF_THIS_RECORD = frozenset({"bad_name", "not_found", "unreadable", "not_a_picture", "too_large", "too_many"})


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
        return Deadline(PATIENCE_SECONDS, self._stop_flag)

    def _block(self, name: str, start: int, size: int) -> Block:
        """At most ``size`` bytes from ``start``; none where the file ends before."""
        path = "/internal/media/file?" + urlencode({"name": name})
        headers = {"Range": f"bytes={start}-{start + size - 1}"}
        answer = self._api.send_until(self._deadline(), "GET", path, None, headers)
        if answer.status not in (206, 416):
            raise _refused(answer)
        total = int(answer.headers["Content-Range"].rpartition("/")[2])
        return Block(answer.data if answer.status == 206 else b"", total, answer.headers.get("ETag", ""))


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
