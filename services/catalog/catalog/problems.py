"""The problems that calls of the catalog may answer: raised by these names, and listed by the calls."""

from stackroom_kit.problems import ProblemKind

EXISTS = ProblemKind(400, "exists")
NEEDS_LIMIT = ProblemKind(400, "needs_limit")
UNKNOWN_GROUP = ProblemKind(400, "unknown_group")
WRONG_FIELDS = ProblemKind(400, "wrong_fields")
IN_USE = ProblemKind(409, "in_use")
SEARCH_TOO_SLOW = ProblemKind(503, "search_too_slow")
# Bulk calls.
ITEMS_MISSING = ProblemKind(400, "items_missing")
WRONG_ITEM = ProblemKind(400, "wrong_item")
TOO_MANY_ITEMS = ProblemKind(413, "too_many_items")
NEEDS_POSTGRESQL = ProblemKind(501, "needs_postgresql")
