"""The problems that calls of the importer may answer: raised by these names, and listed by the calls."""

from stackroom_kit.api import UNKNOWN_ARGUMENT
from stackroom_kit.arguments import BAD_TEXT
from stackroom_kit.body_length import UNSUPPORTED_CONTENT_ENCODING
from stackroom_kit.idempotency import KEY_PROBLEMS
from stackroom_kit.json_struct import STRUCT_PROBLEMS, WRONG_BODY
from stackroom_kit.problems import (
    DISK_LOW,
    NOT_FOUND,
    RANGE_NOT_SATISFIABLE,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemKind,
)
from stackroom_kit.strict_json import FAULTS, JSON_PROBLEMS
from stackroom_kit.web import EVERY_CALL
from stackroom_sql.problems import DATABASE_PROBLEMS

# The bytes of a body.
INVALID_FORM = ProblemKind(400, "invalid_form")
ONE_FILE = ProblemKind(400, "one_file")
FORM_TOO_LARGE = ProblemKind(413, "form_too_large")
BROKEN_GZIP = ProblemKind(400, "broken_gzip")
ARCHIVE = ProblemKind(400, "archive")
SPREADSHEET = ProblemKind(400, "spreadsheet")
WRONG_ENCODING = ProblemKind(400, "wrong_encoding")
AMBIGUOUS_ENCODING = ProblemKind(400, "ambiguous_encoding")
EMPTY_BATCH = ProblemKind(422, "empty_batch")
# A body as JSON.
RECORDS_MISSING = ProblemKind(400, "records_missing")
UNKNOWN_FIELD = ProblemKind(400, "unknown_field")
# A body as CSV.
MISSING_COLUMN = ProblemKind(400, "missing_column")
REPEATED_COLUMN = ProblemKind(400, "repeated_column")
UNKNOWN_COLUMN = ProblemKind(400, "unknown_column")
INVALID_CSV = ProblemKind(400, "invalid_csv")
CSV_ROW_TOO_LONG = ProblemKind(413, "csv_row_too_long")
# What is asked for.
BAD_COLUMNS = ProblemKind(400, "bad_columns")
UNKNOWN_OPERATION = ProblemKind(422, "unknown_operation")
WRONG_QUEUE = ProblemKind(422, "wrong_queue")
WRONG_OPTION = ProblemKind(422, "wrong_option")
# Rows, and the room that they need.
EMPTY_RECORDS = ProblemKind(400, "empty_records")
WRONG_RECORDS = ProblemKind(400, "wrong_records")
TOO_MANY_ROWS = ProblemKind(413, "too_many_rows")
TOO_MANY_REFUSED = ProblemKind(422, "too_many_refused")
SOURCE_HAS_TOO_MUCH_OPEN = ProblemKind(429, "source_has_too_much_open", retry_after=10)
TOO_MUCH_OPEN = ProblemKind(503, "too_much_open", retry_after=10)
# A batch, and what is to be made of it.
BATCH_EXPIRED = ProblemKind(410, "batch_expired")
NOT_FINISHED = ProblemKind(409, "not_finished")
NOTHING_FAILED = ProblemKind(422, "nothing_failed")
NO_LOAD = ProblemKind(422, "no_load")
NOTHING_CREATED = ProblemKind(422, "nothing_created")
# Eager mode, and plain tasks.
NO_LOCAL_FUNCTION = ProblemKind(422, "no_local_function")
EAGER_FAILURE = ProblemKind(500, "eager_failure")
CATALOG_UNAVAILABLE = ProblemKind(503, "catalog_unavailable", retry_after=5)
RESULT_GONE = ProblemKind(410, "result_gone")
RESULTS_UNAVAILABLE = ProblemKind(503, "results_unavailable", retry_after=5)
QUEUE_FULL = ProblemKind(503, "queue_full", retry_after=5)
TASKS_UNAVAILABLE = ProblemKind(503, "tasks_unavailable", retry_after=5)
# Tokens of hosts with workers.
BAD_TOKEN_NAME = ProblemKind(400, "bad_token_name")
BAD_QUEUE_NAME = ProblemKind(400, "bad_queue_name")
BAD_EXPIRY = ProblemKind(400, "bad_expiry")
TOKEN_NAME_TAKEN = ProblemKind(409, "token_name_taken")
TOO_MANY_TOKENS = ProblemKind(409, "too_many_tokens")
WORKER_TOKENS_OFF = ProblemKind(409, "worker_tokens_off")
# Media.
EMPTY_UPLOAD = ProblemKind(400, "empty_upload")
BAD_NAME = ProblemKind(400, "bad_name")
IN_USE = ProblemKind(409, "in_use")
NOT_A_PICTURE = ProblemKind(415, "not_a_picture")
UNREADABLE = ProblemKind(422, "unreadable")
TOO_MANY = ProblemKind(422, "too_many")
MEDIA_UNAVAILABLE = ProblemKind(503, "media_unavailable", retry_after=5)

