"""Which problems the calls of the importer may answer, put together from what their parts raise."""

from importer.batches.accept import ROWS_PROBLEMS
from importer.batches.backpressure import ROOM_PROBLEMS
from importer.batches.eager import EAGER_PROBLEMS, NO_FUNCTION
from importer.batches.receiving import RECEIVING_PROBLEMS
from importer.batches.request import OPTION_PROBLEMS, QUEUE_PROBLEMS
from importer.batches.task_body import TASK_PROBLEMS
from importer.batches.view import BATCH_PROBLEMS
from importer.parsing.formats import FORMAT_PROBLEMS
from importer.parsing.json_body import BODY_PROBLEMS
from importer.plain_tasks.broker import BACKEND_PROBLEMS
from importer.plain_tasks.status import GONE_PROBLEMS
from stackroom_kit.arguments import UNKNOWN_ARGUMENT
from stackroom_kit.described_problems import together
from stackroom_kit.idempotency import KEY_PROBLEMS
from stackroom_kit.strict_json import JSON_PROBLEMS
from stackroom_kit.web import EVERY_CALL
from stackroom_sql.problems import DATABASE_PROBLEMS

__all__ = ["CREATE", "EVERY", "FOLLOW_UP", "PREVIEW", "READ", "READ_ONE", "SEND", "STATUS"]

EVERY = together(EVERY_CALL, UNKNOWN_ARGUMENT)
READ = (DATABASE_PROBLEMS,)
READ_ONE = (BATCH_PROBLEMS, DATABASE_PROBLEMS)
STATUS = (*READ_ONE, BACKEND_PROBLEMS, GONE_PROBLEMS)
_NEW = (ROWS_PROBLEMS, ROOM_PROBLEMS, EAGER_PROBLEMS)
_READ_IN = (RECEIVING_PROBLEMS, FORMAT_PROBLEMS, QUEUE_PROBLEMS, OPTION_PROBLEMS)
# A key may be that of a batch that is over: that is 410.
CREATE = (*_NEW, *_READ_IN, KEY_PROBLEMS, NO_FUNCTION, {410: BATCH_PROBLEMS[410]}, *READ)
PREVIEW = (*_READ_IN, *READ)
FOLLOW_UP = (*_NEW, *READ_ONE)
SEND = (JSON_PROBLEMS, BODY_PROBLEMS, TASK_PROBLEMS, {413: ROWS_PROBLEMS[413]}, ROOM_PROBLEMS, EAGER_PROBLEMS, *READ)
