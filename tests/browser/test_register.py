"""Groups and types as a librarian uses them."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.chromium import Watched, tab_to, tab_until
from tests.support.browser.register_page import empty, row_of, send
from tests.support.stacks.whole import WholeStack

Visit = Callable[..., Watched]


@pytest.fixture(autouse=True)
def register(stack: WholeStack) -> Iterator[None]:
    """Group 1 with one type, group 2 without; afterwards everything is empty."""
    send(stack, "POST", "/api/groups/", {"id": 1, "name": "Тексты"})
    send(stack, "POST", "/api/groups/", {"id": 2, "name": "Звук"})
    send(stack, "POST", "/api/types/", {"id": 1, "file_name": "book.fb2", "group_id": 1})
    yield
    empty(stack, "types", "groups")


def test_group_is_made_with_the_proposed_id_changed_and_deleted(visit: Visit) -> None:
    watched = visit()
    page = watched.open("/groups")
    expect(page.get_by_label("ID")).to_have_value("3")
    page.get_by_label("Название").fill("Картинки")
    page.get_by_role("button", name="Создать").click()
    expect(row_of(page, "Картинки")).to_be_visible()
    page.get_by_role("button", name="Изменить: Картинки").click()
    expect(page.get_by_label("ID")).not_to_be_editable()
    page.get_by_label("Название").fill("Рисунки")
    page.get_by_role("button", name="Сохранить").click()
    expect(row_of(page, "Рисунки")).to_be_visible()
    page.get_by_role("button", name="Удалить: Рисунки").click()
    page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    expect(row_of(page, "Рисунки")).to_have_count(0)
    watched.assert_quiet()


def test_group_is_kept_when_the_dialog_is_left(visit: Visit) -> None:
    page = visit().open("/groups")
    page.get_by_role("button", name="Удалить: Звук").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Обновить").click()
    expect(row_of(page, "Звук")).to_be_visible()


def test_deletion_says_which_types_stand_in_the_way(visit: Visit) -> None:
    page = visit().open("/groups")
    page.get_by_role("button", name="Удалить: Тексты").click()
    page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    expect(page.get_by_role("alert")).to_contain_text("Нельзя удалить, запись используется: Группа 1.")
    expect(page.get_by_role("alert")).to_contain_text("Типы: 1")
    expect(page.get_by_role("alert")).to_contain_text("book.fb2")


@pytest.mark.parametrize(("language", "words"), [("ru", "Такой ID уже есть."), ("en", "This ID exists already.")])
def test_field_says_what_is_wrong_in_the_language_of_the_page(visit: Visit, language: str, words: str) -> None:
    page = visit(language).open("/groups")
    expect(page.get_by_label("ID")).to_have_value("3")
    page.get_by_label("ID").fill("1")
    page.locator("#save").click()
    expect(page.locator("#error-id")).to_have_text(words)
    expect(page.get_by_label("ID")).to_be_focused()


def test_type_needs_an_id_and_a_group(visit: Visit) -> None:
    page = visit().open("/types")
    expect(page.get_by_label("ID")).to_have_value("2")
    page.get_by_label("ID").fill("")
    page.get_by_role("button", name="Создать").click()
    expect(page.locator("#error-id")).to_have_text("Это поле обязательно.")
    expect(page.locator("#error-group_id")).to_have_text("Это поле обязательно.")


def test_type_is_made_in_a_group_from_the_list(visit: Visit) -> None:
    page = visit().open("/types")
    expect(page.get_by_label("ID")).to_have_value("2")
    page.locator("#field-file_name").fill("sound.mp3")
    page.locator("#field-group_id").select_option("2")
    page.get_by_role("button", name="Создать").click()
    expect(row_of(page, "sound.mp3")).to_contain_text("2: Звук")
    expect(page.get_by_label("ID")).to_have_value("3")
    expect(page.locator("#field-group_id")).to_have_value("2")


def test_change_of_somebody_else_is_shown_and_not_overwritten(visit: Visit, stack: WholeStack) -> None:
    watched = visit(scheme="dark")
    page = watched.open("/groups")
    page.get_by_role("button", name="Изменить: Звук").click()
    expect(page.get_by_label("ID")).to_have_value("2")
    send(stack, "PUT", "/api/groups/2", {"name": "Музыка"})
    page.get_by_label("Название").fill("Шум")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#conflict")).to_contain_text("Музыка")
    assert watched.accessibility_faults() == []
    assert send(stack, "GET", "/api/groups/2")["name"] == "Музыка"
    with page.expect_request(lambda request: request.method == "PUT") as put:
        page.get_by_role("button", name="Перезаписать моими").click()
    assert json.loads(put.value.post_data or "")["name"] == "Шум"
    expect(row_of(page, "Шум")).to_be_visible()
    expect(page.locator("#conflict")).to_be_empty()
    assert send(stack, "GET", "/api/groups/2")["name"] == "Шум"


def test_message_lies_over_the_page_and_a_second_click_hits_the_same_row(visit: Visit, stack: WholeStack) -> None:
    for number in range(3, 30):
        send(stack, "POST", "/api/groups/", {"id": number, "name": f"ряд {number}"})
    watched = visit()
    page = watched.open("/groups")
    pencil = page.get_by_role("button", name="Изменить: ряд 5")
    pencil.click()
    page.get_by_label("Название").fill("Пятый")
    before = pencil.bounding_box()
    page.get_by_role("button", name="Сохранить").click()
    message = page.locator("#messages[role=status] .alert")
    expect(message).to_contain_text("Сохранено: 5.")
    changed = page.get_by_role("button", name="Изменить: Пятый")
    assert changed.bounding_box() == before
    assert watched.accessibility_faults() == []
    page.get_by_role("button", name="Удалить: ряд 29").click()
    scrolled = page.evaluate("scrollY")
    page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    expect(message).to_contain_text("Удалено: 29.")
    expect(row_of(page, "ряд 29")).to_have_count(0)
    assert page.evaluate("scrollY") == pytest.approx(scrolled, abs=60), "a shorter page ends earlier, by its row"
    page.get_by_role("button", name="Закрыть").click()
    expect(page.locator("#messages")).to_be_empty()


@pytest.mark.parametrize("kind", ["success", "danger"])
def test_message_leaves_by_itself_only_where_nothing_is_wrong(visit: Visit, kind: str) -> None:
    watched = visit()
    watched.page.clock.install()
    page = watched.open("/groups")
    expect(page.get_by_label("ID")).to_have_value("3")
    page.get_by_label("Название").fill("Новая")
    if kind == "danger":
        page.route("**/api/groups/", lambda route: route.abort())
    page.get_by_role("button", name="Создать").click()
    expect(page.locator(f"#messages .alert-{kind}")).to_be_visible()
    page.clock.fast_forward(9_000)
    expect(page.locator("#messages .alert")).to_have_count(1)
    page.clock.fast_forward(60_000)
    expect(page.locator("#messages .alert")).to_have_count(1 if kind == "danger" else 0)


def test_search_and_pages_find_every_row(visit: Visit, stack: WholeStack) -> None:
    items = [{"id": number, "name": f"ряд {number}"} for number in range(100, 180)]
    for item in items:
        send(stack, "POST", "/api/groups/", item)
    page = visit().open("/groups")
    expect(page.locator("#rows tr")).to_have_count(50)
    page.get_by_role("button", name="Вперёд").click()
    expect(page.locator("#rows tr")).to_have_count(32)
    page.get_by_role("button", name="Назад").click()
    expect(page.locator("#rows tr")).to_have_count(50)
    page.get_by_label("Поиск").fill("ряд 17")
    expect(page.locator("#rows tr")).to_have_count(10)


@pytest.mark.parametrize(
    ("path", "words", "found"),
    [("/groups", "2", "Звук"), ("/types", "Тексты", "book.fb2"), ("/types", "1", "book.fb2")],
)
def test_search_finds_ids_and_group_names_and_says_so(visit: Visit, path: str, words: str, found: str) -> None:
    page = visit().open(path)
    search = page.get_by_label("Поиск")
    expect(search).to_have_attribute("placeholder", re.compile(r"ID, .*(групп|назван)"))
    search.fill(words)
    expect(page.locator("#total")).to_have_text("1 из 1")
    expect(page.locator("#rows tr")).to_contain_text(found)


def test_csv_holds_the_list(visit: Visit, tmp_path: Path) -> None:
    page = visit().open("/groups")
    with page.expect_download() as started:
        page.get_by_role("button", name="Выгрузить CSV").click()
    started.value.save_as(tmp_path / "groups.csv")
    assert started.value.suggested_filename == "groups.csv"
    assert "Тексты" in (tmp_path / "groups.csv").read_text("utf-8-sig")


def test_group_is_made_changed_and_deleted_by_keyboard_alone(visit: Visit) -> None:
    page = visit().open("/groups")
    expect(page.get_by_label("ID")).to_have_value("3")
    tab_to(page, "field-name")
    page.keyboard.type("Карты")
    tab_to(page, "save")
    page.keyboard.press("Enter")
    expect(row_of(page, "Карты")).to_be_visible()
    tab_to_label(page, "Удалить: Карты")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row_of(page, "Карты")).to_have_count(0)


def tab_to_label(page: Page, label: str) -> None:
    tab_until(page, f"document.activeElement.ariaLabel === {json.dumps(label)}")


@pytest.mark.parametrize(("language", "delimiter"), [("ru", ";"), ("en", ",")])
def test_export_has_the_delimiter_of_the_language(visit: Visit, language: str, delimiter: str) -> None:
    page = visit(language).open("/groups")
    expect(row_of(page, "Звук")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#export").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines == [delimiter.join(row) for row in (["id", "name", "comment"], ["1", "Тексты", ""], ["2", "Звук", ""])]


def test_search_finds_types_by_their_group_and_by_their_id(visit: Visit, stack: WholeStack) -> None:
    send(stack, "POST", "/api/types/", {"id": 77, "file_name": "song.mp3", "group_id": 2})
    page = visit().open("/types")
    for searched in ("звук", "77"):
        page.locator("#search").fill(searched)
        expect(row_of(page, "book.fb2")).to_have_count(0)
        expect(row_of(page, "song.mp3")).to_be_visible()
        page.locator("#search").fill("")
        expect(row_of(page, "book.fb2")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "link", "title"),
    [
        ("ru", "Загрузить файл", "Загрузка в реестр: группы"),
        ("en", "Load a file", "Import into the register: groups"),
    ],
)
def test_file_is_loaded_by_the_operation_of_the_page_that_one_comes_from(
    visit: Visit, language: str, link: str, title: str
) -> None:
    page = visit(language).open("/groups")
    page.get_by_role("link", name=link).click()
    page.wait_for_url("**/imports?operation=load_groups")
    expect(page.locator("#operation")).to_have_value("load_groups")
    expect(page.locator("#operation option:checked")).to_have_text(title)
    expect(page.locator("#operation-help")).to_contain_text("id*, name")
