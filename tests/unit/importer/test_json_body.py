"""A JSON body is read in blocks: good ones at a glance, and record by record where something is wrong."""

import contextlib
import io
import json
import random
import tracemalloc
from typing import Any

import pytest

from importer.parsing import json_body, json_scan
from importer.parsing.checker import RecordChecker
from importer.parsing.json_body import OPTIONS, JSONBody
from importer.parsing.refusal import Refusal
from importer.parsing.spool import Spooled
from stackroom_jobs.records import Record
from stackroom_kit.problems import Problem

CHECKER = RecordChecker(Record, max_bytes=100)


def body_of(text: bytes, *, with_options: bool = True) -> JSONBody:
    spooled = Spooled(io.BytesIO(text), len(text), 0, "")
    return JSONBody(spooled, CHECKER, frozenset(OPTIONS) if with_options else frozenset())


def records_of(text: bytes) -> list[Any]:
    return [item for block in body_of(text).blocks() for item in block.items]


def test_json_body_gives_records_and_options_in_any_order() -> None:
    for text in (
        b'{"source":"s","enqueue":true,"records":[{"id":1,"payload":"x"}]}',
        b' {"records" : [ {"id":1,"payload":"x"} ] , "enqueue":true,\n"source":"s"} ',
        b'{"\\u0072ecords":[{"id":1,"payload":"x"}],"enqueue":true,"source":"s"}',
    ):
        body = body_of(text)
        assert [item for block in body.blocks() for item in block.items] == [Record(1, "x")]
        assert body.options == {"source": "s", "enqueue": True}


def test_json_body_keeps_good_records_beside_a_bad_one() -> None:
    good, bad, odd = records_of(b'{"records":[{"id":1,"payload":"x"},{"id":2},{"id":"records","payload":"\\"id\\""}]}')
    assert (good, odd) == (Record(1, "x"), Record("records", '"id"'))
    assert isinstance(bad, Refusal)


@pytest.mark.parametrize("block_bytes", [1, 7, 64, 1000])
def test_json_body_is_the_same_whatever_the_size_of_its_blocks(
    monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    monkeypatch.setattr(json_scan, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(json_scan, "KEY_BYTES", 32)
    monkeypatch.setattr(json_body, "BLOCK_BYTES", block_bytes)
    chance = random.Random(block_bytes)
    texts = ["x", "},", '"},{"', "\\", '\\"', "[]", "}", "книга", "", "]}"]
    sent: list[Any] = [
        chance.choice([{"id": row, "payload": chance.choice(texts)}, {"id": row}, row, [[{}]], {"a": {"b": [row]}}])
        for row in range(300)
    ]
    found = records_of(json.dumps({"records": sent}, indent=chance.choice([None, 1])).encode())
    assert len(found) == len(sent)
    for item, one in zip(found, sent, strict=True):
        is_good = isinstance(one, dict) and "payload" in one
        assert (item.id, item.payload) == (one["id"], one["payload"]) if is_good else isinstance(item, Refusal), one


def test_json_body_refuses_a_record_that_is_too_long_and_reads_on() -> None:
    long = [b'{"id":1,"payload":"' + b"\\\\x" * 500_000 + b'"}', b"[" + b"[]," * 300_000 + b"1]", b"7" * 700_000]
    *refused, last = records_of(b'{"records":[' + b",".join(long) + b',{"id":4,"payload":"d"}]}')
    assert [item.code for item in refused] == ["record_too_long"] * 3
    assert (last.id, last.payload) == (4, "d")


@pytest.mark.parametrize("element", [b"0,", b"[],", b'"",', b"[[[[[[],", b'{"id":1,"payload":"'])
def test_json_body_is_read_in_little_memory_whatever_it_holds(element: bytes) -> None:
    text = b'{"records":[' + element * (40_000 // len(element)) + b"0]}"
    tracemalloc.start()
    try:
        with contextlib.suppress(Problem):  # some of these are no JSON at all
            for _ in body_of(text).blocks():
                pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"null", "wrong_body"),
        (b"[]", "wrong_body"),
        (b"{}", "records_missing"),
        (b'{"source": "s"}', "records_missing"),
        (b'{"records": 5}', "wrong_body"),
        (b'{"records": nope}', "invalid_json"),
        (b'{"records": {"id": 1}}', "wrong_body"),
        (b'{"records": [], "records": []}', "duplicate_key"),
        (b'{"records": [], "stray": 1}', "unknown_field"),
        (b'{"records": [], "source": 1}', "wrong_body"),
        (b'{"records": [], "source": "' + b"s" * 1000 + b'"}', "wrong_body"),
        (b'{"records": [NaN]}', "not_a_number"),
        (b'{"records": [1 2]}', "invalid_json"),
        (b'{"records": [1,]}', "invalid_json"),
        (b'{"records": [}]}', "invalid_json"),
        (b'{"records": [1]', "invalid_json"),
        (b'{"records": ["open]}', "invalid_json"),
        (b'{"records": []} x', "invalid_json"),
        (b'{"records": [],}', "invalid_json"),
        (b'{"records"', "invalid_json"),
        (b'\xef\xbb\xbf{"records": []}', "byte_order_mark"),
        ('{"records": []}'.encode("utf-16"), "not_utf8"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    ],
)
def test_json_body_refuses_a_wrong_body_by_code(body: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        records_of(body)
    assert (caught.value.status, caught.value.code) == (400, code)


def list_of(text: bytes) -> list[Any]:
    spooled = Spooled(io.BytesIO(text), len(text), 0, "")
    return [item for block in JSONBody(spooled, CHECKER, takes_list=True).blocks() for item in block.items]


@pytest.mark.parametrize("text", [b'[{"id":1,"payload":"x"}]', b'\r\n [ {"id": 1, "payload": "x"} ] \n'])
def test_json_body_of_a_batch_may_be_the_list_alone(text: bytes) -> None:
    assert list_of(text) == [Record(1, "x")]
    assert list_of(b"[]") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b'[{"id":1,"payload":"x"} {"id":2}]', "line 1, column 25"),
        (b'[\n{"id":1,"payload":"x"},\nx]', "line 3, column 1"),
        (b'[{"id":1,"payload":"x"}', "line 1, column 24"),
        (b'[{"id":1,"payload":"x"}] x', "line 1, column 26"),
    ],
)
def test_json_body_of_a_batch_names_the_place_in_the_list_as_it_was_sent(text: bytes, place: str) -> None:
    with pytest.raises(Problem) as caught:
        list_of(text)
    assert caught.value.code == "invalid_json"
    assert place in str(caught.value.errors[0].detail)


def test_json_body_of_a_batch_holds_records_only() -> None:
    with pytest.raises(Problem) as caught:
        list(body_of(b'{"records":[],"source":"s"}', with_options=False).blocks())
    assert caught.value.code == "unknown_field"
