"""What an operation's file may say, and what is said of a wrong one."""

from typing import Annotated, Any

import msgspec
import pytest

from stackroom_jobs.context import Context, context_without_worker
from stackroom_jobs.operation import Description, Operation, OperationError, describe, operation, operation_of
from stackroom_jobs.operations import OPERATIONS


class Text(msgspec.Struct, frozen=True):
    payload: Annotated[str, msgspec.Meta(max_length=10)]
    note: str | None = None


class Words(msgspec.Struct, frozen=True):
    words: int
    seen: list[str] = []


@operation(
    queue="io", rows=(10, 20), version=3, title="Count", time_limit=60, hang_seconds=9, right="admin", unit="words"
)
def count_words(record: Text, _context: Context) -> Words:
    return Words(len(record.payload.split()))


def made() -> Operation:
    found = operation_of(count_words)
    assert found is not None
    return found


def test_function_stays_callable() -> None:
    assert count_words(Text("a b"), context_without_worker()) == Words(2)


def test_description_says_all_of_it() -> None:
    described = msgspec.to_builtins(made().description)
    record, result = described.pop("record"), described.pop("result")
    assert described == {
        "name": "count_words", "task_name": "stackroom.count_words", "version": 3, "queues": ("io",), "title": "Count",
        "min_rows": 10, "max_rows": 20, "time_limit": 60, "hang_seconds": 9, "right": "admin", "loads": None,
        "reads_media": False, "unit": "words",
    }  # fmt: skip
    assert record["properties"]["payload"] == {"type": "string", "maxLength": 10}
    assert (record["required"], result["properties"]["seen"]["type"]) == (["payload"], "array")


def test_little_need_be_said() -> None:
    described = describe("count_words", Text, Words).description
    assert (described.title, described.queues, described.min_rows, described.max_rows) == (
        "Count words", ("cpu",), 1000, 2500,
    )  # fmt: skip
    assert (described.version, described.right, described.unit) == (1, "operator", "steps")
    assert described.time_limit is None


class Sound(msgspec.Struct, kw_only=True):
    id: str
    note: str | None = None
    day: Annotated[str, msgspec.Meta(extra_json_schema={"format": "date"})]
    file: str


class Level(msgspec.Struct):
    id: int
    level: float


@pytest.mark.parametrize(
    ("record", "reads_media", "field"),
    [(Text, True, "payload"), (Sound, True, "file"), (Level, True, None), (Text, False, None)],
)
def test_media_are_named_by_payload_or_the_first_text_that_must_be_there(
    record: type, reads_media: bool, field: str | None
) -> None:
    assert describe("hear", record, Words, reads_media=reads_media).media_field == field


def test_description_survives_the_way_to_the_importer() -> None:
    """There its structs are made of the schemas, and take what the worker's own take."""
    description = msgspec.json.decode(msgspec.json.encode(made().description), type=Description)
    assert description == made().description
    there = Operation.of_description(description)
    assert msgspec.convert({"payload": "a"}, there.record).payload == "a"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"payload": "x" * 11}, there.record)
    with pytest.raises(OperationError, match="only a worker has its function"):
        there.function_here()


@pytest.mark.parametrize("name", OPERATIONS)
def test_built_in_operations_survive_it_too(name: str) -> None:
    description = OPERATIONS[name].description
    assert msgspec.json.decode(msgspec.json.encode(description), type=Description) == description


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "queue": ({"queue": "IO"}, "regex"),
    "no-queue": ({"queue": ()}, "length >= 1"),
    "queue-twice": ({"queue": ("io", "io")}, "a queue stands twice in io, io"),
    "rows": ({"rows": (0, 10)}, ">= 1"),
    "more-rows-at-least-than-at-most": ({"rows": (10, 5)}, "at least 10 and at most 5 rows"),
    "many-rows": ({"rows": (1, 10**6)}, "<= 100000"),
    "version": ({"version": 0}, ">= 1"),
    "title": ({"title": ""}, "length >= 1"),
    "time-limit": ({"time_limit": 1}, ">= 8"),
    "hang": ({"hang_seconds": 0}, ">= 1"),
    "right": ({"right": "anybody"}, "Invalid enum value 'anybody'"),
    "loads": ({"loads": "groups"}, "names that begin with load_"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_declaration_is_refused_in_one_sentence(name: str) -> None:
    declared, sentence = WRONG[name]
    with pytest.raises(OperationError) as caught:
        describe("count_words", Text, Words, **declared)
    assert str(caught.value).startswith("count_words: ")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["Count", "count-words", "2words", "x" * 64, "", "load_shelves"])
def test_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(OperationError):
        describe(name, Text, Words)


class Nested(msgspec.Struct):
    wrong: complex


def no_types(record, context):  # type: ignore[no-untyped-def]
    return record


def wrong_record(record: str, context: Context) -> Words:
    return Words(len(record))


def wrong_result(record: Text, context: Context) -> int:
    return len(record.payload)


def unknown_type(record: "Missing", context: Context) -> Words:  # type: ignore[name-defined] # noqa: F821
    return Words(0)


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (no_types, "needs a msgspec.Struct as its annotation, and has None"),
        (wrong_record, "the record, which is its first parameter, needs a msgspec.Struct"),
        (wrong_result, "what it returns needs a msgspec.Struct"),
        (unknown_type, "its annotations cannot be read: name 'Missing' is not defined"),
    ],
)
def test_function_without_structs_is_refused(function: Any, sentence: str) -> None:
    with pytest.raises(OperationError, match=sentence):
        operation()(function)


def test_record_that_no_schema_can_say_is_refused() -> None:
    with pytest.raises(OperationError, match="count_words: "):
        describe("count_words", Nested, Words)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"record": {"type": "array"}}, "its record: "),
        ({"result": {}}, "its result: "),
        ({"task_name": "celery.backend_cleanup"}, "its task is stackroom.count_words"),
        ({"loads": "groups"}, "register's resources"),
        ({"name": "load_x", "task_name": "stackroom.load"}, "register's resources"),
        ({"record": {"type": "object", "properties": {f"f{i}": {"type": "string"} for i in range(9000)}}}, "bytes"),
        ({"queues": ["io", "IO"]}, "queues"),
        ({"max_rows": 10**9}, "max_rows"),
        ({"name": None}, "name"),
    ],
)
def test_description_that_comes_in_is_checked_again(change: dict[str, Any], sentence: str) -> None:
    written = msgspec.to_builtins(made().description) | change
    with pytest.raises(msgspec.ValidationError, match=sentence):
        msgspec.json.decode(msgspec.json.encode(written), type=Description)
