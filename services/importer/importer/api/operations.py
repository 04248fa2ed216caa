"""``GET /operations``: what a batch can ask for, whether anybody is there to do it, and how much is taken at most."""

from typing import Annotated

import msgspec
from flask import Response
from msgspec import Meta

from importer.batches.answers import OperationName
from importer.ledger.queues import live_slots
from importer.parsing.csv_shape import MAX_HEADER_CHARACTERS
from importer.services import services
from importer.settings import Settings
from stackroom_jobs.operation import Operation
from stackroom_jobs.records import own_fields
from stackroom_kit.api import Api, Count, json_answer, json_of
from stackroom_sql.problems import DATABASE_PROBLEMS

api = Api("operations", __name__, "/api/importer", tag="batches")


class RecordField(msgspec.Struct):
    name: str
    required: bool


class ListedOperation(msgspec.Struct):
    name: OperationName
    task_name: str
    queues: list[str]
    slots: Annotated[Count, Meta(description="Pool processes of live workers that would take it.")]
    fields: list[RecordField]
    loads: Annotated[str | None, Meta(description="The resource of the catalog that it loads.")]
    time_limit: Count


class SendingLimits(msgspec.Struct):
    """So that a client can look before it sends. A CSV may have the columns that its operation knows."""

    max_body_bytes: Annotated[Count, Meta(description="Of a batch, or of a file to look at.")]
    max_batch_rows: Count
    max_refused_rows: Annotated[Count, Meta(description="Of a batch with more wrong rows nothing is taken.")]
    max_record_bytes: Annotated[Count, Meta(description="A longer record is refused, its neighbours are not.")]
    max_header_characters: Annotated[Count, Meta(description="Of the first line of a CSV, with its end.")]
    max_media_bytes: Annotated[Count, Meta(description="Of an upload; the disk may have room for less.")]


class OperationList(msgspec.Struct):
    items: list[ListedOperation]
    total: Count
    limits: SendingLimits


@api.call(
    "GET",
    "/operations",
    right="reader",
    answers={200: json_of(OperationList, "The operations.")},
    problems=DATABASE_PROBLEMS,
)
def list_operations() -> Response:
    """What a batch can ask for."""
    items = [_view(operation) for operation in services().registry.all()]
    return json_answer(OperationList(items, len(items), _limits(services().settings)))


def _limits(settings: Settings) -> SendingLimits:
    return SendingLimits(
        max_body_bytes=settings.max_body_bytes,
        max_batch_rows=settings.max_batch_rows,
        max_refused_rows=settings.max_refused_rows,
        max_record_bytes=settings.max_record_bytes,
        max_header_characters=MAX_HEADER_CHARACTERS,
        max_media_bytes=settings.max_media_bytes,
    )


def _view(operation: Operation) -> ListedOperation:
    return ListedOperation(
        name=operation.name,
        task_name=operation.task_name,
        queues=list(operation.queues),
        slots=sum(live_slots(services().engine, operation.name, str(queue)) for queue in operation.queues),
        fields=[RecordField(name, name in operation.required) for name in own_fields(operation.record)],
        loads=operation.loads,
        time_limit=operation.time_limit or services().settings.celery_task_time_limit,
    )
