"""Pages of resources that nobody wrote a page for: cabinets with a column of every type, and their boards."""

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
PAGE = "/register/cabinets"
LARGE = 2**62 + 1  # JavaScript has no such number
ROW: dict[str, Any] = {
    "label": "A\n1", "group_id": 1, "spare_group_id": None, "opened_on": "2001-05-17",
    "seen_at": "2026-01-02T00:04:05.678Z", "is_open": False, "is_lit": None, "height": "12.50", "weight": 0.75,
    "number": LARGE, "side": "right",
}  # fmt: skip


@pytest.fixture(autouse=True)
def register(stack: WholeStack) -> Iterator[None]:
    """Two groups and no cabinet; afterwards everything is empty."""
    send(stack, "POST", "/api/groups/", {"id": 1, "name": "Atlases"})
    send(stack, "POST", "/api/groups/", {"id": 2, "name": "Novels"})
    yield
    empty(stack, "boards", "cabinets", "groups")


def cabinets(stack: WholeStack) -> list[dict[str, Any]]:
    return list(send(stack, "GET", "/api/cabinets/")["items"])


def type_all(page: Page) -> None:
    for name, value in (("label", "A-1"), ("height", "12,5"), ("weight", "0,75"), ("number", str(LARGE))):
        page.locator(f"#field-{name}").fill(value)
    page.locator("#field-is_open").uncheck()
    page.locator("#field-is_lit").select_option("false")
    page.locator("#field-opened_on").fill("2001-05-17")
    page.locator("#field-seen_at").fill("2026-01-02T00:04:05")
    page.locator("#field-side").select_option("right")
    page.locator("#field-group_id").select_option("2")


@pytest.mark.parametrize(
    ("language", "title", "shown"),
    [
        ("ru", "Новая запись: cabinet", ["нет", "17 мая 2001 г.", "2: Novels", str(LARGE)]),
        ("en", "New cabinet", ["no", "May 17, 2001", "2: Novels", str(LARGE)]),
    ],
)
def test_row_of_every_type_is_made(
    visit: Visit, stack: WholeStack, language: str, title: str, shown: list[str]
) -> None:
    watched = visit(language)
    page = watched.open(PAGE)
    expect(page.get_by_role("link", name="Cabinets")).to_have_attribute("aria-current", "page")
    expect(page.locator("#editor-title")).to_have_text(title)
    expect(page.locator("#field-id")).to_have_count(0)
    type_all(page)
    page.locator("#save").click()
    for words in shown:
        expect(row_of(page, "A-1")).to_contain_text(words)
    (made,) = cabinets(stack)
    moment = page.evaluate("new Date('2026-01-02T00:04:05').toISOString()").replace(".000Z", "Z")
    typed = {"label": "A-1", "group_id": 2, "seen_at": moment, "is_lit": False}
    assert made == {"id": made["id"], **ROW, **typed, "group_name": "Novels", "spare_group_name": None}
    expect(page.locator("#field-group_id")).to_have_value("2")
    assert watched.accessibility_faults() == []
    watched.assert_quiet()


def test_edit_sends_what_was_changed_and_leaves_what_an_input_cannot_show(visit: Visit, stack: WholeStack) -> None:
    made = send(stack, "POST", "/api/cabinets/", ROW)
    page = visit("en").open(PAGE)
    page.get_by_role("button", name=re.compile("Edit: A")).click()
    expect(page.locator("#editor-title")).to_have_text(f"Cabinet {made['id']}")
    expect(page.locator("#field-number")).to_have_value(str(LARGE))
    expect(page.locator("#field-is_open")).not_to_be_checked()
    expect(page.locator("#field-is_lit")).to_have_value("")
    page.locator("#field-weight").fill("")
    page.locator("#field-is_lit").select_option("true")
    with page.expect_request(lambda request: request.method == "PUT") as put:
        page.locator("#save").click()
    assert json.loads(put.value.post_data or "") == {"weight": None, "is_lit": True}
    expect(page.locator("#editor-title")).to_have_text("New cabinet")
    assert cabinets(stack) == [{**made, "weight": None, "is_lit": True}]


