"""A file into the register, as a librarian does it: looked at, tried, loaded, mended, taken back."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Watched, tab_to
from tests.support.gateway import running_gateway
from tests.support.whole_stack import WholeStack

Visit = Callable[..., Watched]
FILE = "id;name;comment\r\n1;Тексты;\r\n2;Звук;музыка\r\n2;Ещё раз;\r\nдва;Карты;\r\n"


def groups(page: Page) -> dict[int, str]:
    items = page.request.get(f"{page.url.split('/imports')[0]}/api/groups/").json()["items"]
    return {item["id"]: item["name"] for item in items}


def batches(stack: WholeStack) -> list[dict[str, Any]]:
    return list(stack.importer.all_batches())


@pytest.fixture(autouse=True)
def register(visit: Visit, stack: WholeStack) -> Iterator[None]:
    yield
    request = visit().page.request
    for item in request.get(f"{stack.url}/api/groups/").json()["items"]:
        request.delete(f"{stack.url}/api/groups/{item['id']}")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "группы.csv"
    path.write_bytes(FILE.encode("cp1251"))
    return path


def checked(watched: Watched, path: Path) -> Page:
    page = watched.open("/imports")
    page.locator("#file").set_input_files(path)
    expect(page.locator("#preview")).to_be_visible()
    return page


def tried(page: Page) -> None:
    page.locator("#try").click()
    expect(page.locator("#trial-state")).to_contain_text("готово", timeout=30_000)


def test_file_is_shown_as_the_importer_reads_it_before_anything_is_sent(
    visit: Visit, stack: WholeStack, table: Path
) -> None:
    before = len(batches(stack))
    watched = visit()
    page = checked(watched, table)
    facts = page.locator("#preview-facts")
    for words in ("группы.csv", "Загрузка групп в реестр", "Windows-1251", "точка с запятой", "id, name, comment"):
        expect(facts).to_contain_text(words)
    expect(page.locator("#preview-rows tr").nth(1)).to_contain_text("Звук")
    expect(page.locator("#preview-refused li")).to_have_text(
        ["3: id: Такой ID уже есть в строке выше.", "4: id: Значение не того вида."]
    )
    assert watched.accessibility_faults() == []
    assert len(batches(stack)) == before
    watched.assert_quiet()


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
    expect(page.locator("#state")).to_have_text("готово, есть ошибки", timeout=30_000)
    expect(page.locator("[data-change=created]")).to_have_text("2")
    assert groups(page) == {1: "Тексты", 2: "Звук"}
    page.request.put(f"{stack.url}/api/groups/2", data={"comment": "после загрузки"})
    page.get_by_role("button", name="Вернуть назад").click()
    page.get_by_role("dialog").get_by_role("button", name="Вернуть назад").click()
    expect(page.get_by_role("heading", name="Оставленные строки")).to_be_visible()
    expect(page.locator("#state")).to_have_text("готово, есть ошибки", timeout=30_000)
    expect(page.locator("#rows tr")).to_contain_text("Строку с тех пор изменили, она оставлена.")
    assert groups(page) == {2: "Звук"}
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
    expect(page.get_by_role("button", name="Вернуть назад")).to_be_hidden()
    with page.expect_download() as started:
        page.locator("a[download$='.csv']").first.click()
    assert started.value.suggested_filename.endswith("-dry-run.csv")
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
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
    mended.write_text(text.replace(",два,", ",4,").replace(",2,Ещё", ",3,Ещё"), "utf-8-sig")
    page = checked(visit(), mended)
    expect(page.locator("#preview-refused")).to_be_hidden()
    page.get_by_role("button", name="Загрузить в реестр").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#state")).to_have_text("готово", timeout=30_000)
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


def test_file_sent_twice_is_one_batch(visit: Visit, stack: WholeStack, table: Path) -> None:
    page = checked(visit(), table)
    before = len(batches(stack))
    page.evaluate("document.getElementById('send').click(); document.getElementById('send').click()")
    page.wait_for_url("**/imports/*")
    first = page.url
    page.go_back()
    page.locator("#pasted").wait_for()
    key = page.evaluate("sessionStorage.getItem('import-key')")
    answer = page.request.post(
        f"{stack.url}/api/importer/batches?operation=load_groups&on_conflict=fail&dry_run=false",
        data=table.read_bytes(),
        headers={"Content-Type": "text/csv", "Idempotency-Key": f"{key}.load_groups.fail.false"},
    )
    assert (answer.status, answer.json()["created"]) == (202, False)
    assert first.endswith(answer.json()["id"])
    assert len(batches(stack)) == before + 1


def test_same_file_chosen_anew_is_another_batch(visit: Visit, stack: WholeStack, table: Path) -> None:
    watched = visit()
    before = len(batches(stack))
    for _ in range(2):
        checked(watched, table).get_by_role("button", name="Загрузить в реестр").click()
        watched.page.wait_for_url("**/imports/*")
    assert len(batches(stack)) == before + 2


def test_file_that_was_changed_after_it_was_chosen_must_be_chosen_again(visit: Visit, table: Path) -> None:
    page = checked(visit(), table)
    table.write_bytes(FILE.encode("cp1251") + b"9;x;\r\n")
    later = table.stat().st_mtime + 2  # browsers compare whole seconds
    os.utime(table, (later, later))
    page.get_by_role("button", name="Загрузить в реестр").click()
    expect(page.locator("#error-file")).to_have_text("Файл изменился после того, как его выбрали. Выберите его снова.")


def test_file_that_cannot_be_read_says_why_and_offers_nothing_to_send(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("id;price\n1;2\n")
    page = visit().open("/imports")
    page.locator("#file").set_input_files(tmp_path / "prices.csv")
    expect(page.get_by_role("alert")).to_contain_text("В файле есть столбец, которого эта операция не знает.")
    expect(page.get_by_role("alert")).to_contain_text("price")
    expect(page.locator("#preview")).to_be_hidden()


def test_dropped_file_is_checked(visit: Visit) -> None:
    page = visit("en").open("/imports")
    transfer = page.evaluate_handle(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["id,name\\n5,Maps\\n"], "maps.csv", { type: "text/csv" }));
          return transfer;
        }"""
    )
    page.dispatch_event("#new-import", "dragover", {"dataTransfer": transfer})
    expect(page.locator("#drop.over")).to_be_visible()
    page.dispatch_event("#new-import", "drop", {"dataTransfer": transfer})
    expect(page.locator("#preview-facts")).to_contain_text("maps.csv")
    expect(page.locator("#drop.over")).to_have_count(0)


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
    expect(page.locator("#state")).to_have_text("готово, есть ошибки", timeout=30_000)
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


def test_too_large_file_is_refused_before_it_is_sent(visit: Visit, stack: WholeStack, tmp_path: Path) -> None:
    (tmp_path / "large.csv").write_bytes(b"id,name\n" + b"1,x\n" * 1000)
    watched = visit()
    sent = []
    watched.page.on("request", lambda request: sent.append(request.method))
    with running_gateway(tmp_path, stack.url, stack.importer.url, {"MAX_BODY_BYTES": "2048"}) as (url, _):
        watched.base = url
        page = watched.open("/imports")
        page.locator("#file").set_input_files(tmp_path / "large.csv")
        expect(page.locator("#error-file")).to_contain_text("принимается не больше 1,9 кБ")
    assert "POST" not in sent


def test_preview_says_that_no_worker_serves_the_operation(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "videos.ndjson").write_text(json.dumps({"id": 1, "payload": "a.mp4"}))
    page = checked(visit(), tmp_path / "videos.ndjson")
    page.locator("#operation").select_option("process_video")
    expect(page.locator("#preview-no-worker")).to_be_visible()
