"""A schema is one thing, whatever it is made of: a struct, JSON, or the struct that it makes itself."""

import datetime
import decimal
import enum
import json
from typing import Annotated, Any, Literal

import jsonschema
import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from stackroom_kit.schema import Field, Reference, Schema, SchemaError


class Kind(enum.Enum):
    PAPER = "paper"
    FILM = "film"


class Inner(msgspec.Struct):
    x: int


class Row(msgspec.Struct, forbid_unknown_fields=True):
    id: int | Annotated[str, Meta(min_length=1, max_length=9)]
    group: Annotated[int, Meta(ge=-5, lt=10, extra_json_schema={"x-reference": {"resource": "groups", "by": "name"}})]
    label: Annotated[str, Meta(max_length=3, description="Left out.")] | UnsetType | None = UNSET
    group_name: Annotated[str | None, Meta(extra_json_schema={"readOnly": True})] = None
    kind: Kind | None = None
    side: Literal["left", "right"] = "left"
    day: Annotated[datetime.date | None, Meta(title="Day")] = None
    at: Annotated[datetime.datetime, Meta(tz=True)] | UnsetType = UNSET
    price: Annotated[decimal.Decimal, Meta(extra_json_schema={"x-digits": 4, "x-places": 2})] | UnsetType = UNSET
    weight: float = 1.5
    is_new: bool = False
    more: Inner | UnsetType = UNSET
    words: list[str] = []
    counts: dict[str, int] = {}


ROW = Schema.of_struct(Row)


def test_struct_is_read_whole() -> None:
    fields = (
        Field("id", ("integer", "string"), is_required=True, min_length=1, max_length=9),
        Field("group", ("integer",), is_required=True, minimum=-5, maximum=9, reference=Reference("groups", "name")),
        Field("label", ("string",), is_nullable=True, max_length=3),
        Field("group_name", ("string",), is_nullable=True, read_only=True, default=None),
        Field("kind", ("string",), is_nullable=True, enum=("film", "paper"), default=None),
        Field("side", ("string",), enum=("left", "right"), default="left"),
        Field("day", ("string",), is_nullable=True, format="date", title="Day", default=None),
        Field("at", ("string",), format="date-time"),
        Field("price", ("string",), format="decimal", digits=4, places=2),
        Field("weight", ("number",), default=1.5),
        Field("is_new", ("boolean",), default=False),
        Field("more", ("object",)),
        Field("words", ("array",), default=[]),
        Field("counts", ("object",), default={}),
    )
    assert (ROW.name, ROW.fields, ROW.takes_unknown) == ("Row", fields, False)
    assert ROW.shown == ("group_name",)
    assert ROW.own == tuple(name for name in Row.__struct_fields__ if name != "group_name")


def test_json_is_flat_and_goes_round() -> None:
    document = ROW.to_json()
    jsonschema.Draft202012Validator.check_schema(document)
    assert Schema.of_json(json.loads(json.dumps(document))) == ROW
    assert list(document["properties"]) == list(Row.__struct_fields__)
    assert document["properties"]["label"] == {"type": ["string", "null"], "maxLength": 3}


def test_struct_of_a_schema_is_read_as_that_schema() -> None:
    assert Schema.of_struct(ROW.struct) == ROW
    assert ROW.struct is ROW.struct


def test_name_may_be_another_than_the_structs() -> None:
    assert Schema.of_struct(Inner, "rows").name == "rows"


