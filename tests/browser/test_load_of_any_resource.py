"""A file for a resource that nobody wrote a page or an operation for: from its page to its rows, and back."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser.chromium import Watched
from tests.support.browser.register_page import empty, send
from tests.support.stacks.whole import WholeStack

Visit = Callable[..., Watched]
FILE = "label;Группа;height;is_open;side\nA;Atlases;12.5;true;left\nB;Atlases;;false;up\nC;Maps;1;true;right\n"
WORDS = {
    "ru": ("Загрузить файл", "Загрузка в реестр: cabinets", "завершён с ошибками", "Загрузить в реестр"),
    "en": ("Load a file", "Import into the register: cabinets", "done with errors", "Import"),
}


@pytest.fixture(autouse=True)
def register(stack: WholeStack) -> Iterator[None]:
    send(stack, "POST", "/api/groups/", {"id": 1, "name": "Atlases"})
    yield
    empty(stack, "cabinets", "groups")


@pytest.mark.parametrize("language", WORDS)
def test_file_of_any_resource_is_tried_loaded_and_seen(
    visit: Visit, stack: WholeStack, tmp_path: Path, language: str
) -> None:
    """«Группа» is a word of the Russian page for the field, Group is the title that the importer knows by itself."""
    link, title, done, load = WORDS[language]
    path = tmp_path / "cabinets.csv"
    path.write_text(FILE if language == "ru" else FILE.replace("Группа", "Group"))
    watched = visit(language)
    page = watched.open("/register/cabinets")
    page.get_by_role("link", name=link).click()
    expect(page.locator("#operation option:checked")).to_have_text(title)
    expect(page.locator("#operation-help")).to_contain_text("label")
    page.locator("#file").set_input_files(path)
    expect(page.locator("#preview-facts")).to_contain_text(title)
    expect(page.locator("#preview-heads")).to_contain_text("group")
    assert watched.accessibility_faults() == []
    page.locator("#try").click()
    expect(page.locator("#trial-state")).to_have_text(done, timeout=30_000)
    page.get_by_role("button", name=load, exact=True).click()
    page.wait_for_url(re.compile("/imports/[^?]+$"))
    expect(page.locator("#state")).to_have_text(done, timeout=30_000)
    expect(page.locator("#facts-title + dl")).to_contain_text(title)
    expect(page.locator("#rows tr")).to_have_count(2)
    page.goto(f"{stack.url}/register/cabinets")
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows tr")).to_contain_text("1: Atlases")


def test_translated_heads_are_understood_where_no_operation_is_chosen(visit: Visit, tmp_path: Path) -> None:
    """«Размер» is known to the page alone, and of cabinets alone."""
    path = tmp_path / "cabinets.csv"
    path.write_text("label;Группа;Размер\nA;Atlases;1,5\n")
    watched = visit("ru")
    page = watched.open("/imports")
    page.locator("#file").set_input_files(path)
    expect(page.locator("#preview-facts")).to_contain_text(WORDS["ru"][1])
    expect(page.locator("#preview-facts")).to_contain_text("Размер → weight")
    expect(page.locator("#preview-rows")).to_contain_text("1.5")
    watched.assert_quiet()
