"""The operations: everything that a batch can ask for. One entry here, one function in a worker."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import msgspec

from stackroom_jobs.loads import Applied, GroupRow, TypeRow, normalize_group, normalize_type
from stackroom_jobs.normalize import normalize
from stackroom_jobs.outcomes import Normalized
from stackroom_jobs.queues import Queue
from stackroom_jobs.records import Record
from stackroom_jobs.videos import VideoResult

MAX_CHUNK_BYTES = 256_000


@dataclasses.dataclass(frozen=True)
class Operation:
    """``queues`` are those it may run on, the first being its own; ``time_limit`` is in seconds (None: the setting's).

    A process in which nothing moves for ``hang_seconds`` counts as hung (None: never): ``Context.note_life`` tells.
    ``local`` is the function itself where it needs nothing heavy: the eager mode runs it in the importer. ``loads``
    names the resource of the catalog to which the importer applies what the workers made of the records. One that
    ``reads_media`` has records that name media files.
    """

    name: str
    task_name: str
    queues: tuple[Queue, ...]
    record: type[msgspec.Struct]
    result: type[msgspec.Struct]
    min_rows: int
    max_rows: int
    time_limit: int | None = None
    hang_seconds: int | None = None
    local: Callable[[Any], msgspec.Struct] | None = None
    loads: str | None = None
    reads_media: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which a record is none."""
        return tuple(field.name for field in msgspec.structs.fields(self.record) if field.required)


_ALL = (
    Operation(
        name="normalize_record",
        task_name="app.tasks.importer.normalize_record",
        queues=(Queue.CPU,),
        record=Record,
        result=Normalized,
        min_rows=1000,
        max_rows=2500,
        local=normalize,
    ),
    Operation(
        name="process_batch_with_progress",
        task_name="app.tasks.importer.process_batch_with_progress",
        queues=(Queue.DEFAULT,),
        record=Record,
        result=Normalized,
        min_rows=1000,
        max_rows=2500,
        local=normalize,
    ),
    Operation(
        name="process_video",
        task_name="app.tasks.gpu.process_video",
        queues=(Queue.GPU,),
        record=Record,
        result=VideoResult,
        min_rows=1,
        max_rows=1,
        time_limit=6 * 3600,  # the last resort: the function has a limit of its own, by the length of the video
        hang_seconds=600,  # a GPU whose driver hangs answers nothing, and raises nothing
        reads_media=True,
    ),
    Operation(
        name="load_groups",
        task_name="app.tasks.importer.load_groups",
        queues=(Queue.CPU,),
        record=GroupRow,
        result=Applied,
        min_rows=1000,
        max_rows=2500,
        local=normalize_group,
        loads="groups",
    ),
    Operation(
        name="load_types",
        task_name="app.tasks.importer.load_types",
        queues=(Queue.CPU,),
        record=TypeRow,
        result=Applied,
        min_rows=1000,
        max_rows=2500,
        local=normalize_type,
        loads="types",
    ),
)
OPERATIONS = {operation.name: operation for operation in _ALL}
_BY_TASK = {operation.task_name: operation for operation in _ALL}


def operation_of_task(task_name: str) -> Operation:
    """LookupError for a Celery task that is no operation."""
    return _BY_TASK[task_name]


def is_operation_task(task_name: str) -> bool:
    return task_name in _BY_TASK


def chunk_rows(operation: Operation, rows: int, slots: int) -> int:
    """Rows per chunk: two chunks per slot, within the operation's bounds; smaller chunks cost too many trips."""
    even = math.ceil(rows / (2 * max(slots, 1)))
    return max(operation.min_rows, min(operation.max_rows, even))
