"""The problems that calls of the catalog may answer: raised by these names, and listed by the calls."""

from stackroom_kit.problems import ProblemKind

EXISTS = ProblemKind(400, "exists")
NEEDS_LIMIT = ProblemKind(400, "needs_limit")
BROKEN_RULE = ProblemKind(400, "broken_rule")
UNKNOWN_GROUP = ProblemKind(400, "unknown_group")  # what clients know; of every other resource it is the next one
UNKNOWN_REFERENCE = ProblemKind(400, "unknown_reference")
WRONG_FIELDS = ProblemKind(400, "wrong_fields")
IN_USE = ProblemKind(409, "in_use")
NOT_UNIQUE = ProblemKind(409, "not_unique")
SEARCH_TOO_SLOW = ProblemKind(503, "search_too_slow")
# Bulk calls.
ITEMS_MISSING = ProblemKind(400, "items_missing")
WRONG_ITEM = ProblemKind(400, "wrong_item")
TOO_MANY_ITEMS = ProblemKind(413, "too_many_items")
NEEDS_POSTGRESQL = ProblemKind(501, "needs_postgresql")
