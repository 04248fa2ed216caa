"""Batches as a librarian sends and watches them."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser.chromium import Watched, tab_to
from tests.support.servers.services import is_ready
from tests.support.stacks.whole import WholeStack

Visit = Callable[..., Watched]


@contextmanager
def paused_worker(stack: WholeStack) -> Iterator[None]:
    """The worker holds its breath: its chunks stay where they are."""
    process = stack.importer.parts["worker-0"].running
    process.send_to_group(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_to_group(signal.SIGCONT)


@pytest.mark.parametrize("name", ["list.json", "object.json", "lines.ndjson"])
def test_file_is_sent_and_its_failed_rows_are_explained(visit: Visit, tmp_path: Path, name: str) -> None:
    good, bad = '{"id": 1, "payload": " А "}', '{"id": 2}'
    text = {
        "list.json": f"[{good},\n{bad}]",
        "object.json": f'{{"records": [{good}, {bad}]}}',
        "lines.ndjson": f"{good}\n{bad}\n",
    }[name]
    (tmp_path / name).write_text(text)
    watched = visit()
    page = watched.open("/imports")
    page.locator("#file").set_input_files(tmp_path / name)
    expect(page.locator("#preview-refused li")).to_have_text("2: payload: Это поле обязательно.")
    page.get_by_role("button", name="Отправить").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#state")).to_contain_text("завершён с ошибками")
    expect(page.locator("[data-count=ok]")).to_have_text("1")
    expect(page.locator("#rows tr")).to_contain_text("payload: Это поле обязательно.")
    watched.assert_quiet()


def test_file_with_too_many_wrong_rows_is_refused_with_the_first_reasons(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "wrong.ndjson").write_text('{"payload": "x"}\n' * 100_001)
    page = visit().open("/imports")
    page.locator("#file").set_input_files(tmp_path / "wrong.ndjson")
    page.get_by_role("button", name="Отправить").click()
    message = page.locator("#messages")
    expect(message).to_contain_text("Строк с ошибками больше 100000, поэтому из файла ничего не взято.")
    expect(message.locator("li")).to_have_count(10)
    expect(message.locator("li").nth(1)).to_have_text("2: id: Это поле обязательно.")


def test_pasted_text_is_sent_by_keyboard_alone(visit: Visit) -> None:
    page = visit("en").open("/imports")
    page.locator("#pasted").focus()
    page.keyboard.insert_text('{"id": "k", "payload": "x"}')
    tab_to(page, "check")
    page.keyboard.press("Enter")
    expect(page.locator("#check-state")).to_have_text("Checked; nothing is written to the register yet.")
    tab_to(page, "send")
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/*")
    expect(page.locator("#state")).to_have_text("done")


def test_reason_of_a_row_is_translated_and_names_its_field(visit: Visit, stack: WholeStack) -> None:
    lines = b'{"id":1}\n{"id":2,"payload":5}\n[]\n'
    stack.importer.call("POST", "/api/importer/batches", lines, Content_Type="application/x-ndjson")
    page = visit().open(f"/imports/{next(stack.importer.all_batches())['id']}")
    expect(page.locator("#rows td:nth-child(4)")).to_have_text(
        [
            "payload: Это поле обязательно.",
            "payload: Неверный тип: нужен текст.",
            "Запись — не объект JSON.",
        ]
    )


def test_batches_are_shown_by_their_state_and_without_scripts(visit: Visit, stack: WholeStack) -> None:
    ids = {"done": stack.importer.post_rows(1)}
    stack.importer.wait_finished(ids["done"])
    stack.importer.call("POST", "/api/importer/batches", b"[]\n", Content_Type="application/x-ndjson")
    ids["done_with_errors"] = next(stack.importer.all_batches())["id"]
    page = visit(script=False).open("/imports")
    for name, kept, left in (
        ("завершён", "done", "done_with_errors"),
        ("завершён с ошибками", "done_with_errors", "done"),
    ):
        page.get_by_role("navigation", name="Состояние").get_by_role("link", name=name, exact=True).click()
        expect(page.locator(f'#live a[href="/imports/{ids[kept]}"]')).to_be_visible()
        expect(page.locator(f'#live a[href="/imports/{ids[left]}"]')).to_have_count(0)
    page.goto(page.url.replace("done_with_errors", "lost"))
    expect(page.locator("#live tbody tr").first).to_be_visible()


def test_file_without_an_operation_is_taken_for_what_its_rows_are(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "groups.ndjson").write_text('{"id": 901, "name": "Карты"}\n{"id": 902, "nam": "Звук"}\n')
    page = visit().open("/imports")
    page.locator("#file").set_input_files(tmp_path / "groups.ndjson")
    expect(page.locator("#preview-facts")).to_contain_text("Загрузка в реестр: группы")
    expect(page.locator("#preview-refused li")).to_have_text("2: nam: Такого поля нет.")


def test_workbook_that_is_dropped_is_named_as_what_it_is(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "groups.xlsx").write_bytes(b"PK\x03\x04\x14\0\6\0\x08\0[Content_Types].xml PK\x03\x04 xl/workbook.xml")
    page = visit().open("/imports")
    page.locator("#file").set_input_files(tmp_path / "groups.xlsx")
    expect(page.locator("#messages")).to_contain_text("Это книга Excel или другой программы. Сохраните её лист как CSV")


def test_empty_form_says_what_is_missing(visit: Visit) -> None:
    page = visit().open("/imports")
    page.get_by_role("button", name="Проверить").click()
    expect(page.locator("#error-file")).to_have_text("Выберите файл или введите текст.")


def test_batch_of_100000_records_is_watched_live(visit: Visit, stack: WholeStack) -> None:
    watched = visit()
    with paused_worker(stack):
        batch_id = stack.importer.post_rows(100_000)
        page = watched.open(f"/imports/{batch_id}")
        expect(page.locator("#link")).to_have_text("обновляется автоматически")
        expect(page.locator("#may-close")).to_be_visible()
    expect(page.locator("#state")).to_have_text("завершён", timeout=60_000)
    expect(page.locator("#bar")).to_have_js_property("value", 1)
    expect(page.locator("#link")).to_be_hidden()
    expect(page.locator("#plot svg")).to_be_visible()
    watched.assert_quiet()


def test_batch_is_cancelled_after_a_question(visit: Visit, stack: WholeStack) -> None:
    with paused_worker(stack):
        batch_id = stack.importer.post_rows(50_000)
        page = visit().open(f"/imports/{batch_id}")
        page.get_by_role("button", name="Отменить пакет").click()
        page.get_by_role("dialog").get_by_role("button", name="Отменить пакет").click()
        expect(page.locator("#state")).to_have_text("отменён")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_of_a_running_batch_and_its_question_are_accessible(visit: Visit, stack: WholeStack, scheme: str) -> None:
    with paused_worker(stack):
        batch_id = stack.importer.post_rows(10)
        watched = visit(scheme=scheme)
        page = watched.open(f"/imports/{batch_id}")
        expect(page.locator("#link")).to_have_text("обновляется автоматически")
        assert watched.accessibility_faults() == []
        page.get_by_role("button", name="Отменить пакет").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert watched.accessibility_faults() == []


def test_page_falls_back_to_asking_when_events_do_not_get_through(visit: Visit, stack: WholeStack) -> None:
    watched = visit()
    with paused_worker(stack):
        batch_id = stack.importer.post_rows(10)
        watched.page.route("**/events", lambda route: route.abort())
        page = watched.open(f"/imports/{batch_id}")
        expect(page.locator("#link")).to_have_text("проверяется каждые несколько секунд", timeout=20_000)
    expect(page.locator("#state")).to_have_text("завершён", timeout=60_000)


def test_page_says_that_the_queue_waits_when_no_worker_serves_it(visit: Visit, stack: WholeStack) -> None:
    batch_id = stack.importer.post_rows(1, operation="process_video", payload="a.mp4")
    page = visit().open(f"/imports/{batch_id}")
    expect(page.locator("#waiting")).to_contain_text("Очередь ждёт обработчика")
    stack.importer.call("POST", f"/api/importer/batches/{batch_id}/cancel", b"")


def test_importer_that_stops_is_named_and_the_register_still_works(visit: Visit, stack: WholeStack) -> None:
    with paused_worker(stack):
        batch_id = stack.importer.post_rows(20_000)
        page = visit().open(f"/imports/{batch_id}")
        expect(page.locator("#link")).to_have_text("обновляется автоматически")
        part = stack.importer.parts["importer"]
        part.running.kill()
        expect(page.locator("#connection")).to_contain_text("Служба импорта не отвечает с ")
        expect(page.locator("#batch")).to_have_class("stale")
        other = visit()
        expect(other.open("/imports").locator("main")).to_contain_text("Служба не отвечает.")
        expect(other.open("/").locator("main")).to_contain_text("не отвечает")
        other.open("/groups").get_by_role("button", name="Обновить").click()
        expect(other.page.locator("#list-state")).not_to_have_class("alert-warning")
        part.start()
        part.running.wait_ready(lambda: is_ready(stack.importer.url))
        expect(page.locator("#connection")).to_be_empty()
    expect(page.locator("#state")).to_have_text("завершён", timeout=60_000)
