"""What goes out comes back as it was, for every text: exports of the register, and results of batches as CSV.

``make fuzz`` sends more of them (ROUND_TRIP_EXAMPLES rows).
"""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from hypothesis import given

from stackroom_kit.texts import normal_text
from tests.support.importer.odd_texts import ROWS, TRIPS, ndjson, rows
from tests.support.servers.embedded import libpq_uri
from tests.support.stacks.eager import BATCHES, CSV, NDJSON, EagerStack

FIRST = 1000  # ids of these tests
CLEAR = "DELETE FROM tbc.books_files_types WHERE id >= 1000; DELETE FROM tbc.books_files_groups WHERE id >= 1000"
COLUMNS = {"groups": ("name", "comment"), "types": ("file_name", "comments", "group_id")}
pytestmark = pytest.mark.usefixtures("register")


def sql(stack: EagerStack, statement: str, rows: list[tuple[Any, ...]] | None = None) -> None:
    with closing(psycopg2.connect(libpq_uri(stack.database))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement) if rows is None else cursor.executemany(statement, rows)


@pytest.fixture(autouse=True)
def own_rows(stack: EagerStack, register: None) -> Iterator[None]:
    yield
    sql(stack, CLEAR)


def items(resource: str, texts: list[tuple[str, ...]]) -> list[dict[str, Any]]:
    belongs = (1,) if resource == "types" else ()
    return [
        {"id": row, **dict(zip(COLUMNS[resource], (*of_row, *belongs), strict=True))}
        for row, of_row in enumerate(texts, FIRST)
    ]


def write(stack: EagerStack, resource: str, texts: list[tuple[str, ...]]) -> None:
    """The first row by the call of a form, the second as others wrote it before, the rest in one call."""
    first, second, *others = items(resource, texts)
    answer = stack.post(f"/api/{resource}/", first)
    assert answer.status == 201, (first, answer)
    kept = {name: normal_text(value) if isinstance(value, str) else value for name, value in first.items()}
    assert answer.json().items() >= kept.items()
    table = f"tbc.books_files_{resource}"
    sql(stack, f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(second))})", [tuple(second.values())])
    answer = stack.post(f"/api/{resource}/bulk", {"items": others})
    assert answer.json()["counts"] == {"created": ROWS - 2}, answer


def load(stack: EagerStack, resource: str, body: bytes, content_type: str, dry_run: str) -> list[dict[str, Any]]:
    options = f"operation=load_{resource}&on_conflict=update&dry_run={dry_run}"
    answer = stack.send("POST", f"{BATCHES}?{options}", body, content_type)
    assert answer.status == 202, answer
    lines = stack.lines(answer.json()["id"])
    return [line for line in lines if line.get("result", {"id": FIRST})["id"] >= FIRST]


def round_trip(stack: EagerStack, resource: str, texts: list[tuple[str, ...]], delimiter: str) -> None:
    sql(stack, CLEAR)
    write(stack, resource, texts)
    before = stack.get(f"/api/{resource}/").body
    exported = stack.get(f"/api/{resource}/?format=csv&delimiter={delimiter}").body
    for dry_run in ("true", "false"):
        lines = load(stack, resource, exported, CSV, dry_run)
        assert [line.get("result", line).get("change") for line in lines] == ["unchanged"] * ROWS, lines
    shown = stack.get(f"/api/{resource}/").json()["items"]
    lines = load(stack, resource, ndjson(shown), NDJSON, "true")
    assert [line.get("result", line).get("change") for line in lines] == ["unchanged"] * ROWS, lines
    assert stack.get(f"/api/{resource}/").body == before


@given(rows(50, 200))
@TRIPS
def test_groups_come_back_unchanged(stack: EagerStack, texts: list[tuple[str, ...]]) -> None:
    round_trip(stack, "groups", texts, ",")


@given(rows(30, 500))
@TRIPS
def test_types_come_back_unchanged(stack: EagerStack, texts: list[tuple[str, ...]]) -> None:
    round_trip(stack, "types", texts, "%3B")


def not_ok(stack: EagerStack, operation: str, body: bytes, content_type: str) -> tuple[bytes, list[dict[str, Any]]]:
    """The rows that were refused or failed, as CSV, and what of their lines is the record's own."""
    answer = stack.send("POST", f"{BATCHES}?operation={operation}", body, content_type)
    assert answer.status == 202, answer
    results = f"{BATCHES}/{answer.json()['id']}/results"
    lines = stack.lines(answer.json()["id"])
    said = {"row", "line", "outcome", "code", "field", "detail"}
    records = [{name: value for name, value in line.items() if name not in said} for line in lines]
    return stack.get(f"{results}?format=csv&outcome=not_ok").body, records


@given(rows(30, 500))
@TRIPS
def test_failed_rows_come_back_as_they_were_given(stack: EagerStack, texts: list[tuple[str, ...]]) -> None:
    records: list[dict[str, object]] = [
        {"id": row, "file_name": name, "comments": comment, "group": f"none {name}"} if row % 2 else
        {"id": row, "comments": comment, "group_id": 2**30}
        for row, (name, comment) in enumerate(texts, FIRST)
    ]  # fmt: skip
    table, first = not_ok(stack, "load_types", ndjson(records), NDJSON)
    _, again = not_ok(stack, "load_types", table, CSV)
    assert again == first


@given(rows(200))
@TRIPS
def test_refused_rows_come_back_as_they_were_given(stack: EagerStack, texts: list[tuple[str, ...]]) -> None:
    """Nothing has touched these texts, not even to bring them into their normal form."""
    records: list[dict[str, object]] = [{"id": "", "payload": text} for (text,) in texts]
    table, first = not_ok(stack, "normalize_record", ndjson(records), NDJSON)
    _, again = not_ok(stack, "normalize_record", table, CSV)
    assert again == first == records


def test_export_has_no_formula_for_a_program_of_another_language(stack: EagerStack) -> None:
    stack.post("/api/groups/", {"id": FIRST, "name": "y;=2+5", "comment": "=1"})
    text = stack.get("/api/groups/?format=csv").body.decode("utf-8-sig")
    for delimiter in ",;":
        cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
        assert not [cell for cell in cells if cell.startswith("=")]
