"""Why a right request may be refused, call by call: what no document can say."""

from typing import Any

BATCHES, MEDIA = "/api/importer/batches", "/api/importer/media"
ONE_BATCH = f"{BATCHES}/{{batch_id}}"
IDENTITY = "/api/identity"
GROUPS, TYPES = "/api/groups/", "/api/types/"

# It depends on what is stored.
GONE = {"not_found", "batch_expired"}
STALE = {"not_found", "precondition_failed"}
# It depends on what is registered, or on two parts of the request together: the operation and its options, or the
# columns of its table, which is a text to a document.
TOGETHER = {"wrong_queue", "missing_column", "unknown_column", "repeated_column", "invalid_csv", "bad_columns"}
TOGETHER |= {"unknown_operation"}
FILE = {"not_found", "range_not_satisfiable"}
CURSOR = {"bad_cursor"}  # one is made by the service, for one order
# A form names its file, and the ending of the name must be one of those that are taken.
FORM = {"unsupported_media_type"}
# Fields that a record does not know may hold anything but these.
ODD_FIELDS = {"nul_in_text"}
# A token may not make these, whatever rights it has.
OF_SESSION = {"session_needed"}
SESSION_CALLS = (
    ("GET", "sessions"), ("DELETE", "sessions"), ("DELETE", "sessions/{session_id}"), ("GET", "tokens"),
    ("POST", "tokens"), ("DELETE", "tokens/{token_id}"),
)  # fmt: skip
USER_CALLS = (("GET", ""), ("PUT", ""), ("POST", "/link"), ("DELETE", "/sessions"))

REFUSED_FOR_STATE: dict[str, set[str]] = {
    f"GET {GROUPS}": {*CURSOR, "needs_limit"},
    f"GET {TYPES}": {*CURSOR, "needs_limit"},
    f"POST {GROUPS}": {"exists"},
    f"POST {TYPES}": {"exists", "unknown_group"},
    f"GET {GROUPS}{{row_id}}": {"not_found"},
    f"GET {TYPES}{{row_id}}": {"not_found"},
    f"PUT {GROUPS}{{row_id}}": {*STALE, "id_differs"},
    f"PUT {TYPES}{{row_id}}": {*STALE, "id_differs", "unknown_group"},
    f"DELETE {GROUPS}{{row_id}}": {*STALE, "in_use"},
    f"DELETE {TYPES}{{row_id}}": STALE,
    "GET /api/importer/status/{task_id}": GONE,
    "POST /api/importer/ingest": ODD_FIELDS,
    "POST /api/importer/progress": ODD_FIELDS,
    f"GET {BATCHES}": CURSOR,
    f"POST {BATCHES}": {*TOGETHER, *FORM, "wrong_option", "empty_batch"},
    "POST /api/importer/preview": {*TOGETHER, *FORM, "empty_batch"},
    f"GET {ONE_BATCH}": GONE,
    f"GET {ONE_BATCH}/results": GONE,
    f"POST {ONE_BATCH}/cancel": GONE,
    f"POST {ONE_BATCH}/retry": {*GONE, "not_finished", "nothing_failed"},
    f"POST {ONE_BATCH}/undo": {*GONE, "not_finished", "no_load", "nothing_created"},
    f"DELETE {ONE_BATCH}": {*GONE, "not_finished"},
    f"GET {MEDIA}": CURSOR,
    "POST /api/importer/worker-tokens": {"token_name_taken"},
    "DELETE /api/importer/worker-tokens/{token_id}": {"not_found"},
    f"GET {MEDIA}/uploads/{{file}}": FILE,
    f"DELETE {MEDIA}/uploads/{{file}}": {"not_found", "in_use"},
    f"GET {MEDIA}/results/{{batch_id}}/{{row}}/{{file}}": {*FILE, *GONE},
    f"GET {MEDIA}/tasks/{{task_id}}/{{file}}": FILE,
    **{f"{method} {IDENTITY}/{path}": OF_SESSION for method, path in SESSION_CALLS},
    f"POST {IDENTITY}/users": {"bad_user_name", "name_taken"},
    **{f"{method} {IDENTITY}/users/{{user_id}}{path}": GONE for method, path in USER_CALLS},
}


def is_refused_for_its_state(label: str, problem: dict[str, Any]) -> bool:
    """By the codes of its places, or its own where it names none."""
    codes = {one["code"] for one in problem["errors"]} or {problem["code"]}
    return codes <= REFUSED_FOR_STATE.get(label, set())


def answers_row_by_row(label: str, answer: dict[str, Any]) -> bool:
    """Whether a wrong row, which these calls take beside good ones, has its outcome."""
    if label.endswith("/bulk"):
        return any(outcome["outcome"] == "failed" for outcome in answer["outcomes"])
    if label == f"POST {BATCHES}":
        return int(answer["outcomes"]["refused"]) > 0
    return label == "POST /api/importer/preview" and int(answer["rows_refused"]) > 0
