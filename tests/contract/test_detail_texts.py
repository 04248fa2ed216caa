"""What services really say of wrong rows and files has its sentence with the same values, in the page's language."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, g

from catalog.crud.body import BodyCheck
from catalog.resources.groups import GROUPS
from importer.parsing.checker import RecordChecker
from importer.parsing.formats import CSV, open_rows
from importer.parsing.refusal import Refusal
from importer.parsing.spool import Spooled
from stackroom_jobs.records import Record
from stackroom_kit.actor import Actor
from stackroom_kit.authorization import require_rights
from stackroom_kit.problems import Problem
from stackroom_kit.rights import Right
from tests.support.importer.resources import LOADS
from tests.support.translated import page_in
from ui.pages.detail_texts import detail_texts, sentence

LOAD = LOADS["load_groups"]


@pytest.fixture
def russian() -> Iterator[Callable[[str, str], str]]:
    with page_in():
        yield lambda code, detail: sentence(detail_texts(), code, detail)


def of_table(text: bytes) -> tuple[str, str]:
    """Code and detail of the first thing that is wrong in a CSV of groups."""
    spooled = Spooled(io.BytesIO(text), len(text), 0, "")
    checker = RecordChecker(LOAD.record, 1000)
    try:
        rows = open_rows(CSV, spooled, LOAD, checker)
        return next(_said(item) for block in rows.blocks for item in block.items if type(item) is Refusal)
    except Problem as problem:
        return problem.code, problem.errors[0].detail


def _said(refusal: Refusal) -> tuple[str, str]:
    return refusal.code, refusal.detail


def of_record(text: bytes) -> tuple[str, str]:
    return _said(RecordChecker(Record, 100).check(text))


def of_group(value: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(Problem) as caught:
        BodyCheck(GROUPS.schema, GROUPS.is_made).new(value)
    return caught.value.errors[0].code, caught.value.errors[0].detail


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (lambda: of_table(b"id,name\nx,a\n"), "Неверный тип: нужно целое число."),
        (lambda: of_record(b'{"id":1,"payload":5}'), "Неверный тип: нужен текст."),
        (lambda: of_group({"id": "1"}), "Неверный тип: нужно целое число."),
        (lambda: of_group({"id": 1, "name": 5}), "Неверный тип: нужен текст."),
        (lambda: of_group({"id": 2**40}), "Число должно быть от -2147483648 до 2147483647."),
        (lambda: of_group({"id": 1, "name": "x" * 51}), "Текст слишком длинный: 51 знаков, допустимо не больше 50."),
        (lambda: of_table(b"id,name\n99999999999,a\n"), "Число слишком большое: допустимо не больше 2147483647."),
        (lambda: of_table(b"id,name\n-99999999999,a\n"), "Число слишком маленькое: допустимо не меньше -2147483648."),
        (lambda: of_table(b"id,name\n1,a,b,c\n"), "Число ячеек не совпадает с заголовком: 4 вместо 2."),
        (lambda: of_table(b"id,name\n1,a\n1,b\n"), "Такой же ID в строке 1 этого файла."),
        (lambda: of_table(b"id,price\n1,2\n"), "В файле есть столбец «price», которого эта операция не знает."),
        (lambda: of_table(b"id,id\n1,2\n"), "Столбец «id» встречается дважды."),
        (lambda: of_table(b"name\na\n"), "В первой строке нет обязательного столбца: id."),
        (
            lambda: of_record(b'{"id":1,"payload":"' + b"x" * 100 + b'"}'),
            "Запись слишком длинная: 121 байт, допустимо не больше 100.",
        ),
    ],
)
def test_values_of_a_detail_stand_in_the_sentence_of_the_page(
    russian: Callable[[str, str], str], said: Callable[[], tuple[str, str]], words: str
) -> None:
    assert russian(*said()) == words


@pytest.mark.parametrize(
    ("needed", "words"),
    [
        (("admin",), "Это может только администратор."),
        (("editor", "admin"), "Это может только администратор."),
        (("editor",), "Это может только редактор: у вашей роли нет права менять реестр."),
        (("operator",), "Это может только оператор: у вашей роли нет права отправлять и отменять."),
        (("reader",), "У вас нет права это видеть."),
    ],
)
def test_missing_right_is_said_by_the_role_that_has_it(
    russian: Callable[[str, str], str], needed: tuple[Right, ...], words: str
) -> None:
    with Flask("service").test_request_context("/"):
        g.actor = Actor("1", "nina", "user")
        with pytest.raises(Problem) as caught:
            require_rights(*needed)
    assert russian(caught.value.code, caught.value.detail) == words


@pytest.mark.usefixtures("russian")
def test_patterns_are_ones_that_a_browser_reads_as_python_does() -> None:
    for one in detail_texts():
        assert not re.search(r"\(\?(?!P<)", one.pattern), one.pattern
        assert set(re.findall(r"\{(\w+)\}", one.text)) == set(re.compile(one.pattern).groupindex), one
