"""Batches and keys that are wrong, through the gateway (rows 42 and 43 of the table of bad input)."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.support.gateway import importer_behind_gateway
from tests.support.raw_http import RawAnswer, exchange, exchange_bytes

BATCHES = "/api/importer/batches"
MAX_ROWS = 3000
KEYS = {"empty": "", "201": "k" * 201, "300": "k" * 300, "space": "two words", "cyrillic": "ключ"}


@pytest.fixture(scope="module")
def gateway(
    make_migrated: Callable[[], str], make_redis: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("stack")
    limits = {"MAX_BATCH_ROWS": str(MAX_ROWS)}
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