TAKEN: list[tuple[dict[str, Any], list[Any], list[Any]]] = [
    ({"type": "integer"}, [0, -(2**63), 2**64], [1.5, "1", True, None]),
    ({"type": "integer", "minimum": 1, "maximum": 3}, [1, 3], [0, 4]),
    ({"type": "number", "minimum": 0.5}, [0.5, 7], [0.4, "1", True]),
    ({"type": ["boolean", "null"]}, [True, None], [1, "true"]),
    ({"type": "string", "minLength": 1, "maxLength": 2}, ["я", "🙂🙂"], ["", "abc", 1, None]),
    ({"type": ["string", "integer"], "maxLength": 1, "maximum": 5}, ["a", 5], ["ab", 6, 1.5]),
    ({"type": "string", "enum": ["a", "b"]}, ["a"], ["c", 1, None]),
    ({"enum": ["a", 1, None]}, ["a", 1, None], [2, "b"]),
    ({"type": ["string", "null"], "enum": ["a"]}, ["a"], [None]),
    ({"type": "object"}, [{}, {"a": [1]}], [[], "x"]),
    ({"type": "array"}, [[], [{"a": 1}]], [{}, "x"]),
    (
        {"type": "string", "format": "date"},
        ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"],
        ["2023-02-29", "2024-13-01", "2024-04-31", "0000-01-01", "2024-1-1", "2024-01-01\n", "٢٠٢٤-01-01"],
    ),
    (
        {"type": "string", "format": "date-time"},
        ["2024-02-29T23:59:59Z", "2024-02-29 00:00:00.123456+03:00", "2024-02-29t00:00:00-14:59"],
        ["2024-02-29T23:59:59", "2024-02-29T24:00:00Z", "2024-02-29", "2024-02-30T00:00:00Z", "2024-02-29T00:00Z"],
    ),
    (
        {"type": "string", "format": "decimal"},
        ["0", "-1.50", "007", "1" * 500],
        ["1,5", "1e3", ".5", "1.", "+1", "", "1" * 501],
    ),
    (
        {"type": "string", "format": "decimal", "x-digits": 4, "x-places": 2},
        ["12.34", "-12.3", "0012.3400", "0", "00.00"],
        ["123", "1.234", "99.999", "", "-", ".5"],
    ),
    ({"type": "string", "format": "decimal", "x-digits": 2, "x-places": 2}, ["0.99", "0", "-0.5"], ["1", "0.999"]),
    ({"type": "string", "format": "decimal", "x-digits": 2}, ["99", "99.0"], ["100", "9.5"]),
]  # fmt: skip


@pytest.mark.parametrize(("document", "taken", "refused"), TAKEN, ids=lambda one: json.dumps(one)[:60])
def test_values_of_a_field(document: dict[str, Any], taken: list[Any], refused: list[Any]) -> None:
    schema = Schema.of_json({"type": "object", "properties": {"one": document}, "required": ["one"]})
    for value in taken:
        for made in (
            msgspec.convert({"one": value}, schema.struct),
            msgspec.json.decode(json.dumps({"one": value}), type=schema.struct),
        ):
            assert msgspec.to_builtins(made) == {"one": value}
    for value in refused:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"one": value}, schema.struct)
    assert Schema.of_struct(schema.struct) == schema


def test_field_that_is_left_out_is_left_out_again() -> None:
    row = msgspec.json.decode(b'{"id": 1, "group": 2, "label": null}', type=ROW.struct)
    assert msgspec.json.encode(row) == b'{"id":1,"group":2,"label":null}'
    with pytest.raises(msgspec.ValidationError, match="missing required field `group`"):
        msgspec.json.decode(b'{"id": 1}', type=ROW.struct)


@pytest.mark.parametrize("takes_unknown", [True, False])
def test_unknown_field_is_passed_over_or_refused(takes_unknown: bool) -> None:
    document = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": takes_unknown}
    schema = Schema.of_json(document)
    if takes_unknown:
        assert msgspec.json.encode(msgspec.convert({"a": 1, "b": 2}, schema.struct)) == b'{"a":1}'
    else:
        with pytest.raises(msgspec.ValidationError, match="unknown field `b`"):
            msgspec.convert({"a": 1, "b": 2}, schema.struct)


