"""The page of a resource that nobody wrote a page for: a column of every type, ids that the server makes."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.chromium import Watched, tab_to
from tests.support.browser.register_page import empty, row_of, send
from tests.support.stacks.whole import WholeStack

Visit = Callable[..., Watched]
PAGE = "/register/volumes"
ROW = {
    "code": "A-1", "note": "two\nlines", "pages": 300, "weight": 0.75, "price": "12.50", "is_bound": False,
    "is_lent": None, "printed": "2001-05-17", "seen_at": "2026-01-02T00:04:05.678Z", "size": "quarto", "group_id": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def register(stack: WholeStack) -> Iterator[None]:
    """Two groups and no volume; afterwards everything is empty."""
    send(stack, "POST", "/api/groups/", {"id": 1, "name": "Atlases"})
    send(stack, "POST", "/api/groups/", {"id": 2, "name": "Novels"})
    yield
    empty(stack, "volumes", "groups")


def volumes(stack: WholeStack) -> list[dict[str, Any]]:
    return list(send(stack, "GET", "/api/volumes/")["items"])


def type_all(page: Page) -> None:
    for name, value in (
        ("code", "A-1"),
        ("note", "two\nlines"),
        ("pages", "300"),
        ("weight", "0,75"),
        ("price", "12,5"),
    ):
        page.locator(f"#field-{name}").fill(value)
    page.locator("#field-is_bound").uncheck()
    page.locator("#field-is_lent").select_option("false")
    page.locator("#field-printed").fill("2001-05-17")
    page.locator("#field-seen_at").fill("2026-01-02T00:04:05")
    page.locator("#field-size").select_option("quarto")
    page.locator("#field-group_id").select_option("2")


@pytest.mark.parametrize(
    ("language", "title", "shown"),
    [
        ("ru", "Новая запись: volume", ["нет", "17 мая 2001 г.", "2: Novels"]),
        ("en", "New volume", ["no", "May 17, 2001", "2: Novels"]),
    ],
)
def test_row_of_every_type_is_made(
    visit: Visit, stack: WholeStack, language: str, title: str, shown: list[str]
) -> None:
    watched = visit(language)
    page = watched.open(PAGE)
    expect(page.get_by_role("link", name="Volumes")).to_have_attribute("aria-current", "page")
    expect(page.locator("#editor-title")).to_have_text(title)
    expect(page.locator("#field-id")).to_have_count(0)
    type_all(page)
    page.locator("#save").click()
    expect(row_of(page, "A-1")).to_be_visible()
    for words in shown:
        expect(row_of(page, "A-1")).to_contain_text(words)
    (made,) = volumes(stack)
    moment = page.evaluate("new Date('2026-01-02T00:04:05').toISOString()").replace(".000Z", "Z")
    same = {**ROW, "is_lent": False, "seen_at": moment, "group_id": 2, "group_name": "Novels"}
    assert made == {"id": made["id"], **same}
    expect(page.locator("#field-group_id")).to_have_value("2")
    assert watched.accessibility_faults() == []
    watched.assert_quiet()


def test_edit_sends_what_was_changed_and_leaves_what_an_input_cannot_show(visit: Visit, stack: WholeStack) -> None:
    made = send(stack, "POST", "/api/volumes/", ROW)
    page = visit("en").open(PAGE)
    page.get_by_role("button", name="Edit: A-1").click()
    expect(page.locator("#editor-title")).to_have_text(f"Volume {made['id']}")
    expect(page.locator("#field-note")).to_have_value("two\nlines")
    expect(page.locator("#field-is_bound")).not_to_be_checked()
    expect(page.locator("#field-is_lent")).to_have_value("")
    page.locator("#field-pages").fill("")
    page.locator("#field-is_lent").select_option("true")
    with page.expect_request(lambda request: request.method == "PUT") as put:
        page.locator("#save").click()
    assert json.loads(put.value.post_data or "") == {"pages": None, "is_lent": True}
    expect(page.locator("#editor-title")).to_have_text("New volume")
    assert volumes(stack) == [{**made, "pages": None, "is_lent": True}]


def test_what_is_left_empty_gets_the_default_of_its_column(visit: Visit, stack: WholeStack) -> None:
    page = visit("en").open(PAGE)
    expect(page.locator("#field-is_bound")).to_be_checked()
    expect(page.locator("#field-size")).to_have_value("folio")
    page.locator("#field-size").select_option("")
    page.locator("#field-code").fill("B")
    page.locator("#field-group_id").select_option("1")
    with page.expect_request(lambda request: request.method == "POST") as post:
        page.locator("#save").click()
    assert json.loads(post.value.post_data or "") == {"code": "B", "is_bound": True, "group_id": 1}
    expect(row_of(page, "B")).to_contain_text("folio")


WRONG = [
    ("ru", "pages", "1,5", "Введите целое число."),
    ("en", "pages", "12345678901234567890", "Enter a whole number."),
    ("ru", "pages", "9007199254740993", "Число слишком большое или слишком маленькое."),
    ("ru", "pages", "40000", "Число должно быть от -32768 до 32767."),
    ("en", "weight", "heavy", "Enter a number."),
    ("ru", "price", "1.2.3", "Введите число."),
    ("ru", "code", "x" * 21, "Текст слишком длинный: 21 знаков, допустимо не больше 20."),
    ("en", "code", "", "This field is required."),
    ("ru", "code", "A-1", "Такое значение уже есть у другой записи."),
]


@pytest.mark.parametrize(("language", "name", "typed", "words"), WRONG)
def test_wrong_value_is_told_at_its_field(
    visit: Visit, stack: WholeStack, language: str, name: str, typed: str, words: str
) -> None:
    send(stack, "POST", "/api/volumes/", ROW)
    page = visit(language).open(PAGE)
    page.locator("#field-code").fill("C")
    page.locator("#field-group_id").select_option("1")
    page.locator(f"#field-{name}").fill(typed)
    page.locator("#save").click()
    expect(page.locator(f"#error-{name}")).to_have_text(words)
    expect(page.locator(f"#field-{name}")).to_be_focused()
    expect(page.locator(f"#field-{name}")).to_have_value(typed)
    assert len(volumes(stack)) == 1


def test_half_a_date_is_told_and_not_taken_for_none(visit: Visit, stack: WholeStack) -> None:
    send(stack, "POST", "/api/volumes/", ROW)
    page = visit().open(PAGE)
    page.get_by_role("button", name="Изменить: A-1").click()
    printed = page.locator("#field-printed")
    expect(printed).to_have_value("2001-05-17")
    printed.focus()
    page.keyboard.press("Backspace")
    page.locator("#save").click()
    expect(page.locator("#error-printed")).to_have_text("Введите дату целиком.")
    assert volumes(stack)[0]["printed"] == "2001-05-17"


def test_every_column_can_be_sorted_by(visit: Visit, stack: WholeStack) -> None:
    send(stack, "POST", "/api/volumes/", ROW)
    other = {**ROW, "code": "B-2", "note": None, "pages": 20, "weight": 9.5, "price": "100.00", "is_bound": True}
    send(stack, "POST", "/api/volumes/", {**other, "printed": None, "seen_at": None, "size": "folio", "group_id": 2})
    page = visit("en").open(PAGE)
    expect(page.locator("#rows tr")).to_have_count(2)
    heads = page.locator("thead [data-sort]")
    assert heads.count() == len(ROW) + 1
    for head in heads.all():
        column = head.locator("xpath=..")
        for direction in ("ascending", "descending") if head.inner_text() != "ID" else ("descending", "ascending"):
            with page.expect_response(lambda answer: "/api/volumes/?" in answer.url) as listed:
                head.click()
            assert listed.value.ok, listed.value.url
            expect(column).to_have_attribute("aria-sort", direction)
        expect(page.locator("[aria-sort=ascending], [aria-sort=descending]")).to_have_count(1)
    page.get_by_role("button", name="Pages").click()
    expect(page.locator("#rows tr").first).to_contain_text("B-2")
    page.get_by_role("button", name="Pages").click()
    expect(page.locator("#rows tr").first).to_contain_text("A-1")


def test_row_is_chosen_among_more_than_a_list_holds(visit: Visit, stack: WholeStack) -> None:
    items = [{"id": number, "name": f"Group {number}"} for number in range(3, 603)]
    send(stack, "POST", "/api/groups/bulk", {"items": items})
    made = send(stack, "POST", "/api/volumes/", {**ROW, "group_id": 602})
    watched = visit("en")
    page = watched.open(PAGE)
    find, chosen = page.get_by_label("Find: Group"), page.locator("#field-group_id")
    expect(find).to_be_visible()
    page.get_by_role("button", name="Edit: A-1").click()
    expect(chosen).to_have_value("602")
    expect(chosen.locator("option:checked")).to_have_text("602: Group 602")
    find.fill("Group 599")
    expect(chosen.locator("option")).to_have_count(3)
    chosen.select_option("599")
    assert watched.accessibility_faults() == []
    page.locator("#save").click()
    expect(row_of(page, "A-1")).to_contain_text("599: Group 599")
    assert volumes(stack) == [{**made, "group_id": 599, "group_name": "Group 599"}]


def test_group_in_use_says_which_resource_uses_it(visit: Visit, stack: WholeStack) -> None:
    send(stack, "POST", "/api/volumes/", ROW)
    page = visit("en").open("/groups")
    page.get_by_role("button", name="Delete: Atlases").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alert")).to_contain_text("Group 1 cannot be deleted, as it is in use.")
    expect(page.get_by_role("alert")).to_contain_text("Volumes: 1")
    expect(page.get_by_role("alert")).not_to_contain_text("Types")


def test_row_is_made_found_exported_and_deleted_by_keyboard(visit: Visit, stack: WholeStack) -> None:
    page = visit("en").open(PAGE)
    tab_to(page, "field-code")
    page.keyboard.type("Q-7")
    tab_to(page, "field-group_id")
    page.keyboard.type("2")
    tab_to(page, "save")
    page.keyboard.press("Enter")
    expect(row_of(page, "Q-7")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#export").press("Enter")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename == "volumes.csv"
    assert re.match(r"id,code,.*,group_id,group_name\n\d+,Q-7,.*,2,Novels\n", text), text
    page.get_by_role("button", name="Delete: Q-7").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row_of(page, "Q-7")).to_have_count(0)
    assert volumes(stack) == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_resource_that_is_not_there_is_no_page(visit: Visit, language: str) -> None:
    watched = visit(language)
    answer = watched.page.goto(f"{watched.base}/register/nothing")
    assert answer is not None
    assert answer.status == 404
