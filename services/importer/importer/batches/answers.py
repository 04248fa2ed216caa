"""What the calls for batches answer with; the OpenAPI document is made of the same structs."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from importer.ledger.batch import MOST_AHEAD
from importer.ledger.states import BatchState
from importer.parsing.encodings import CODECS, SOURCES
from stackroom_jobs.outcomes import Outcome
from stackroom_kit.api import Count, Time, one_of
from stackroom_kit.openapi_schemas import reference
from stackroom_kit.rights import ROLES

OperationName = Annotated[str, Meta(description="One of those that `GET /operations` lists, or listed.")]
AnyObject = Annotated[msgspec.Raw, Meta(extra_json_schema={"type": "object"})]


class OutcomeCounts(msgspec.Struct):
    ok: Count
    failed: Count
    refused: Count
    cancelled: Count
    pending: Count


class PassedOver(msgspec.Struct):
    """What was in the file and is no part of any record; there only where there was something."""

    fields: Annotated[list[str] | UnsetType, Meta(description="Fields that are only shown, and so not loaded.")] = UNSET
    separator_lines: Annotated[
        Count | UnsetType, Meta(description="First lines such as `sep=;`, which set the delimiter.")
    ] = UNSET
    columns: Annotated[
        Count | UnsetType, Meta(description="Columns of a CSV without a head and without a cell that holds anything.")
    ] = UNSET
    rows: Annotated[Count | UnsetType, Meta(description="Rows of a CSV that have delimiters and spaces alone.")] = UNSET


class BatchInput(msgspec.Struct):
    """What was found out about the body; of CSV also delimiter and columns."""

    format: str | UnsetType = UNSET
    encoding: Annotated[str, one_of(CODECS)] | UnsetType = UNSET
    encoding_source: Annotated[
        Annotated[str, one_of(SOURCES)] | UnsetType,
        Meta(description="Asked for or said by the content type; its byte order mark; valid UTF-8; or guessed."),
    ] = UNSET
    byte_order_mark: Annotated[bool | UnsetType, Meta(description="Whether the text has one; it is passed over.")] = (
        UNSET
    )
    delimiter: str | UnsetType = UNSET
    columns: Annotated[list[str] | UnsetType, Meta(description="Of a CSV: the fields of its columns.")] = UNSET
    heads: Annotated[
        dict[str, str] | UnsetType,
        Meta(description="Of a CSV: fields that are headed by other words than their names."),
    ] = UNSET
    unguarded_cells: Annotated[
        Count | UnsetType, Meta(description="Cells of a CSV that had a guard against formulas, taken away.")
    ] = UNSET
    passed_over: PassedOver | UnsetType = UNSET


class WorkInProgress(msgspec.Struct):
    """Of long records that are being computed: what is done of them, and all of them, as far as their workers tell."""

    current: Count
    total: Count
    unit: Annotated[str, Meta(description="What is counted, such as frames: English, as `GET /operations` tells it.")]


class PendingRecord(msgspec.Struct):
    row: Count
    record: Annotated[AnyObject, Meta(description="As it was sent.")]
    is_running: Annotated[bool, Meta(description="Whether a worker has it; the others wait for their turn.")]
    current: Annotated[Count | None, Meta(description="Of a long record: how much is done, once its worker told.")]
    total: Annotated[Count | None, Meta(description="How much it is, in the unit of the operation.")]


class Sender(msgspec.Struct):
    """As he was named then. ``kind`` says by what: a session is that of a ``user``."""

    id: str
    name: str
    kind: str


class Batch(msgspec.Struct):
    id: str
    operation: OperationName
    operation_version: Annotated[
        Count | None,
        Meta(description="Of its description, when the batch was accepted. Null of an undo, and of older batches."),
    ]
    source: str
    queue: str
    options: dict[str, Any]
    state: Annotated[str, one_of(BatchState)]
    rows: Count
    outcomes: OutcomeCounts
    changes: Annotated[dict[str, Count] | None, Meta(description="What a load did to the catalog.")]
    progress: Annotated[float, Meta(ge=0, le=1, description="Parts of long records count as well.")]
    at_hand: WorkInProgress | None
    records_per_second: Annotated[
        float | None, Meta(description="From the first claim until a worker was last heard of; null until then.")
    ]
    seconds_left: Annotated[
        float | None,
        Meta(
            description="At that pace; null where nobody knows, also when it should be done and no worker is heard of."
        ),
    ]
    has_worker: Annotated[bool, Meta(description="Whether a live worker serves its queue and operation.")]
    input: BatchInput
    sent_by: Annotated[Sender | None, Meta(description="Null of batches from before anybody was asked.")]
    retry_of: str | None
    undo_of: str | None
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    cancelled_at: Time | None
    request_id: str
    results_url: str
    pending_records: Annotated[
        list[PendingRecord] | UnsetType | None,
        Meta(description="The first 20 that are not done, those in work first; null where chunks hold many records."),
    ] = UNSET
    queue_position: Annotated[
        int | UnsetType | None, Meta(description=f"Open batches served before it, {MOST_AHEAD} at most.")
    ] = UNSET
    retry_batch: Annotated[str | UnsetType | None, Meta(description="Its retry, once somebody asked for it.")] = UNSET
    undo_batch: Annotated[
        str | UnsetType | None, Meta(description="What takes it back, once somebody asked for it.")
    ] = UNSET
    right: Annotated[
        str | UnsetType, one_of(ROLES), Meta(description="What it takes to cancel, retry, undo or delete it.")
    ] = UNSET
    created: Annotated[
        bool | UnsetType, Meta(description="False where this Idempotency-Key had the batch already.")
    ] = UNSET


class BatchList(msgspec.Struct):
    items: list[Batch]
    next: str | None


class DeletedBatch(msgspec.Struct):
    status: Literal["deleted"]
    id: str


class OutcomeLine(msgspec.Struct):
    """One line of NDJSON. One that failed or was refused has the record's fields, to be sent again."""

    row: Annotated[int, Meta(ge=1)]
    outcome: Outcome
    line: Annotated[
        Annotated[int, Meta(ge=1)] | UnsetType,
        Meta(description="Where the row begins in the file, if that is another number than the row's."),
    ] = UNSET
    result: Annotated[dict[str, Any] | UnsetType, Meta(description="Of a row that is ok.")] = UNSET
    code: Annotated[
        str | UnsetType, Meta(description="A stable word; operations and loads have some of their own.")
    ] = UNSET
    field: Annotated[str | UnsetType, Meta(description="The wrong field, where there is one.")] = UNSET
    detail: str | UnsetType = UNSET


class Preview(msgspec.Struct):
    operation: OperationName
    queue: str
    has_worker: bool
    input: BatchInput
    size: Count
    rows_read: Count
    rows_expected: Annotated[Count, Meta(description="About how many; exact where `is_whole`.")]
    is_whole: Annotated[bool, Meta(description="Whether every row was read.")]
    rows: Annotated[list[dict[str, Any]], Meta(description="`row`, maybe `line`, and `record`.")]
    rows_refused: Annotated[Count, Meta(description="Of those that were read.")]
    refused: list[Annotated[dict[str, Any], Meta(extra_json_schema=dict(reference("OutcomeLine")))]]
