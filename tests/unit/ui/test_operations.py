"""How pages call operations and the columns of their files, by what the importer tells."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.support.gateway.told_resources import GROUPS, TOLD, TYPES
from tests.support.translated import page_in
from ui.pages.operations import (
    Media,
    Operation,
    about,
    columns_text,
    operation_titles,
    operations_of,
    translated_results,
    translated_titles,
)
from ui.pages.resources import resources_of

LOAD = {
    "name": "load_groups",
    "title": "Import groups into the register",
    "loads": "groups",
    "schema": GROUPS["schema"],
    "fields": [{"name": name, "required": name == "id"} for name in GROUPS["schema"]["properties"]],
}
OWN = {"name": "count_words", "title": "Weigh words", "loads": None, "fields": [{"name": "id", "required": True}]}
BUILT_IN = {**OWN, "name": "normalize_record", "title": "Normalise records"}
OLD = {"name": "of_an_older_importer", "fields": []}
ITEMS: list[dict[str, Any]] = [LOAD, OWN, BUILT_IN, OLD]


@pytest.fixture(params=["ru", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with page_in(request.param):
        yield request.param


def operations() -> tuple[Operation, ...]:
    return operations_of({"items": ITEMS, "total": len(ITEMS)})


def test_operation_is_called_by_its_title_and_a_load_by_its_resource(language: str) -> None:
    russian = {"load_groups": "Загрузка в реестр: группы", "normalize_record": "Нормализация записей"}
    english = {"load_groups": "Import into the register: groups", "normalize_record": "Normalise records"}
    own = {"count_words": "Weigh words", "of_an_older_importer": "of_an_older_importer"}
    told = operation_titles(operations(), resources_of(TOLD))
    assert told == own | (russian if language == "ru" else english)


@pytest.mark.usefixtures("language")
def test_load_of_a_resource_that_nobody_told_of_is_called_by_its_name() -> None:
    assert operation_titles(operations(), ())["load_groups"].endswith(": groups")


def test_columns_are_named_with_their_meaning_in_the_language_of_the_page(language: str) -> None:
    load, own = operations()[:2]
    russian, english = "id*, name (Название), comment (Комментарий)", "id*, name, comment"
    assert columns_text(load) == (russian if language == "ru" else english)
    assert columns_text(own) == "id*"


def test_titles_that_the_importer_cannot_know_are_the_translated_ones(language: str) -> None:
    told = translated_titles(operations()[0])
    assert told == ({"name": "Название", "comment": "Комментарий"} if language == "ru" else {})


def test_title_of_a_reference_is_that_of_the_field_for_its_name(language: str) -> None:
    fields = [{"name": name, "required": False} for name in ("id", "group_id", "group")]
    (load,) = operations_of({"items": [{**LOAD, "schema": TYPES["schema"], "fields": fields}], "total": 1})
    assert translated_titles(load) == ({"group": "Группа"} if language == "ru" else {})


def test_script_is_told_what_names_a_file(language: str) -> None:
    ids = {"properties": {"id": {"type": ["integer", "string"]}}}
    results = {"properties": {"size": {"title": "Size"}, "words": {}}}
    reader = {"name": "transcribe", "fields": [], "reads_media": True, "media_field": "file", "schema": ids}
    (own, older) = operations_of(
        {"items": [{**reader, "result_schema": results}, {"name": "old", "fields": [], "reads_media": True}]}
    )
    assert about(own) == {"columns": "", "fields": [], "titles": {}, "media": Media("file", ("integer", "string"))}
    assert older.media == Media("payload", ())
    assert operations()[1].media is None
    titles = {"size": "Размер" if language == "ru" else "Size", "words": "words"}
    assert [translated_results(own, version) for version in (None, 1, 2)] == [titles, titles, {}]


@pytest.mark.parametrize("body", [{}, {"items": [{"title": "nameless"}]}, {"items": [{"name": "x", "fields": [1]}]}])
def test_list_that_is_not_as_it_should_be_is_refused(body: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        operations_of(body)
