"""The problems that only workers are told."""

from stackroom_kit.problems import ProblemKind
from stackroom_sql.problems import DATABASE_PROBLEMS

WRONG_MESSAGE = ProblemKind(400, "wrong_message")
MISSING_PARAMETER = ProblemKind(400, "missing_parameter")
BAD_RANGE = ProblemKind(400, "bad_range")
BAD_ROW = ProblemKind(400, "bad_row")
WRONG_REPORT = ProblemKind(400, "wrong_report")
WORKER_TOKEN_NEEDED = ProblemKind(403, "worker_token_needed")
QUEUE_NOT_ALLOWED = ProblemKind(403, "queue_not_allowed")
STALE_TOKEN = ProblemKind(409, "stale_token")
CONTRACT_DIFFERS = ProblemKind(409, "contract_differs")
NAME_TAKEN = ProblemKind(409, "name_taken")
MESSAGE = (WRONG_MESSAGE, *DATABASE_PROBLEMS)