def test_what_is_left_empty_gets_the_default_of_its_column(visit: Visit, stack: WholeStack) -> None:
    page = visit("en").open(PAGE)
    expect(page.locator("#field-is_open")).to_be_checked()
    expect(page.locator("#field-side")).to_have_value("left")
    page.locator("#field-side").select_option("")
    page.locator("#field-label").fill("B")
    page.locator("#field-group_id").select_option("1")
    with page.expect_request(lambda request: request.method == "POST") as post:
        page.locator("#save").click()
    assert json.loads(post.value.post_data or "") == {"label": "B", "group_id": 1, "is_open": True}
    expect(row_of(page, "Atlases")).to_contain_text("left")


WRONG = {
    "ru": [
        ("number", "1,5", "Введите целое число."),
        ("number", str(2**63), "Число должно быть от -9223372036854775808 до 9223372036854775807."),
        ("height", "1.2.3", "Введите число."),
        ("label", "x" * 21, "Текст слишком длинный: 21 знаков, допустимо не больше 20."),
        ("label", "taken", "Такое значение уже есть у другой записи."),
    ],
    "en": [
        ("number", "12345678901234567890", "Enter a whole number."),
        ("weight", "heavy", "Enter a number."),
        ("label", "", "This field is required."),
    ],
}


@pytest.mark.parametrize("language", WRONG)
def test_wrong_value_is_told_at_its_field(visit: Visit, stack: WholeStack, language: str) -> None:
    send(stack, "POST", "/api/cabinets/", {**ROW, "label": "taken"})
    page = visit(language).open(PAGE)
    page.locator("#field-group_id").select_option("1")
    for name, typed, words in WRONG[language]:
        page.locator("#field-label").fill("C")
        field, before = page.locator(f"#field-{name}"), page.locator(f"#field-{name}").input_value()
        field.fill(typed)
        page.locator("#save").click()
        expect(page.locator(f"#error-{name}")).to_have_text(words)
        expect(page.locator(".is-invalid")).to_have_count(1)
        expect(field).to_be_focused()
        expect(field).to_have_value(typed)
        field.fill(before)
    assert len(cabinets(stack)) == 1


def test_half_a_date_is_told_and_not_taken_for_none(visit: Visit, stack: WholeStack) -> None:
    send(stack, "POST", "/api/cabinets/", ROW)
    page = visit().open(PAGE)
    page.get_by_role("button", name=re.compile("Изменить: A")).click()
    opened = page.locator("#field-opened_on")
    expect(opened).to_have_value("2001-05-17")
    opened.focus()
    page.keyboard.press("Backspace")
    page.locator("#save").click()
    expect(page.locator("#error-opened_on")).to_have_text("Введите дату целиком.")
    assert cabinets(stack)[0]["opened_on"] == "2001-05-17"


def test_every_column_can_be_sorted_by(visit: Visit, stack: WholeStack) -> None:
    send(stack, "POST", "/api/cabinets/", {**ROW, "label": "First"})
    nothing = dict.fromkeys(name for name, value in ROW.items() if name not in ("label", "is_open", "side", "group_id"))
    send(stack, "POST", "/api/cabinets/", {**nothing, "label": "Second", "group_id": 2, "height": "100"})
    page = visit("en").open(PAGE)
    expect(page.locator("#rows tr")).to_have_count(2)
    heads = page.locator("thead [data-sort]")
    assert heads.count() == len(ROW) + 1
    for head in heads.all():
        ways = ("ascending", "descending") if head.inner_text() != "ID" else ("descending", "ascending")
        for way in ways:
            with page.expect_response(lambda answer: "/api/cabinets/?" in answer.url) as listed:
                head.click()
            assert listed.value.ok, listed.value.url
            expect(head.locator("xpath=..")).to_have_attribute("aria-sort", way)
        expect(page.locator("[aria-sort=ascending], [aria-sort=descending]")).to_have_count(1)
    page.get_by_role("button", name="Height").click()
    expect(page.locator("#rows tr").first).to_contain_text("12.50")
    page.get_by_role("button", name="Height").click()
    expect(page.locator("#rows tr").first).to_contain_text("100.00")


