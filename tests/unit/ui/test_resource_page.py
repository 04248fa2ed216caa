"""What the page of a resource is made of, by the schema of its rows."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from stackroom_kit.schema import SchemaError
from tests.support.gateway.told_resources import TOLD
from tests.support.translated import page_in
from ui.pages.resource_page import Referred, ResourcePage, page_of
from ui.pages.resources import menu, resources_of
from ui.pages.titles import inside


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with page_in("en"):
        yield


def page(name: str) -> ResourcePage:
    known = resources_of(TOLD)
    return page_of(next(one for one in known if one.name == name), known)


def of_property(**about: Any) -> Any:
    """The field of a form for one property."""
    told = {"type": "object", "properties": {"id": {"type": "integer"}, "one": about}}
    item = {"name": "rows", "titles": {"one": "Row", "many": "Rows"}, "id": "given", "shown": "one", "schema": told}
    (resource,) = resources_of({"items": [item], "total": 1})
    return page_of(resource, ()).columns[1]


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("integer", {"type": "integer"}),
        ("number", {"type": "number"}),
        ("boolean", {"type": ["boolean", "null"]}),
        ("text", {"type": "string", "maxLength": 99}),
        ("long_text", {"type": "string", "maxLength": 100}),
        ("long_text", {"type": "string"}),
        ("text", {"type": ["integer", "string"], "maxLength": 10}),
        ("date", {"type": "string", "format": "date"}),
        ("date-time", {"type": "string", "format": "date-time"}),
        ("decimal", {"type": "string", "format": "decimal"}),
        ("choice", {"enum": ["a", "b"]}),
        ("choice", {"enum": [1, 2]}),
        ("reference", {"type": "integer", "x-reference": {"resource": "rows", "by": "one"}}),
        ("json", {"type": "object"}),
        ("json", {"type": "array"}),
    ],
)
def test_kind_of_a_field_follows_from_its_property(kind: str, about: dict[str, Any]) -> None:
    assert of_property(**about).kind == kind


@pytest.mark.parametrize(
    ("limits", "about"),
    [
        ("", {"type": "string"}),
        ("At most 1,000 characters.", {"type": "string", "maxLength": 1000}),
        ("", {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}),
        ("", {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}),
        ("From 1 to 9.", {"type": "integer", "minimum": 1, "maximum": 9}),
        ("From 0 to 9.", {"type": "integer", "minimum": 0, "maximum": 9}),
        ("At least 0.5.", {"type": "number", "minimum": 0.5}),
        ("At most 7.", {"type": "number", "maximum": 7}),
        (
            "At most 8 digits before the point, 2 behind it.",
            {"type": "string", "format": "decimal", "x-digits": 10, "x-places": 2},
        ),
        ("", {"type": "string", "format": "decimal"}),
        ("", {"enum": ["a"]}),
    ],
)
def test_limits_are_told_where_a_person_could_meet_them(limits: str, about: dict[str, Any]) -> None:
    assert of_property(**about).limits == limits


def test_star_is_at_what_must_be_given_and_cannot_be_empty() -> None:
    starred = [field.name for field in page("shelves").fields if field.is_required]
    assert starred == ["code", "group_id"]


def test_form_has_what_can_be_typed_and_the_table_all_that_is_shown() -> None:
    shelves = page("shelves")
    named = TOLD["items"][2]["schema"]["properties"]
    assert [one.name for one in shelves.columns] == [name for name in named if name != "group_name"]
    assert {one.name for one in shelves.columns} - {one.name for one in shelves.fields} == {"id", "extra"}
    assert [one.name for one in page("groups").fields] == ["id", "name", "comment"]


def test_name_of_what_is_pointed_to_stands_beside_its_id() -> None:
    group = next(one for one in page("types").columns if one.name == "group_id")
    assert (group.label, group.reference) == ("Group", Referred("groups", "name", "group_name"))


def test_reference_whose_name_is_not_shown_is_its_id_alone() -> None:
    told = {"type": "integer", "x-reference": {"resource": "rows", "by": "one"}}
    assert of_property(**told).reference.shown_as is None


def test_resources_that_point_to_a_row_are_known_to_its_page() -> None:
    assert [(one.name, one.fields, one.shown) for one in page("groups").dependents] == [
        ("types", ("group_id",), "file_name"),
        ("shelves", ("group_id", "old_group_id"), "code"),
    ]
    assert page("types").dependents == []


def test_search_names_what_it_looks_at() -> None:
    assert page("types").searched == "ID, file name, comments, group"
    assert page("shelves").searched == "ID, ISBN, comment, group, old_group_id"


def test_every_own_column_can_be_sorted_by() -> None:
    assert page("types").sortable == ("id", "file_name", "comments", "group_id")
    assert page("shelves").sortable[:2] == ("id", "code")
    assert "group_name" not in page("shelves").sortable


@pytest.mark.parametrize(("title", "words"), [("Shelf", "shelf"), ("ISBN", "ISBN"), ("X", "X"), ("", "")])
def test_title_has_a_small_letter_inside_a_sentence(title: str, words: str) -> None:
    assert inside(title) == words


def test_menu_has_every_resource_and_the_first_two_where_nothing_is_known() -> None:
    paths = [entry.path for entry in menu(resources_of(TOLD))]
    assert paths == ["groups", "types", "register/shelves", "imports", "workers"]
    assert [entry.path for entry in menu(None)] == ["groups", "types", "imports", "workers"]
    assert [entry.label for entry in menu(None)] == ["Groups", "Types", "Imports", "Workers"]


@pytest.mark.parametrize(
    "body",
    [
        {"total": 0},
        {"items": [{"name": "x"}]},
        {"items": [{**TOLD["items"][0], "schema": {"type": "object"}}]},
        {"items": [{**TOLD["items"][0], "id": "guessed"}]},
    ],
)
def test_list_that_is_not_as_it_should_be_is_refused(body: Any) -> None:
    with pytest.raises((msgspec.ValidationError, SchemaError)):
        resources_of(body)
