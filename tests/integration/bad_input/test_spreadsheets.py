"""Files as spreadsheets and people write them, through the gateway."""

import functools
import gzip
import json
from collections.abc import Callable

import pytest

from tests.support.gateway.refused import assert_refused
from tests.support.stacks.eager import BATCHES, CSV, NDJSON, EagerStack

PREVIEW = "/api/importer/preview"
GROUPS = "?operation=load_groups&dry_run=true"
TABLE = "sep=;\nКод;Название;;\n1\xa0001;a;;\n;;;\nx\xa0y;b;;\n1002;c;;lost\n".encode()


def test_odd_table_is_taken_and_told_and_its_rows_have_lines(stack: EagerStack) -> None:
    batch = stack.send("POST", BATCHES + GROUPS, TABLE, CSV).json()
    assert batch["input"]["passed_over"] == {"separator_lines": 1, "columns": 2, "rows": 1}
    assert batch["input"]["heads"] == {"Код": "id", "Название": "name"}
    lines = stack.lines(batch["id"])
    assert [(line["row"], line["line"], line["outcome"]) for line in lines] == [
        (1, 3, "ok"), (2, 5, "refused"), (3, 6, "refused"),
    ]  # fmt: skip
    assert lines[1]["detail"] == "`id`: 'x y' is no whole number."
    assert lines[2]["code"] == "unnamed_column"
    found = stack.send("POST", PREVIEW, TABLE, CSV).json()
    assert (found["operation"], found["input"]) == ("load_groups", batch["input"])


@pytest.mark.parametrize("delimiter", ["%2C", "%3B", "%09", "%7C", "tab"])
def test_results_of_any_delimiter_are_loaded_back(stack: EagerStack, delimiter: str) -> None:
    batch = stack.send("POST", BATCHES, b'id,payload\n1,"a,b;c|d"\n2\n', CSV).json()
    table = stack.get(f"{batch['results_url']}?format=csv&outcome=refused&delimiter={delimiter}").body
    again = stack.send("POST", BATCHES, table, CSV).json()
    assert (again["rows"], again["outcomes"]["refused"], again["outcomes"]["ok"]) == (1, 0, 1)


def test_columns_and_delimiter_may_be_told_and_make_another_request(stack: EagerStack) -> None:
    body = "Шифр|Полка\n1|a\n".encode()
    told = "&delimiter=%7C&columns=%D0%A8%D0%B8%D1%84%D1%80:id,%D0%9F%D0%BE%D0%BB%D0%BA%D0%B0:name"
    batch = stack.send("POST", BATCHES + GROUPS + told, body, CSV, Idempotency_Key="told").json()
    assert (batch["input"]["columns"], batch["outcomes"]["refused"]) == (["id", "name"], 0)
    other = stack.send("POST", BATCHES + GROUPS + told[:-4] + "comment", body, CSV, Idempotency_Key="told")
    assert_refused(other, 422, "idempotency_key_reused")


@pytest.mark.parametrize("encoding", [{"Content_Encoding": "gzip"}, {}], ids=["said", "seen"])
def test_compressed_body_is_the_same_request_as_its_bytes(stack: EagerStack, encoding: dict[str, str]) -> None:
    lines = b"".join(json.dumps({"id": row, "payload": "x"}).encode() + b"\n" for row in range(3))
    plain = stack.send("POST", BATCHES, lines, NDJSON, Idempotency_Key="packed").json()
    packed = stack.send("POST", BATCHES, gzip.compress(lines), NDJSON, Idempotency_Key="packed", **encoding).json()
    assert (packed["id"], packed["created"], packed["rows"]) == (plain["id"], False, 3)


@functools.cache
def bomb() -> bytes:
    return gzip.compress(b" " * 300_000_000, 1)


@pytest.mark.parametrize(
    ("make", "encoding", "status", "code"),
    [
        (lambda: gzip.compress(b"id,payload\n1,a\n")[:-4], "gzip", 400, "broken_gzip"),
        (lambda: b"id,payload\n1,a\n", "gzip", 400, "broken_gzip"),
        (lambda: b"x", "br", 415, "unsupported_content_encoding"),
        (bomb, "gzip", 413, "too_large"),
        (lambda: gzip.compress(b""), "gzip", 422, "empty_batch"),
        (lambda: b"PK\x03\x04books.csv", "identity", 400, "archive"),
    ],
    ids=["cut", "none", "other", "bomb", "empty", "zip"],
)
@pytest.mark.parametrize("path", [BATCHES, PREVIEW])
def test_compressed_body_that_is_wrong_is_refused(
    stack: EagerStack, path: str, make: Callable[[], bytes], encoding: str, status: int, code: str
) -> None:
    assert_refused(stack.send("POST", path, make(), CSV, Content_Encoding=encoding), status, code)


@pytest.mark.parametrize("content_type", [CSV, NDJSON, "application/json", "text/tab-separated-values"])
@pytest.mark.parametrize(
    "body", [b"", b"\xef\xbb\xbf", b"\n \n", b"\xff\xfe\n\0"], ids=["nothing", "mark", "blank", "UTF-16"]
)
def test_empty_file_is_called_empty_in_every_form(stack: EagerStack, content_type: str, body: bytes) -> None:
    problem = assert_refused(stack.send("POST", BATCHES, body, content_type), 422, "empty_batch")
    assert problem["detail"] == "The file is empty."
