"""Keys that are none, and keys that come again, through the gateway (row 42 of the table of bad input)."""

import pytest

from tests.support.gateway.forms import END, FORM, GOOD, part
from tests.support.gateway.raw_http import exchange_bytes
from tests.support.gateway.refused import assert_refused
from tests.support.stacks.alone import ImporterAlone
from tests.support.stacks.eager import BATCHES, CSV, JSON, NDJSON, EagerStack

BULK, TYPES = "/api/groups/bulk", "/api/types/bulk"
KEYS = {
    "empty": "", "201": "k" * 201, "300": "k" * 300, "space": "two words", "cyrillic": "ключ", "latin-1": "cl\udce9",
}  # fmt: skip
CALLS = {"batches": (BATCHES, NDJSON, b'{"id": 1, "payload": "x"}\n'), "bulk": (BULK, JSON, b'{"items": [{"id": 5}]}')}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize(("path", "content_type", "body"), CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("register", "ledger")
def test_key_that_is_none_is_refused(stack: EagerStack, path: str, content_type: str, body: bytes, key: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: {{host}}\r\nContent-Type: {content_type}\r\n"
    head += f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = exchange_bytes(stack.url, head.encode(errors="surrogateescape") + body)
    assert_refused(answer, 400, "bad_idempotency_key")


def test_batch_with_its_key_is_made_once_whatever_form_it_has(stack: EagerStack) -> None:
    """As bytes, and as the file of a form of any name."""
    key = {"Idempotency_Key": "row-42"}
    first = stack.send("POST", BATCHES, GOOD, CSV, **key)
    assert (first.status, first.json()["created"]) == (202, True)
    for form in (part(), part(file_name="other.csv")):
        again = stack.send("POST", BATCHES, form + END, FORM, **key)
        assert (again.status, again.json()["id"], again.json()["created"]) == (202, first.json()["id"], False)
    assert stack.send("POST", BATCHES, GOOD, CSV, **key).json()["id"] == first.json()["id"]


@pytest.mark.parametrize(
    ("body", "query"), [(GOOD + b"2,b\n", ""), (GOOD, "?source=other"), (GOOD, "?operation=process_video")]
)
def test_key_of_a_batch_with_another_request_is_refused(alone: ImporterAlone, body: bytes, query: str) -> None:
    alone.post(BATCHES, GOOD, CSV, Idempotency_Key="wrapped")
    assert_refused(alone.post(BATCHES + query, body, CSV, Idempotency_Key="wrapped"), 422, "idempotency_key_reused")


@pytest.mark.usefixtures("register")
def test_bulk_key_with_another_request_is_refused_and_the_same_request_is_answered_again(stack: EagerStack) -> None:
    key = {"Idempotency_Key": "row-42"}
    first = stack.post(f"{BULK}?on_conflict=skip", {"items": [{"id": 1}]}, **key)
    again = stack.post(f"{BULK}?on_conflict=skip", {"items": [{"id": 1}]}, **key)
    assert (first.status, again.body, again.headers["idempotent-replayed"]) == (200, first.body, "true")
    for path, items in ((f"{BULK}?on_conflict=skip", [{"id": 2}]), (BULK, [{"id": 1}]), (TYPES, [{"id": 1}])):
        assert_refused(stack.post(path, {"items": items}, **key), 422, "idempotency_key_reused")
