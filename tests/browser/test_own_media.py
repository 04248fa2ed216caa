"""A file for an operation of a team's own that reads media: chosen, sent, and shown by what the operation tells."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect

from stackroom_jobs.description import Description, task_name_of
from stackroom_jobs.outcomes import ok_line
from stackroom_jobs.protocol import CONTRACT_VERSION, ClaimRequest, Registration, RenewRequest
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_jobs.worker.lifecycle import Deadline
from stackroom_jobs.worker.media import ChunkPlace, RemoteMedia
from stackroom_jobs.worker.registration import WorkerName
from tests.support.browser.chromium import Watched
from tests.support.stacks.whole import WholeStack
from tests.support.videos.files import picture
from tests.support.waiting import wait_until

Visit = Callable[..., Watched]
NAME, SELF = "hear_sound", "ab"
TEXT = {"type": "string"}
RECORD = {"title": "Sound", "type": "object", "properties": {"id": {"type": "integer"}, "file": TEXT}}
RESULT = {
    "title": "Heard",
    "type": "object",
    "properties": {
        "size": {"type": "integer", "title": "Size"},
        "loud": {"type": "boolean"},
        "wave": TEXT,
        "notes": {"type": "array"},
    },
}
HEARD = Description(
    name=NAME, task_name=task_name_of(NAME), title="Hear sounds", queues=("ears",), min_rows=1, max_rows=1,
    record={**RECORD, "required": ["id", "file"]}, result=RESULT, reads_media=True, unit="seconds",
)  # fmt: skip


class Heard(msgspec.Struct):
    size: int
    loud: bool
    wave: str
    notes: list[str]


@pytest.fixture
def api(stack: WholeStack) -> Iterator[WorkerAPI]:
    """A worker that has the operation."""
    api = stack.importer.as_worker()
    api.register(
        Registration("ears-1", "host", CONTRACT_VERSION, ["ears"], 1, [NAME], {}, incarnation=SELF, described=[HEARD])
    )
    yield api
    api.goodbye(WorkerName("ears-1", SELF))


def opened_when_known(watched: Watched) -> Page:
    """The page of imports; the gateway may have asked for the operations just before the worker brought this one."""
    page = watched.open(f"/imports?operation={NAME}")
    option = page.locator(f"#operation option[value={NAME}]")
    wait_until(lambda: option.count() or (page.reload() and None), what="the page lists the operation")
    return page


def hear(api: WorkerAPI, seen_at_work: Callable[[], None]) -> Any:
    """The record as the worker gets it."""
    claim = api.claim(ClaimRequest("ears-1", "ears", [NAME], "d1", "own-media", SELF), Deadline(10))
    assert claim is not None
    assert api.renew(RenewRequest(claim.token, current=1, total=4))
    seen_at_work()
    (record,) = json.loads(bytes(claim.records))
    media = RemoteMedia(api, ChunkPlace(claim.token, claim.first_row))
    with media.open(record["file"]) as file:
        size = len(file.read())
    heard = Heard(size, True, media.put("wave.jpg", picture()), ["a"])
    api.report(claim.token, msgspec.json.Encoder().encode_lines([ok_line(claim.first_row, heard)]), None, Deadline(10))
    return record


def test_file_of_an_own_operation_is_sent_and_its_result_shown(visit: Visit, api: WorkerAPI, tmp_path: Path) -> None:
    path = tmp_path / "sound.flac"
    path.write_bytes(b"fLaC" * 500)
    watched = visit("ru")
    page = opened_when_known(watched)
    page.locator("#file").set_input_files(path)
    expect(page.locator("#preview-facts")).to_contain_text("Hear sounds")
    expect(page.locator("#preview-table")).to_be_hidden()
    page.get_by_role("button", name="Отправить").click()
    page.wait_for_url("**/imports/*")
    expect(page.locator("#videos-pending li")).to_have_text("1")

    def seen_at_work() -> None:
        expect(page.locator("#in-work")).to_have_text("1 из 4 seconds")  # a word without a translation

    record = hear(api, seen_at_work)
    assert record == {"id": 1, "file": record["file"]}
    assert re.fullmatch(r"uploads/[0-9a-f]{64}\.\w+", record["file"])
    expect(page.locator("#state")).to_have_text("завершён")
    film = page.locator("#videos-list article")
    expect(film.locator("dl")).to_have_text(re.compile(r"Размер2\s000loudдаwave"))
    expect(film.locator("img")).to_have_js_property("naturalWidth", 96)
    expect(page.locator("#plot-card")).to_have_count(0)
    assert watched.accessibility_faults() == []
    watched.assert_quiet()


def test_progress_is_shown_of_an_operation_that_reads_no_media(visit: Visit, stack: WholeStack) -> None:
    api = stack.importer.as_worker()
    described = msgspec.structs.replace(
        HEARD, name="read_pages", task_name=task_name_of("read_pages"), queues=("eyes",), reads_media=False,
        unit="steps", version=3,
    )  # fmt: skip
    beat = Registration(
        "eyes-1", "host", CONTRACT_VERSION, ["eyes"], 1, ["read_pages"], {}, incarnation=SELF, described=[described]
    )
    assert api.register(beat).refused == {}
    body, path = b'{"id": 1, "file": "a"}', "/api/importer/batches?operation=read_pages"
    sent = stack.importer.answer("POST", path, body, **{"Content-Type": "application/x-ndjson"})
    assert sent.status == 202, sent.body
    claim = api.claim(ClaimRequest("eyes-1", "eyes", ["read_pages"], "d1", "pages", SELF), Deadline(10))
    assert claim is not None
    page = visit("ru").open(f"/imports/{sent.json()['id']}")
    expect(page.locator("#at-hand")).to_be_hidden()
    expect(page.locator(".facts div", has_text="Версия операции")).to_have_text("Версия операции3")
    assert api.renew(RenewRequest(claim.token, current=1000, total=4000))
    expect(page.locator("#in-work")).to_have_text(re.compile(r"1\s000 из 4\s000 шагов"))
    api.goodbye(WorkerName("eyes-1", SELF))