def test_row_is_chosen_among_more_than_a_list_holds(visit: Visit, stack: WholeStack) -> None:
    items = [{"id": number, "name": f"Group {number}"} for number in range(3, 603)]
    send(stack, "POST", "/api/groups/bulk", {"items": items})
    made = send(stack, "POST", "/api/cabinets/", {**ROW, "label": "A", "group_id": 602})
    watched = visit("en")
    page = watched.open(PAGE)
    find, chosen = page.get_by_label("Find: Group", exact=True), page.locator("#field-group_id")
    expect(find).to_be_visible()
    page.get_by_role("button", name="Edit: A").click()
    expect(chosen).to_have_value("602")
    expect(chosen.locator("option:checked")).to_have_text("602: Group 602")
    find.fill("Group 599")
    expect(chosen.locator("option")).to_have_count(3)
    chosen.select_option("599")
    assert watched.accessibility_faults() == []
    page.locator("#save").click()
    expect(row_of(page, "599: Group 599")).to_be_visible()
    assert cabinets(stack) == [{**made, "group_id": 599, "group_name": "Group 599"}]


def test_row_in_use_says_which_resources_use_it(visit: Visit, stack: WholeStack) -> None:
    made = send(stack, "POST", "/api/cabinets/", {**ROW, "label": "A", "spare_group_id": 1})
    send(stack, "POST", "/api/boards/", {"id": LARGE, "name": "Oak", "cabinet_id": made["id"]})
    page = visit("en").open("/groups")
    page.get_by_role("button", name="Delete: Atlases").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(f"Group 1 cannot be deleted, as it is in use.Cabinets: 1{made['id']}: A")
    expect(alert).not_to_contain_text("Types")
    page.goto(stack.url + PAGE)
    page.get_by_role("button", name="Delete: A").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(alert).to_contain_text(f"Boards: 1{LARGE}: Oak")


def test_ids_that_javascript_cannot_hold_stay_what_they_are(visit: Visit, stack: WholeStack) -> None:
    cabinet = send(stack, "POST", "/api/cabinets/", {**ROW, "label": "A"})
    page = visit("en").open("/register/boards")
    page.locator("#field-id").fill(str(LARGE))
    page.locator("#field-name").fill("Oak")
    page.locator("#field-cabinet_id").select_option(str(cabinet["id"]))
    page.locator("#save").click()
    expect(row_of(page, "Oak")).to_contain_text(str(LARGE))
    expect(row_of(page, "Oak")).to_contain_text(f"{cabinet['id']}: A")
    page.get_by_role("button", name="Edit: Oak").click()
    expect(page.locator("#editor-title")).to_have_text(f"Board {LARGE}")
    page.locator("#field-name").fill("Pine")
    page.locator("#save").click()
    expect(row_of(page, "Pine")).to_be_visible()
    assert [row["id"] for row in send(stack, "GET", "/api/boards/")["items"]] == [LARGE]


def test_row_is_made_exported_and_deleted_by_keyboard(visit: Visit, stack: WholeStack) -> None:
    page = visit("en").open(PAGE)
    expect(page.locator("#field-group_id option")).to_have_count(3)
    tab_to(page, "field-label")
    page.keyboard.type("Q-7")
    tab_to(page, "field-group_id")
    page.keyboard.type("2")
    tab_to(page, "save")
    page.keyboard.press("Enter")
    expect(row_of(page, "Q-7")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#export").press("Enter")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename == "cabinets.csv"
    assert re.match(r"id,label,group_id,.*\n\d+,Q-7,2,", text), text
    page.get_by_role("button", name="Delete: Q-7").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row_of(page, "Q-7")).to_have_count(0)
    assert cabinets(stack) == []
