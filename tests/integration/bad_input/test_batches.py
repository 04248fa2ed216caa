"""Batches and keys that are wrong, through the gateway (rows 42 and 43 of the table of bad input)."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.support.gateway.process import importer_behind_gateway
from tests.support.gateway.raw_http import RawAnswer, exchange, exchange_bytes

BATCHES = "/api/importer/batches"
MAX_ROWS, MAX_REFUSED = 3000, 150
KEYS = {"empty": "", "201": "k" * 201, "300": "k" * 300, "space": "two words", "cyrillic": "ключ"}


@pytest.fixture(scope="module")
def gateway(
    make_migrated: Callable[[], str], make_redis: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("stack")
    limits = {"MAX_BATCH_ROWS": str(MAX_ROWS), "MAX_REFUSED_ROWS": str(MAX_REFUSED)}
    with importer_behind_gateway(folder, make_migrated(), make_redis(), limits) as url:
        yield url


def lines(rows: int, bad: int = 0) -> bytes:
    """NDJSON of so many records; the row ``bad`` has no payload."""
    records = ({"id": row} if row == bad else {"id": row, "payload": "x"} for row in range(1, rows + 1))
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def post(gateway: str, body: bytes, **headers: str) -> RawAnswer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return exchange(gateway, "POST", BATCHES, {"Content-Type": "application/x-ndjson", **named}, body)


def newest(gateway: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = exchange(gateway, "GET", f"{BATCHES}?limit=1").json()["items"]
    return found


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_key_that_is_none_is_refused(gateway: str, key: str) -> None:
    before = newest(gateway)
    body = lines(1)
    head = f"POST {BATCHES} HTTP/1.1\r\nHost: {{host}}\r\nContent-Type: application/x-ndjson\r\n"
    head += f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = exchange_bytes(gateway, head.encode() + body)
    assert answer is not None
    assert (answer.status, bool(answer.problem()["code"])) == (400, True)
    assert newest(gateway) == before


def test_key_with_another_body_is_refused_and_the_same_body_is_the_same_batch(gateway: str) -> None:
    first = post(gateway, lines(2), Idempotency_Key="row-42")
    assert first.status == 202
    assert post(gateway, lines(2), Idempotency_Key="row-42").json()["id"] == first.json()["id"]
    answer = post(gateway, lines(3), Idempotency_Key="row-42")
    assert (answer.status, answer.problem()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(("rows", "status"), [(0, 422), (1, 202), (MAX_ROWS, 202), (MAX_ROWS + 1, 413)])
def test_batch_may_have_one_to_the_most_rows(gateway: str, rows: int, status: int) -> None:
    before = newest(gateway)
    answer = post(gateway, lines(rows))
    assert answer.status == status
    if status == 202:
        assert answer.json()["rows"] == rows
    else:
        assert answer.problem()["status"] == status
        assert newest(gateway) == before


def test_one_bad_record_among_many_costs_itself_alone(gateway: str) -> None:
    answer = post(gateway, lines(2000, bad=777))
    assert (answer.status, answer.json()["outcomes"]["refused"], answer.json()["rows"]) == (202, 1, 2000)


MIXED = {
    "text/csv": (b"id,payload\n", b",x\n", b"1,x\n"),
    "application/x-ndjson": (b"", b'{"id":1}\n', b'{"id":1,"payload":"x"}\n'),
    "application/json": (b"[", b'{"id":1},', b'{"id":1,"payload":"x"},'),
}


@pytest.mark.parametrize("kind", MIXED)
def test_body_with_as_many_wrong_rows_as_may_be_is_taken(gateway: str, kind: str) -> None:
    start, wrong, right = MIXED[kind]
    body = start + wrong * MAX_REFUSED + right
    answer = post(gateway, body.rstrip(b",") + b"]" * (kind == "application/json"), Content_Type=kind)
    assert answer.status == 202, answer
    assert answer.json()["outcomes"]["refused"] == MAX_REFUSED


@pytest.mark.parametrize("kind", MIXED)
def test_body_with_more_wrong_rows_is_refused_whole_with_the_first_reasons(gateway: str, kind: str) -> None:
    start, wrong, right = MIXED[kind]
    before = newest(gateway)
    body = start + right + wrong * (MAX_REFUSED + 1) + right
    sent = body.rstrip(b",") + b"]" * (kind == "application/json")
    for _ in range(2):
        answer = post(gateway, sent, Content_Type=kind, Idempotency_Key=f"wrong-{len(kind)}")
        assert (answer.status, answer.problem()["code"]) == (422, "too_many_refused")
        errors = answer.problem()["errors"]
        assert len(errors) == 100
        assert errors[0]["pointer"].startswith("/records/1/"), "the row behind the first one"
        assert errors[99]["pointer"].startswith("/records/100/")
        assert errors[0]["detail"].startswith("Row 2 (line 3): " if kind == "text/csv" else "Row 2: ")
    assert newest(gateway) == before
    assert post(gateway, lines(1), Idempotency_Key=f"wrong-{len(kind)}").status == 202, "the key is still free"