WRONG_PROPERTIES: list[tuple[Any, str]] = [
    ([], "must be an object"),
    ({}, "must have a type: one or two of"),
    ({"type": []}, "'type'.*allowed is one or two of"),
    ({"type": "text"}, "'type'.*allowed is one or two of"),
    ({"type": ["integer", 1]}, "'type'"),
    ({"type": "null"}, "must have a type"),
    ({"type": ["integer", "string", "boolean"]}, "must have a type"),
    ({"type": "string", "pattern": "a"}, "has 'pattern'; allowed are type, format"),
    ({"type": "object", "properties": {}}, "has 'properties'"),
    ({"anyOf": [{"type": "string"}]}, "has 'anyOf'"),
    ({"$ref": "#/x"}, r"has '\$ref'"),
    ({"type": "string", "format": "email"}, "'format': 'email'; allowed is date, date-time, decimal"),
    ({"type": "integer", "format": "date"}, "a format goes with the type string alone"),
    ({"type": "string", "format": "date", "maxLength": 3}, "a format goes without lengths"),
    ({"type": "integer", "maxLength": 3}, "lengths go with the type string"),
    ({"type": "string", "maxLength": -1}, "'maxLength': -1; allowed is a whole number"),
    ({"type": "string", "maxLength": True}, "'maxLength'"),
    ({"type": "string", "maxLength": 1.5}, "'maxLength'"),
    ({"type": "string", "minLength": 3, "maxLength": 2}, "minLength is above maxLength"),
    ({"type": "string", "minimum": 3}, "bounds go with numbers"),
    ({"type": "integer", "minimum": 1.5}, "bounds of whole numbers are whole"),
    ({"type": "integer", "minimum": "1"}, "'minimum'"),
    ({"type": "integer", "minimum": 2**63}, "bounds of whole numbers|'minimum'"),
    ({"type": "integer", "minimum": 3, "maximum": 2}, "minimum is above maximum"),
    ({"type": "string", "enum": []}, "'enum'"),
    ({"type": "string", "enum": [1.5]}, "'enum'"),
    ({"type": "string", "enum": ["a", 1]}, "values of the type"),
    ({"type": ["string", "null"], "enum": [None]}, "values of the type"),
    ({"type": "string", "enum": ["a", "a"]}, "no value twice"),
    ({"type": "string", "enum": ["a"], "maxLength": 3}, "without other limits"),
    ({"type": "string", "readOnly": 1}, "'readOnly'"),
    ({"type": "string", "title": ""}, "'title'"),
    ({"type": "integer", "x-reference": "groups"}, '\'x-reference\'.*"resource" and "by"'),
    ({"type": "integer", "x-reference": {"resource": "groups"}}, "'x-reference'"),
    ({"type": "string", "x-digits": 3}, "digits are those of decimals"),
    ({"type": "string", "format": "decimal", "x-digits": 3, "x-places": 4}, "x-places is above x-digits"),
    ({"type": "string", "format": "decimal", "x-digits": 0}, "'x-digits'"),
    ({"type": "integer", "default": "x"}, "its default is no value that it allows"),
    ({"type": "string", "default": None}, "its default is no value that it allows"),
]


@pytest.mark.parametrize(("document", "sentence"), WRONG_PROPERTIES, ids=lambda one: str(one)[:40])
def test_wrong_property_is_named_with_what_is_allowed(document: Any, sentence: str) -> None:
    with pytest.raises(SchemaError, match=rf"^The property 'one'.*(?:{sentence}).*\.$"):
        Schema.of_json({"type": "object", "properties": {"one": document}})


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "имя", "_a", "__class__", "class", "a" * 64, 1])
def test_wrong_name_is_refused(name: Any) -> None:
    with pytest.raises(SchemaError, match="has no name that a field may have"):
        Schema.of_json({"type": "object", "properties": {name: {"type": "integer"}}})


ONE = {"a": {"type": "integer"}}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"properties": ONE}, 'the type "object"'),
        ({"type": "object"}, "1 to 500 properties"),
        ({"type": "object", "properties": {}}, "1 to 500 properties"),
        ({"type": "object", "properties": {f"a{n}": ONE["a"] for n in range(501)}}, "1 to 500 properties"),
        ({"type": "object", "properties": ONE, "required": ["b"]}, "required must be"),
        ({"type": "object", "properties": ONE, "required": "a"}, "required must be"),
        ({"type": "object", "properties": ONE, "required": [["a"]]}, "required must be"),
        ({"type": "object", "properties": ONE, "additionalProperties": {}}, "true or false"),
        ({"type": "object", "properties": ONE, "$defs": {}}, r"has '\$defs'"),
        ({"type": "object", "properties": ONE, "title": "a b"}, "has no name"),
        (
            {"type": "object", "properties": {"a": {"type": "integer", "readOnly": True}}, "required": ["a"]},
            "'a': what is readOnly cannot be required",
        ),
    ],
    ids=lambda one: str(one)[:40],
)
def test_wrong_document_is_refused(document: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SchemaError, match=sentence):
        Schema.of_json(document)


@pytest.mark.parametrize(
    "kind",
    [
        bytes, Any, int | str | bool, Annotated[str, Meta(pattern="a")], Annotated[float, Meta(gt=0)],
        Literal["a"] | int, datetime.timedelta, complex,
    ],
    ids=str,
)  # fmt: skip
def test_struct_of_a_type_without_a_place_is_refused(kind: Any) -> None:
    with pytest.raises(SchemaError):
        Schema.of_struct(msgspec.defstruct("Odd", [("one", kind)]))
