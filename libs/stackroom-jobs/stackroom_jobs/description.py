"""What importer and worker tell each other of an operation: JSON, so the importer needs none of the worker's code."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from stackroom_jobs.queues import QueueName
from stackroom_kit.schema import Schema, SchemaError

MAX_SCHEMA_BYTES = 64 * 1024
ROWS = (1000, 2500)  # fewest and most of a chunk, for what takes microseconds for a row
STEPS = "steps"  # what progress counts where nothing else is said
LOAD = "load"  # the one operation by which a worker computes every load
OLDER_LOADS = ("app.tasks.importer.load_groups", "app.tasks.importer.load_types")  # Celery's names of their tasks
LOAD_PREFIX = "load_"  # before the name of a resource: the operation that loads it
# Celery's names of the tasks that are older than the rule.
_OLDER_TASK_NAMES = {
    "normalize_record": "app.tasks.importer.normalize_record",
    "process_batch_with_progress": "app.tasks.importer.process_batch_with_progress",
    "process_video": "app.tasks.gpu.process_video",
    "load_groups": "app.tasks.importer.load_groups",
    "load_types": "app.tasks.importer.load_types",
}

OperationName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,62}\Z")]
Rows = Annotated[int, Meta(ge=1, le=100_000)]
Seconds = Annotated[int, Meta(ge=8, le=7 * 86400)]
Unit = Annotated[str, Meta(pattern=r"\A\S(.{0,58}\S)?\Z")]
JSONSchema = dict[str, Any]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What importer and worker tell each other of an operation.

    ``queues`` are those it may run on, the first being its own. ``record`` and ``result`` are JSON Schemas. A chunk has
    ``min_rows`` to ``max_rows`` rows. ``time_limit`` is in seconds, None for CELERY_TASK_TIME_LIMIT. A process in which
    nothing moves for ``hang_seconds`` counts as hung (None: never). ``right`` is what sending it takes. ``loads`` names
    the resource to which the importer applies the results. One that ``reads_media`` has records that name media files.
    ``unit`` is what the progress of a long record counts: English, as it stands behind a number of them.
    """

    name: OperationName
    task_name: str
    version: Annotated[int, Meta(ge=1, le=10**6)] = 1
    queues: Annotated[tuple[QueueName, ...], Meta(min_length=1, max_length=16)] = ("cpu",)
    record: JSONSchema
    result: JSONSchema
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    min_rows: Rows = ROWS[0]
    max_rows: Rows = ROWS[1]
    time_limit: Seconds | None = None
    hang_seconds: Annotated[int, Meta(ge=1, le=86400)] | None = None
    right: Literal["operator", "editor", "admin"] = "operator"
    loads: OperationName | None = None
    reads_media: bool = False
    unit: Unit = STEPS

    def __post_init__(self) -> None:
        """ValueError, which msgspec makes a ValidationError of where a message is decoded."""
        is_load = self.loads is not None or self.name.startswith(LOAD_PREFIX)
        if self.min_rows > self.max_rows:
            raise ValueError(f"a chunk cannot have at least {self.min_rows} and at most {self.max_rows} rows")
        if len(set(self.queues)) < len(self.queues):
            raise ValueError(f"a queue stands twice in {', '.join(self.queues)}")
        if self.task_name != task_name_of(self.name):
            raise ValueError(f"its task is {task_name_of(self.name)}, not {self.task_name}")
        if is_load and self.name != f"{LOAD_PREFIX}{self.loads}":
            raise ValueError(f"names that begin with {LOAD_PREFIX} are those of the register's resources")
        for kind, schema in (("record", self.record), ("result", self.result)):
            _check_schema(kind, schema)


def _check_schema(kind: str, schema: JSONSchema) -> None:
    size = len(msgspec.json.encode(schema))
    if size > MAX_SCHEMA_BYTES:
        raise ValueError(f"the schema of its {kind} has {size} bytes, more than {MAX_SCHEMA_BYTES}")
    try:
        Schema.of_json(schema)
    except SchemaError as error:
        raise ValueError(f"its {kind}: {error}") from None


def task_name_of(name: str) -> str:
    """Celery's name of an operation's task, under which its doorbells come."""
    return _OLDER_TASK_NAMES.get(name, f"stackroom.{LOAD if name.startswith(LOAD_PREFIX) else name}")
