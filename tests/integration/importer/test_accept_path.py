"""How deep the way is from the call that takes a batch to its first parsed row."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from types import FrameType

import pytest
from flask.testing import FlaskClient

ROUTE = "create_batch"
MOST_FUNCTIONS = 8
PARSERS = {"decode", "decode_lines", "convert"}  # of msgspec
PARSING_FILES = {"checker.py", "csv_rows.py"}  # where rows are parsed
PRODUCT = {"services", "libs"}
JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
RECORDS = {"normalize_record": b'{"id":1,"payload":"x"}', "load_groups": b'{"id":1,"name":"x"}'}
BODIES: dict[str, Callable[[bytes], bytes]] = {
    JSON: lambda record: b'{"records":[%b,%b]}' % (record, record),
    NDJSON: lambda record: record + b"\n" + record,
    CSV: lambda record: b"id,payload\n1,x\n1,x\n" if b"payload" in record else b"id,name\n1,x\n1,x\n",
}


def functions_below_the_route(frame: FrameType | None) -> list[str]:
    """Functions of the product that have a name, the innermost first; the route is the last of them."""
    names: list[str] = []
    while frame is not None:
        code = frame.f_code
        if PRODUCT & set(PurePath(code.co_filename).parts) and not code.co_name.startswith("<"):
            names.append(code.co_name)
            if code.co_name == ROUTE:
                return names
        frame = frame.f_back
    return []


@contextmanager
def first_parsing() -> Iterator[list[str]]:
    """The functions that are open when msgspec first makes a record of a row."""
    found: list[str] = []

    def note(frame: FrameType, event: str, called: object) -> None:
        is_parsing = event == "c_call" and getattr(called, "__name__", "") in PARSERS
        if is_parsing and not found and PurePath(frame.f_code.co_filename).name in PARSING_FILES:
            found.extend(functions_below_the_route(frame))

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("operation", RECORDS)
@pytest.mark.parametrize("content_type", BODIES)
def test_first_row_is_parsed_at_most_eight_functions_below_the_route(
    client: FlaskClient, content_type: str, operation: str
) -> None:
    body = BODIES[content_type](RECORDS[operation])
    query = {"operation": operation}
    with first_parsing() as functions:
        answer = client.post("/api/importer/batches", data=body, content_type=content_type, query_string=query)
    assert (answer.status_code, answer.get_json()["rows"]) == (202, 2)
    assert functions, "no record was seen being made"
    assert len(functions) <= MOST_FUNCTIONS, functions
