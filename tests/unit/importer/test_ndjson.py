"""NDJSON is read in blocks; a bad line costs itself only."""

import io

import pytest

from importer.parsing import ndjson
from importer.parsing.checker import RecordChecker
from importer.parsing.ndjson import has_longer_line, read_ndjson
from importer.parsing.refusal import Refusal
from stackroom_jobs.outcomes import failed_line
from stackroom_jobs.records import Record
from tests.support.importer.resources import GROUPS, group_row

CHECKER = RecordChecker(Record, max_bytes=100)


def items_of(body: bytes) -> list[Record | Refusal]:
    return [item for block in read_ndjson(io.BytesIO(body), CHECKER) for item in block.items]


def line(number: int, payload: str = "x") -> bytes:
    return b'{"id":%d,"payload":"%s"}\n' % (number, payload.encode())


def test_ndjson_gives_every_line_in_order_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"".join(line(number) for number in range(500))
    expected = [Record(number, "x") for number in range(500)]
    for block_bytes in (1, 7, 64, 1000, 10**6):
        monkeypatch.setattr(ndjson, "BLOCK_BYTES", block_bytes)
        assert items_of(body) == expected


def test_ndjson_takes_a_last_line_without_break_and_skips_blank_ones() -> None:
    assert items_of(line(1) + b"\r\n  \n" + line(2).rstrip()) == [Record(1, "x"), Record(2, "x")]


def test_ndjson_refuses_only_the_bad_line() -> None:
    first, bad, last = items_of(line(1) + b"nonsense\n" + line(3))
    assert (first, last) == (Record(1, "x"), Record(3, "x"))
    assert isinstance(bad, Refusal)
    assert bad.code == "invalid_json"


@pytest.mark.parametrize("block_bytes", [16, 64, 10**6])
def test_ndjson_refuses_a_long_line_and_goes_on_after_it(monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    monkeypatch.setattr(ndjson, "BLOCK_BYTES", block_bytes)
    first, long, last = items_of(line(1) + line(2, "x" * 5000) + line(3))
    assert (first, last) == (Record(1, "x"), Record(3, "x"))
    assert isinstance(long, Refusal)
    assert long.code == "record_too_long"


def test_ndjson_sees_a_key_that_stands_twice_in_one_line_and_not_in_another() -> None:
    items = items_of(b'{"id":1,"id":2,"payload":"x"}\n{"payload":"x"}\n')
    assert [item.code for item in items if isinstance(item, Refusal)] == ["duplicate_key", "missing_field"]


@pytest.mark.parametrize("neighbour", [b"", b"nonsense\n"])
@pytest.mark.parametrize("wrong", [b'{"id":2,"payload":"x"} {"id":3,"payload":"x"}\n', b'{"id":2,\n"payload":"x"}\n'])
def test_ndjson_takes_one_record_per_line_whatever_stands_beside_it(wrong: bytes, neighbour: bytes) -> None:
    items = items_of(line(1) + wrong + neighbour)
    assert items[0] == Record(1, "x")
    codes = [item.code if isinstance(item, Refusal) else "" for item in items[1:]]
    assert codes == ["invalid_json"] * (wrong + neighbour).count(b"\n")


@pytest.mark.parametrize("detail", ["why", 'it said "why": \\', "почему {", ""])
@pytest.mark.parametrize("field", ["", "payload"])
@pytest.mark.parametrize("neighbour", [b"", b"nonsense\n"])
def test_ndjson_reads_lines_of_results_as_the_records_in_them(detail: str, field: str, neighbour: bytes) -> None:
    checker = RecordChecker(GROUPS.record, max_bytes=300)
    given = [b'{"id":1,"name":"a","comment":null}', b'{"id":2,"comment":"{\\"row\\":7,"}', b'{"id":3}']
    lines = b"".join(failed_line(row, "too_long", detail, record, field) for row, record in enumerate(given, 1))
    items = [item for block in read_ndjson(io.BytesIO(lines + neighbour), checker) for item in block.items]
    assert items[:3] == [group_row(1, "a", None), group_row(2, comment='{"row":7,'), group_row(3)]
    assert len(items) == 3 + bool(neighbour)


def test_ndjson_takes_lines_of_results_at_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ndjson, "_one_by_one")
    lines = b"".join(failed_line(row, "too_long", "a: b", b'{"id":%d}' % row, "name") for row in range(1, 4))
    checker = RecordChecker(GROUPS.record, max_bytes=300)
    (block,) = read_ndjson(io.BytesIO(lines), checker)
    assert block.items == [group_row(1), group_row(2), group_row(3)]


@pytest.mark.parametrize(
    "lengths", [(), (0,), (5,), (6,), (1, 5, 0, 5), (1, 6), (6, 1), (0, 0, 0, 6, 0), (2, 2, 2, 5, 2)]
)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_ndjson_finds_a_long_line_as_if_it_looked_at_every_one(lengths: tuple[int, ...], end: bytes) -> None:
    block = b"\n".join(b"x" * length for length in lengths) + end
    assert has_longer_line(block, 5) is any(length > 5 for length in lengths)
