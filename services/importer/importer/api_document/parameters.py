"""What stands in the address and the head of the importer's calls."""

from importer.api.batches import FORMATS, MAX_PAGE
from importer.api_document.schemas import OPERATION, QUEUE
from importer.batches.file_options import MAX_COLUMNS, delimiter_parameter
from importer.batches.request import (
    BOOLEANS,
    DEFAULT_OPERATION,
    DEFAULT_SOURCE,
    ON_CONFLICT,
    SOURCE,
)
from importer.batches.view import STATES
from importer.ledger.results import OUTCOMES
from importer.parsing.encodings import NAMES
from stackroom_kit.api import Parameter
from stackroom_kit.arguments import choice_parameter, integer_parameter, text_parameter
from stackroom_kit.idempotency import key_parameter

WORD = "[A-Za-z0-9_-]{1,64}"
BATCH_ID = Parameter("batch_id", {"type": "string", "pattern": f"^{WORD}$"}, "The id of the batch.", "path")
TASK_ID = Parameter(
    "task_id",
    {"type": "string", "pattern": rf"^{WORD}(\.[0-9]{{1,10}})?$"},
    "The id that ingest or progress gave.",
    "path",
)
_KEY = key_parameter("The same key and bytes give the same batch.")
_QUEUE = text_parameter("queue", "One of the queues that the operation is declared for.", **QUEUE)
FILE = (
    choice_parameter(
        "encoding", "What the text is in; left out, what its mark, its content type or its bytes say.", None, NAMES
    ),
    delimiter_parameter("Of a CSV; left out, a line `sep=;` or the heads say it."),
    Parameter(
        "columns",
        {"type": "string", "maxLength": MAX_COLUMNS},
        "Of a CSV: fields of columns that have other heads, as `head:field,head:field`.",
        problems={400: ("bad_text", "too_long", "bad_columns")},
    ),
)
KEYED = (
    text_parameter("operation", "What is done with each record.", **OPERATION, default=DEFAULT_OPERATION),
    text_parameter("source", "Where the records come from.", pattern=f"^{SOURCE}$", default=DEFAULT_SOURCE),
    _QUEUE,
    choice_parameter("on_conflict", "Loads: what a row does that is there.", "fail", ON_CONFLICT),
    choice_parameter("dry_run", "Loads: go the whole way and change nothing.", "false", BOOLEANS),
    *FILE,
    _KEY,
)
PREVIEW_OPTIONS = (
    text_parameter(
        "operation", "What it is for; left out, the one whose fields the rows have, or most of them.", **OPERATION
    ),
    _QUEUE,
    *FILE,
)
FILTERS = (
    integer_parameter("limit", "Batches of a page.", 50, 1, MAX_PAGE),
    text_parameter("after", "The `next` of the page before."),
    *(text_parameter(name, f"Only batches with this {name}.") for name in ("operation", "source", "queue")),
    choice_parameter("state", "Only batches in this state.", None, STATES),
)
SELECTION = (
    BATCH_ID,
    choice_parameter("format", "The form of the lines.", "ndjson", FORMATS),
    delimiter_parameter("Of a CSV.", ","),
    choice_parameter("outcome", "Only lines with this outcome.", None, OUTCOMES),
    Parameter(
        "Range",
        {"type": "string"},
        "`bytes=n-`: the NDJSON of a finished batch from this byte on; any other range counts for nothing.",
        "header",
    ),
    Parameter(
        "If-Range", {"type": "string"}, "The ETag of what was begun: else, or if it changed, the whole.", "header"
    ),
)
