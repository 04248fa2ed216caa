"""The page of imports, as a librarian uses it for a load."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser.chromium import Watched
from tests.support.stacks.whole import WholeStack

FILE = "id;name;comment\r\n1;Тексты;\r\n2;Звук;музыка\r\n2;Ещё раз;\r\nдва;Карты;\r\n"


def groups(page: Page) -> dict[int, str]:
    items = page.request.get(f"{page.url.split('/imports')[0]}/api/groups/").json()["items"]
    return {item["id"]: item["name"] for item in items}


def batches(stack: WholeStack) -> list[dict[str, Any]]:
    return list(stack.importer.all_batches())


def checked(watched: Watched, path: Path) -> Page:
    page = watched.open("/imports")
    page.locator("#file").set_input_files(path)
    expect(page.locator("#preview")).to_be_visible()
    return page


def tried(page: Page) -> None:
    page.locator("#try").click()
    expect(page.locator("#trial-state")).to_contain_text("завершён", timeout=30_000)
