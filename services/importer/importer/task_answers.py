"""What the calls for tasks answer with: the older ones of records, and those of plain tasks."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from stackroom_jobs.outcomes import Normalized
from stackroom_kit.api import Count

State = Literal["PENDING", "PROGRESS", "SUCCESS", "FAILURE", "REVOKED"]


class Ingested(msgspec.Struct):
    status: Literal["ok"]
    source: str
    imported: Count
    results: list[Normalized]


class TaskOfRecord(msgspec.Struct):
    record_id: str
    task_id: str
    result: Annotated[
        dict[str, Any] | UnsetType, Meta(description="In eager mode alone; of a record that failed, its outcome line.")
    ] = UNSET


class QueuedTasks(msgspec.Struct):
    status: Literal["queued"]
    source: str
    queued_tasks: Count
    tasks: list[TaskOfRecord]


class QueuedTask(msgspec.Struct):
    status: Literal["queued"]
    task_id: str
    status_url: str
    queue: str


class TaskProgress(msgspec.Struct):
    current: Count
    total: Count
    progress: Annotated[int, Meta(le=100, description="In percent.")]


class TaskStatus(msgspec.Struct):
    task_id: str
    state: State
    meta: TaskProgress
    result: Any = UNSET
    error: str | UnsetType = UNSET