# What several calls may answer.
EVERY = (*EVERY_CALL, *UNKNOWN_ARGUMENT)
ONE_BATCH = (NOT_FOUND, BATCH_EXPIRED, *DATABASE_PROBLEMS)
DISK = (DISK_LOW, MEDIA_UNAVAILABLE)
FILE = (BAD_NAME, NOT_FOUND, UNREADABLE)
SERVED_FILE = (*FILE, RANGE_NOT_SATISFIABLE)
FORM_PROBLEMS = (INVALID_FORM, ONE_FILE, FORM_TOO_LARGE)
_JSON = (*FAULTS, RECORDS_MISSING, UNKNOWN_FIELD, WRONG_BODY)
_CSV = (MISSING_COLUMN, REPEATED_COLUMN, UNKNOWN_COLUMN, INVALID_CSV, CSV_ROW_TOO_LONG)
_BYTES = (
    *FORM_PROBLEMS,
    UNSUPPORTED_CONTENT_ENCODING,
    UNSUPPORTED_MEDIA_TYPE,
    BROKEN_GZIP,
    TOO_LARGE,
    ARCHIVE,
    SPREADSHEET,
)
_TEXT = (WRONG_ENCODING, AMBIGUOUS_ENCODING, EMPTY_BATCH, *_JSON, *_CSV)
_ROOM = (SOURCE_HAS_TOO_MUCH_OPEN, TOO_MUCH_OPEN, DISK_LOW)
_EAGER = (EAGER_FAILURE, CATALOG_UNAVAILABLE)
_NEW = (TOO_MANY_ROWS, EMPTY_BATCH, TOO_MANY_REFUSED, *_ROOM, *_EAGER)
PREVIEW = (*_BYTES, *_TEXT, UNKNOWN_OPERATION, CATALOG_UNAVAILABLE, WRONG_QUEUE, WRONG_OPTION, *DATABASE_PROBLEMS)
CREATE = (
    *_NEW,
    *PREVIEW,
    *KEY_PROBLEMS,
    NO_LOCAL_FUNCTION,
    BATCH_EXPIRED,
)  # 410: a key may be that of a batch that is over
FOLLOW_UP = (*_NEW, NOT_FINISHED)
TASKS = (
    *JSON_PROBLEMS, *_JSON, BAD_TEXT, EMPTY_RECORDS, WRONG_RECORDS, TOO_MANY_ROWS, *_ROOM, *_EAGER, *DATABASE_PROBLEMS,
)  # fmt: skip
TASK_STATUS = (*ONE_BATCH, RESULTS_UNAVAILABLE, RESULT_GONE)
SENT_TASK = (TOO_LARGE, NO_LOCAL_FUNCTION, EAGER_FAILURE, QUEUE_FULL, TASKS_UNAVAILABLE)
NEW_WORKER_TOKEN = (
    *STRUCT_PROBLEMS, BAD_TOKEN_NAME, BAD_QUEUE_NAME, BAD_EXPIRY, TOKEN_NAME_TAKEN, TOO_MANY_TOKENS,
    WORKER_TOKENS_OFF,
)  # fmt: skip
