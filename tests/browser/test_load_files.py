"""A file for the register is chosen: shown as it will be read, checked, sent once."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.chromium import Watched
from tests.support.browser.load_page import FILE, batches, checked, tried
from tests.support.gateway.process import running_gateway
from tests.support.stacks.whole import WholeStack

Visit = Callable[..., Watched]
pytestmark = pytest.mark.usefixtures("empty_register")


def test_file_is_shown_as_the_importer_reads_it_before_anything_is_sent(
    visit: Visit, stack: WholeStack, table: Path
) -> None:
    before = len(batches(stack))
    watched = visit()
    page = checked(watched, table)
    facts = page.locator("#preview-facts")
    for words in ("группы.csv", "Загрузка в реестр: группы", "Windows-1251", "точка с запятой", "id, name, comment"):
        expect(facts).to_contain_text(words)
    expect(page.locator("#preview-rows tr").nth(1)).to_contain_text("Звук")
    expect(page.locator("#preview-refused li")).to_have_text(
        [
            "3 (в файле: 4): id: Такой же ID в строке 2 этого файла.",
            "4 (в файле: 5): id: Неверный тип: нужно целое число.",
        ]
    )
    assert watched.accessibility_faults() == []
    assert len(batches(stack)) == before
    watched.assert_quiet()


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
    expect(page.get_by_role("alert")).to_contain_text("В файле есть столбец «price», которого эта операция не знает.")
    expect(page.get_by_role("alert")).not_to_contain_text("column")
    expect(page.locator("#preview")).to_be_hidden()


def pasted(page: Page, text: str) -> None:
    """As the clipboard brings it; a keyboard would make a tab of its own."""
    page.locator("#pasted").fill(text)
    page.locator("#check").click()
    expect(page.locator("#check-state")).to_contain_text("Файл проверен")


def test_paste_goes_as_it_is_with_its_last_empty_cell(visit: Visit) -> None:
    page = visit().open("/imports")
    pasted(page, "id\tname\tcomment\n1\ta\t\n2\tb\t")
    expect(page.locator("#preview-rows tr")).to_have_count(2)
    expect(page.locator("#preview-refused")).to_be_hidden()
    tried(page)
    expect(page.locator("#trial-counts")).to_contain_text("Добавлено2")


RECORD = '{"id": 1, "name": "Карты"}'


@pytest.mark.parametrize("text", [f"[{RECORD}]", f"\n  [\n{RECORD}]", f'{{"records": [{RECORD}]}}', f"{RECORD}\n"])
@pytest.mark.parametrize("way", ["pasted", "chosen"])
def test_byte_order_mark_of_json_is_no_trouble(visit: Visit, tmp_path: Path, text: str, way: str) -> None:
    page = visit().open("/imports")
    if way == "pasted":
        pasted(page, f"\ufeff{text}")
    else:
        (tmp_path / "list.json").write_text(text, "utf-8-sig")
        page.locator("#file").set_input_files(tmp_path / "list.json")
    expect(page.locator("#preview-rows tr")).to_contain_text("Карты")
    expect(page.locator("#preview-refused")).to_be_hidden()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"[{RECORD} {RECORD}]", "line 1, column 29"),
        (f"\ufeff[{RECORD}\n, {RECORD},\n]", "line 3, column 1"),
        (f"[{RECORD}", "line 1, column 28"),
    ],
)
def test_place_of_an_error_is_one_of_the_persons_own_text(visit: Visit, text: str, place: str) -> None:
    page = visit("en").open("/imports")
    page.locator("#pasted").fill(text)
    page.locator("#check").click()
    expect(page.get_by_role("alert")).to_contain_text(place)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\n"])
def test_empty_file_is_told_so(visit: Visit, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "empty.csv").write_bytes(content)
    page = visit().open("/imports")
    page.locator("#file").set_input_files(tmp_path / "empty.csv")
    expect(page.locator("#error-file")).to_have_text("Файл пуст.")


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


def test_too_large_file_is_refused_before_it_is_sent(visit: Visit, stack: WholeStack, tmp_path: Path) -> None:
    (tmp_path / "large.csv").write_bytes(b"id,name\n" + b"1,x\n" * 1000)
    watched = visit()
    sent = []
    watched.page.on("request", lambda request: sent.append(request.method))
    with running_gateway(tmp_path, stack.url, stack.importer.url, {"MAX_BODY_BYTES": "2048"}) as (url, _):
        watched.base = url
        page = watched.open("/imports")
        page.locator("#file").set_input_files(tmp_path / "large.csv")
        expect(page.locator("#error-file")).to_contain_text("принимается не больше 2 кБ")
    assert "POST" not in sent


def test_preview_says_that_no_worker_serves_the_operation(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "videos.ndjson").write_text(json.dumps({"id": 1, "payload": "a.mp4"}))
    page = checked(visit(), tmp_path / "videos.ndjson")
    page.locator("#operation").select_option("process_video")
    expect(page.locator("#preview-no-worker")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "guess", "passed", "line"),
    [
        ("ru", "Кодировка определена предположительно.", "пустых столбцов: 1; пустых строк: 1", "2 (в файле: 4)"),
        ("en", "The encoding is a guess.", "empty columns: 1; empty rows: 1", "2 (file line 4)"),
    ],
)
def test_what_was_guessed_and_passed_over_is_said_before_and_after(
    visit: Visit, tmp_path: Path, language: str, guess: str, passed: str, line: str
) -> None:
    path = tmp_path / "группы.csv"
    path.write_bytes("Код;Название;\r\n1;Научная литература;\r\n;;\r\nдва;Карты;\r\n".encode("koi8-r"))
    watched = visit(language)
    page = checked(watched, path)
    expect(page.locator("#preview-guessed")).to_contain_text(guess)
    expect(page.locator("#preview-facts")).to_contain_text(passed)
    expect(page.locator("#preview-refused li")).to_contain_text([line])
    page.locator("#send").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#rows-table tbody tr")).to_contain_text([line], timeout=30_000)
    expect(page.locator(".facts").last).to_contain_text(passed)
    watched.assert_quiet()
