"""Parameters and options that a call does not have or take, through the gateway."""

import pytest

from tests.support.gateway.forms import GOOD
from tests.support.gateway.refused import assert_refused
from tests.support.stacks.eager import BATCHES, CSV, JSON, NDJSON, EagerStack

PREVIEW, BULK = "/api/importer/preview", "/api/groups/bulk"
RECORDS = b'{"records": [{"id": 4, "payload": "x"}]}'
pytestmark = pytest.mark.usefixtures("register", "ledger")

OF_BATCHES = {
    "operation=load_nothing": (422, "unknown_operation"),
    "operation=": (422, "unknown_operation"),
    "operation=load_groups&queue=gpu": (422, "wrong_queue"),
    "queue=gpu": (422, "wrong_queue"),
    "operation=load_groups&on_conflict=replace": (400, "unknown_value"),
    "operation=load_groups&dry_run=1": (400, "unknown_value"),
    "operation=load_groups&atomic=true": (400, "unknown_parameter"),
    "operation=normalize_record&dry_run=true": (422, "wrong_option"),
    "dry_run=true": (422, "wrong_option"),
    "on_conflict=skip": (422, "wrong_option"),
    "operation=process_video": (422, "no_local_function"),
    "stray=1": (400, "unknown_parameter"),
    "source=": (400, "bad_text"),
    "source=a%0Ab": (400, "bad_text"),
    "source=a%E2%80%AEb": (400, "bad_text"),
    "source=" + "s" * 201: (400, "too_long"),
    "source=a&source=b": (400, "repeated_parameter"),
}
OF_TABLES = {
    "delimiter=x": (400, "unknown_value"),
    "columns=id": (400, "bad_columns"),
    "columns=a:nothing": (400, "bad_columns"),
    "columns=a:id": (400, "unknown_column"),
}
OF_PREVIEWS = {
    "operation=nothing": (422, "unknown_operation"),
    "operation=": (422, "unknown_operation"),
    "operation=normalize_record&queue=gpu": (422, "wrong_queue"),
    "operation=load_groups&queue=gpu": (422, "wrong_queue"),
    "queue=": (422, "wrong_queue"),
    "operation=load_groups": (400, "unknown_column"),
    "dry_run=true": (400, "unknown_parameter"),
    "source=s": (400, "unknown_parameter"),
    "operation=load_groups&operation=load_types": (400, "repeated_parameter"),
}
OF_BULK = {
    "on_conflict=replace": (400, "unknown_value"),
    "on_conflict=": (400, "unknown_value"),
    "atomic=1": (400, "unknown_value"),
    "dry_run=yes": (400, "unknown_value"),
    "dry_run=True": (400, "unknown_value"),
    "dry_run=true&dry_run=true": (400, "repeated_parameter"),
    "page=1": (400, "unknown_parameter"),
    "operation=load_groups": (400, "unknown_parameter"),
}
# Path, body and content type; what is wrong with the query.
CALLS = [
    ((BATCHES, RECORDS, JSON), OF_BATCHES),
    ((BATCHES, GOOD, CSV), OF_TABLES),
    ((BATCHES, b'{"id": 4, "payload": "x"}\n', NDJSON), {"delimiter=%3B": (422, "wrong_option")}),
    ((PREVIEW, GOOD, CSV), OF_PREVIEWS),
    ((BULK, b'{"items": [{"id": 5, "name": "new"}]}', JSON), OF_BULK),
]
OPTIONS = [
    pytest.param(call, query, *refusal, id=f"{call[0].rpartition('/')[2]}-{query[:40]}")
    for call, table in CALLS
    for query, refusal in table.items()
]


@pytest.mark.parametrize(("call", "query", "status", "code"), OPTIONS)
def test_option_that_is_wrong_is_refused(
    stack: EagerStack, call: tuple[str, bytes, str], query: str, status: int, code: str
) -> None:
    path, body, content_type = call
    problem = assert_refused(stack.send("POST", f"{path}?{query}", body, content_type), status, code)
    if path == BULK:
        assert problem["errors"][0]["pointer"] == f"?{query.partition('=')[0]}"


OF_A_BATCH = {
    "results?format=xml": "unknown_value",
    "results?outcome=lost": "unknown_value",
    "results?outcome=ok&outcome=failed": "repeated_parameter",
    "results?limit=5": "unknown_parameter",
    "cancel?force=true": "unknown_parameter",
    "retry?rows=1": "unknown_parameter",
    "undo?dry_run=true": "unknown_parameter",
}


@pytest.fixture(scope="module")
def batch_id(stack: EagerStack) -> str:
    made: str = stack.send("POST", BATCHES, GOOD, CSV).json()["id"]
    return made


@pytest.mark.parametrize(("call", "code"), OF_A_BATCH.items(), ids=OF_A_BATCH)
def test_option_that_a_call_on_a_batch_does_not_have_is_400(
    stack: EagerStack, batch_id: str, call: str, code: str
) -> None:
    method = "GET" if call.startswith("results") else "POST"
    assert_refused(stack.send(method, f"{BATCHES}/{batch_id}/{call}"), 400, code)
