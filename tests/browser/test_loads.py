"""A load into the register: tried, made, mended, taken back."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser.chromium import Watched, tab_to
from tests.support.browser.load_page import checked, groups, tried
from tests.support.stacks.whole import WholeStack

Visit = Callable[..., Watched]
pytestmark = pytest.mark.usefixtures("empty_register")


def test_load_is_tried_then_made_with_one_more_click_and_taken_back(
    visit: Visit, stack: WholeStack, table: Path
) -> None:
    watched = visit()
    page = checked(watched, table)
    tried(page)
    expect(page.locator("#trial-counts")).to_contain_text("Добавлено2")
    expect(page.locator("#rows tr")).to_have_count(2)
    assert groups(page) == {}
    assert watched.accessibility_faults() == []
    page.get_by_role("button", name="Загрузить в реестр").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#state")).to_have_text("завершён с ошибками", timeout=30_000)
    expect(page.locator("[data-change=created]")).to_have_text("2")
    assert groups(page) == {1: "Тексты", 2: "Звук"}
    page.request.put(f"{stack.url}/api/groups/2", data={"comment": "после загрузки"})
    page.get_by_role("button", name="Откатить загрузку").click()
    page.get_by_role("dialog").get_by_role("button", name="Откатить загрузку").click()
    expect(page.get_by_role("heading", name="Оставленные строки")).to_be_visible()
    expect(page.locator("#state")).to_have_text("завершён с ошибками", timeout=30_000)
    expect(page.locator("#rows tr")).to_contain_text("Строку с тех пор изменили, она оставлена.")
    assert groups(page) == {2: "Звук"}
    undo = page.url.rsplit("/", 1)[1]
    page.locator("dd a[href^='/imports/']").click()
    expect(page.locator(f"dd a[href='/imports/{undo}']")).to_be_visible()
    expect(page.get_by_role("button", name="Повторить")).to_be_hidden()
    expect(page.get_by_role("button", name="Откатить загрузку")).to_be_hidden()
    watched.assert_quiet()


def test_dry_run_is_labelled_in_the_list_on_its_page_and_in_its_results(
    visit: Visit, stack: WholeStack, table: Path
) -> None:
    page = checked(visit(), table)
    tried(page)
    expect(page.locator("#live tbody tr").first).to_contain_text("пробный прогон")
    page.locator("#trial-page").click()
    expect(page.locator(".alert-info")).to_contain_text("Это пробный прогон")
    expect(page.get_by_role("heading", name="Что изменилось бы в реестре")).to_be_visible()
    expect(page.get_by_role("button", name="Откатить загрузку")).to_be_hidden()
    with page.expect_download() as started:
        page.locator("a[download$='.csv']").first.click()
    assert started.value.suggested_filename.endswith("-dry-run.csv")
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig")), delimiter=";"))
    assert [row["dry_run"] for row in rows if row["outcome"] == "ok"] == ["true", "true"]


def test_failed_rows_are_downloaded_mended_and_sent_again(
    visit: Visit, stack: WholeStack, table: Path, tmp_path: Path
) -> None:
    page = checked(visit(), table)
    page.get_by_role("button", name="Загрузить в реестр").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#not-ok")).to_be_visible(timeout=30_000)
    with page.expect_download() as started:
        page.locator("#not-ok a").first.click()
    mended = tmp_path / "mended.csv"
    text = Path(started.value.path()).read_text("utf-8-sig")
    mended.write_text(text.replace(";два;", ";4;").replace(";2;Ещё", ";3;Ещё"), "utf-8-sig")
    page = checked(visit(), mended)
    expect(page.locator("#preview-heads th")).to_have_text(["Строка", "id", "name", "comment"])
    expect(page.locator("#preview-refused")).to_be_hidden()
    page.get_by_role("button", name="Загрузить в реестр").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#state")).to_have_text("завершён", timeout=30_000)
    assert groups(page) == {1: "Тексты", 2: "Звук", 3: "Ещё раз", 4: "Карты"}


def test_conflict_policy_is_the_one_that_was_chosen(visit: Visit, stack: WholeStack, table: Path) -> None:
    page = visit().page
    page.request.post(f"{stack.url}/api/groups/", data={"id": 1, "name": "Старое"})
    page = checked(visit(), table)
    page.get_by_label("заменить поля теми, что в файле").check()
    tried(page)
    expect(page.locator("#trial-counts")).to_contain_text("Изменено1")
    page.get_by_label("отклонить новую строку").check()
    expect(page.locator("#trial")).to_be_hidden()
    page.get_by_role("button", name="Загрузить в реестр").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#rows")).to_contain_text("id: Такой ID уже есть.", timeout=30_000)
    expect(page.get_by_text("отклонить новую строку")).to_be_visible()
    assert groups(page)[1] == "Старое"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_load_works_by_keyboard_on_a_narrow_screen(visit: Visit, tmp_path: Path, scheme: str) -> None:
    (tmp_path / "groups.csv").write_text("id,name\n7,Maps\nx,Bad\n")
    watched = visit("en", width=360, scheme=scheme)
    page = checked(watched, tmp_path / "groups.csv")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    tab_to(page, "try")
    page.keyboard.press("Enter")
    expect(page.locator("#trial-state")).to_have_text("done with errors", timeout=30_000)
    expect(page.locator("#trial-counts")).to_contain_text("Added1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert watched.accessibility_faults() == []
    page.locator("#trial-title").focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "send"
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/*")
    expect(page.locator("#state")).to_have_text("done with errors", timeout=30_000)
    assert groups(page) == {7: "Maps"}
    assert watched.accessibility_faults() == []
    watched.assert_quiet()


def test_batch_is_deleted_after_a_question_and_its_page_says_so(visit: Visit, stack: WholeStack, table: Path) -> None:
    page = checked(visit(), table)
    page.get_by_role("button", name="Загрузить в реестр").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#state")).to_have_text("завершён с ошибками", timeout=30_000)
    address = page.url
    page.get_by_role("button", name="Удалить").click()
    expect(page.get_by_role("dialog")).to_contain_text("Сделанное в реестре останется.")
    page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    page.wait_for_url("**/imports")
    assert page.goto(address).status == 410  # type: ignore[union-attr]
    expect(page.locator("main")).to_contain_text("Строки и результаты этого пакета удалены.")
    assert groups(page) == {1: "Тексты", 2: "Звук"}


def test_cancelled_batch_is_retried_as_a_new_one(visit: Visit, stack: WholeStack) -> None:
    batch_id = stack.importer.post_rows(3, operation="process_video", payload="a.mp4")
    page = visit().open(f"/imports/{batch_id}")
    page.get_by_role("button", name="Отменить пакет").click()
    page.get_by_role("dialog").get_by_role("button", name="Отменить пакет").click()
    page.get_by_role("button", name="Повторить").click()
    page.get_by_role("dialog").get_by_role("button", name="Повторить").click()
    page.wait_for_url(lambda url: not url.endswith(batch_id))
    expect(page.locator("main")).to_contain_text(batch_id[:12])
    expect(page.locator("#waiting")).to_be_visible()
    stack.importer.call("POST", f"/api/importer/batches/{page.url.rsplit('/', 1)[1]}/cancel", b"")
