"""``GET /operations``: what a batch can ask for, whether anybody is there to do it, and how much is taken at most."""

import datetime
from typing import Annotated, Any

import msgspec
from flask import Response
from msgspec import Meta

from importer.batches.answers import OperationName
from importer.ledger.queues import live_slots
from importer.parsing.csv_shape import MAX_HEADER_CHARACTERS
from importer.services import services
from importer.settings import Settings
from stackroom_jobs.operation import Operation
from stackroom_kit.api import Api, Count, Time, json_answer, json_of
from stackroom_sql.problems import DATABASE_PROBLEMS

api = Api("operations", __name__, "/api/importer", tag="batches", problems=DATABASE_PROBLEMS)


class RecordField(msgspec.Struct):
    name: str
    required: bool


class RegisteredBy(msgspec.Struct):
    worker: str
    at: Time


JSONSchema = Annotated[dict[str, Any], Meta(description="A JSON Schema.")]


class ListedOperation(msgspec.Struct):
    name: OperationName
    title: Annotated[str, Meta(description="English, for people.")]
    version: Annotated[Count, Meta(description="Of the description: of two, the higher one holds.")]
    task_name: str
    queues: list[str]
    slots: Annotated[Count, Meta(description="Pool processes of live workers that would take it.")]
    waiting_for_worker: Annotated[bool, Meta(description="Whether nobody serves it now: a batch of it would wait.")]
    fields: Annotated[list[RecordField], Meta(description="Of a record, without those that are only shown.")]
    schema: Annotated[JSONSchema, Meta(description="Of a record.")]
    result_schema: Annotated[JSONSchema, Meta(description="Of a result; objects and arrays in it are not told.")]
    min_rows: Annotated[Count, Meta(description="Of a chunk.")]
    max_rows: Count
    time_limit: Annotated[Count, Meta(description="Seconds for a chunk.")]
    hang_seconds: Annotated[Count | None, Meta(description="After which a process in which nothing moves is ended.")]
    right: Annotated[str, Meta(description="What it takes to send a batch of it.")]
    loads: Annotated[str | None, Meta(description="The resource of the catalog that it loads.")]
    reads_media: Annotated[bool, Meta(description="Whether its records name media files.")]
    media_field: Annotated[str | None, Meta(description="The field of a record that names its media file.")]
    unit: Annotated[str, Meta(description="What the progress of a long record counts; English, for people.")]
    registered: Annotated[RegisteredBy | None, Meta(description="By which worker, of what workers brought.")]


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


@api.call("GET", "/operations", right="reader", answers={200: json_of(OperationList, "The operations.")})
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
    here, description = services(), operation.description
    slots = sum(live_slots(here.engine, operation.name, queue) for queue in operation.queues)
    brought = here.registry.brought(operation.name)
    return ListedOperation(
        name=operation.name,
        task_name=operation.task_name,
        title=description.title,
        version=description.version,
        queues=list(operation.queues),
        slots=slots,
        waiting_for_worker=not slots,
        fields=[RecordField(field.name, field.is_required) for field in operation.record_schema.own_fields],
        schema=description.record,
        result_schema=description.result,
        min_rows=operation.min_rows,
        max_rows=operation.max_rows,
        time_limit=operation.time_limit or here.settings.celery_task_time_limit,
        hang_seconds=operation.hang_seconds,
        right=description.right,
        loads=operation.loads,
        reads_media=operation.reads_media,
        media_field=operation.media_field,
        unit=description.unit,
        registered=None if brought is None else RegisteredBy(brought.by, brought.at.astimezone(datetime.UTC)),
    )
