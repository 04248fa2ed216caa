"""Bodies that are or claim to be large, and batches of the fewest and the most rows, through the gateway."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.gateway.forms import END, FORM, GOOD, MIB, part
from tests.support.gateway.raw_http import RawAnswer, RawConnection
from tests.support.gateway.refused import assert_refused
from tests.support.stacks.alone import ImporterAlone
from tests.support.stacks.eager import BATCHES, CSV, JSON, MOST_ITEMS, MOST_REFUSED, MOST_ROWS, NDJSON, EagerStack

BULK, INGEST = "/api/groups/bulk", "/api/importer/ingest"


@pytest.mark.parametrize(
    ("path", "content_type"), [(BATCHES, CSV), (BATCHES, FORM), (BATCHES, NDJSON), (INGEST, JSON), (BULK, JSON)]
)
def test_body_that_claims_gigabytes_is_refused_before_it_is_read(
    stack: EagerStack, path: str, content_type: str
) -> None:
    with RawConnection(stack.url) as connection:
        lines = [f"POST {path} HTTP/1.1", f"Host: {connection.netloc}", f"Content-Type: {content_type}"]
        connection.send("\r\n".join([*lines, f"Content-Length: {8 * 1024 * MIB}", "", "id"]).encode())
        answer = connection.answer()
    assert_refused(answer, 413, "too_large")


# Each is made when it is sent, by the one process that sends it.
HUNGRY = {
    "numbers": (JSON, lambda: b'{"records":[' + b"0," * 30_000 + b"0]}"),
    "one-string": (JSON, lambda: b'{"records":["' + b"x" * 60 * MIB + b'"]}'),
    "lists": (JSON, lambda: b'{"records":[' + b"[" * 20 * MIB),
    "spaces": (JSON, lambda: b" " * 20 * MIB),
    "one-line": (NDJSON, lambda: b"[" * 20 * MIB),
    "lines": (NDJSON, lambda: b"0\n" * 30_000),
    "cells": (CSV, lambda: b"id,payload\n" + b'"\n",' * 8 * MIB),
    "long-quote": (CSV, lambda: b'id,payload\n1,"' + b"\xd0\x96" * 30 * MIB),
    "file": (FORM, lambda: part(data=b"id,payload\n" + b'"\n",' * 8 * MIB) + END),
}


@pytest.mark.parametrize(("content_type", "make"), HUNGRY.values(), ids=HUNGRY)
def test_memory_does_not_grow_with_what_a_body_holds(
    alone: ImporterAlone, content_type: str, make: Callable[[], bytes]
) -> None:
    answer = alone.post(BATCHES, make(), content_type)
    assert answer.status in (202, 400, 413, 422), answer.body[:300]
    assert alone.peak() < 150


def test_large_file_of_a_form_is_taken_whole(alone: ImporterAlone) -> None:
    answer = alone.post(BATCHES, part(data=GOOD + b"1,a\n" * 500_000) + END, FORM)
    assert (answer.status, answer.json()["rows"]) == (202, 500_001)


def test_fifty_parallel_posts_with_one_key_make_one_batch(alone: ImporterAlone) -> None:
    body = b"id,payload\n" + b"".join(b"%d,a\n" % row for row in range(20_000))
    before = alone.batches()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: alone.post(BATCHES, body, CSV, Idempotency_Key="fifty"), range(50)))
    refused = [answer for answer in answers if answer.status != 202]
    assert all(answer.status == 503 and answer.headers["retry-after"] for answer in refused), refused[:1]
    assert len({answer.json()["id"] for answer in answers if answer.status == 202}) == 1
    assert sum(answer.json()["created"] for answer in answers if answer.status == 202) == 1
    assert len(set(alone.batches()) - set(before)) == 1


def lines(rows: int, bad: int = 0) -> bytes:
    """NDJSON of so many records; the row ``bad`` has no payload."""
    records = ({"id": row} if row == bad else {"id": row, "payload": "x"} for row in range(1, rows + 1))
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def newest(stack: EagerStack) -> list[dict[str, object]]:
    found: list[dict[str, object]] = stack.get(f"{BATCHES}?limit=1").json()["items"]
    return found


@pytest.mark.parametrize(
    ("rows", "status", "code"),
    [(0, 422, "empty_batch"), (1, 202, ""), (MOST_ROWS, 202, ""), (MOST_ROWS + 1, 413, "too_many_rows")],
)
def test_batch_may_have_one_to_the_most_rows(stack: EagerStack, rows: int, status: int, code: str) -> None:
    before = newest(stack)
    answer = stack.send("POST", BATCHES, lines(rows), NDJSON)
    assert answer.status == status
    if status == 202:
        assert answer.json()["rows"] == rows
    else:
        assert_refused(answer, status, code)
        assert newest(stack) == before


@pytest.mark.parametrize(("items", "status"), [(MOST_ITEMS, 200), (MOST_ITEMS + 1, 413)])
@pytest.mark.usefixtures("register")
def test_bulk_call_may_have_one_to_the_most_items(stack: EagerStack, items: int, status: int) -> None:
    answer = stack.post(f"{BULK}?dry_run=true", {"items": [{"id": row} for row in range(100, 100 + items)]})
    assert answer.status == status
    if status == 413:
        assert_refused(answer, 413, "too_many_items")


def test_one_bad_record_among_many_costs_itself_alone(stack: EagerStack) -> None:
    answer = stack.send("POST", BATCHES, lines(2000, bad=777), NDJSON)
    assert (answer.status, answer.json()["outcomes"]["refused"], answer.json()["rows"]) == (202, 1, 2000)


# What comes first, a wrong row, a right one, and the end.
MIXED = {
    CSV: (b"id,payload\n", b",x\n", b"1,x\n", b""),
    NDJSON: (b"", b'{"id":1}\n', b'{"id":1,"payload":"x"}\n', b""),
    JSON: (b"[", b'{"id":1},', b'{"id":1,"payload":"x"},', b"]"),
}


@pytest.mark.parametrize("kind", MIXED)
def test_body_with_as_many_wrong_rows_as_may_be_is_taken(stack: EagerStack, kind: str) -> None:
    start, wrong, right, end = MIXED[kind]
    answer = stack.send("POST", BATCHES, (start + wrong * MOST_REFUSED + right).rstrip(b",") + end, kind)
    assert answer.status == 202, answer
    assert answer.json()["outcomes"]["refused"] == MOST_REFUSED


@pytest.mark.parametrize("kind", MIXED)
def test_body_with_more_wrong_rows_is_refused_whole_with_the_first_reasons(stack: EagerStack, kind: str) -> None:
    start, wrong, right, end = MIXED[kind]
    before = newest(stack)
    body = (start + right + wrong * (MOST_REFUSED + 1) + right).rstrip(b",") + end

    def sent(body: bytes, kind: str) -> RawAnswer:
        return stack.send("POST", BATCHES, body, kind, Idempotency_Key=f"wrong-{len(start)}")

    for _ in range(2):
        errors = assert_refused(sent(body, kind), 422, "too_many_refused")["errors"]
        assert len(errors) == 100
        assert errors[0]["pointer"].startswith("/records/1/"), "the row behind the first one"
        assert errors[99]["pointer"].startswith("/records/100/")
        assert errors[0]["detail"].startswith("Row 2 (line 3): " if kind == CSV else "Row 2: ")
    assert newest(stack) == before
    assert sent(lines(1), NDJSON).status == 202, "the key is still free"
