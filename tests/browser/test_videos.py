"""Videos as a librarian sends them, and what comes back: shots, keyframes, a contact sheet."""

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import msgspec
import urllib3
from playwright.sync_api import expect

from stackroom_jobs.outcomes import ok_line
from stackroom_jobs.protocol import CONTRACT_VERSION, ClaimedChunk, ClaimRequest, Heartbeat, RenewRequest
from stackroom_jobs.videos import Shot, VideoResult
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_jobs.worker.lifecycle import Deadline
from stackroom_jobs.worker.media import ChunkPlace, RemoteMedia
from stackroom_jobs.worker.registration import WorkerName
from tests.support.browser.chromium import Watched
from tests.support.stacks.whole import WholeStack
from tests.support.videos.files import picture, write_video

Visit = Callable[..., Watched]


def claimed(api: WorkerAPI) -> ClaimedChunk:
    """By a worker that is in the register only for so long."""
    me = WorkerName("by-hand", "a1")
    api.heartbeat(Heartbeat(me.name, "here", CONTRACT_VERSION, ["gpu"], 1, ["process_video"], {}, me.incarnation))
    asked = ClaimRequest(me.name, "gpu", ["process_video"], uuid.uuid4().hex, uuid.uuid4().hex, me.incarnation)
    claim = api.claim(asked, Deadline(10))
    api.goodbye(me)
    assert claim is not None
    return claim


def work(api: WorkerAPI, claim: ClaimedChunk) -> None:
    """As a worker with a GPU would: two shots, a keyframe of each, a contact sheet."""
    (record,) = json.loads(bytes(claim.records))
    media = RemoteMedia(api, ChunkPlace(claim.token, claim.first_row))
    with media.open(record["payload"]) as file:
        assert len(file.read()) > 0
    names = [media.put(f"shot-{number}.jpg", picture()) for number in (1, 2)]
    shots = [
        Shot(0, 11, 0.0, 0.48, 0.97, names[0]),
        Shot(12, 29, 0.48, 1.2, None, names[1]),
    ]
    sheet = media.put("contact-sheet.jpg", picture())
    result = VideoResult(
        record["id"], record["payload"], "mpeg4", 96, 64, 30, 1.2, 25.0, False, shots, None, contact_sheet=sheet,
        device="cuda:0", model="TransNet V2", decode_rate=1900.0, model_rate=11400.0,
    )  # fmt: skip
    api.report(claim.token, msgspec.json.Encoder().encode_lines([ok_line(claim.first_row, result)]), None, Deadline(10))


def sent(stack: WholeStack, content: bytes) -> str:
    """Its address, without the gateway's."""
    answer = urllib3.request("POST", f"{stack.url}/api/importer/media", body=content)
    return str(answer.json()["url"])


def test_video_is_sent_cut_and_shown(visit: Visit, stack: WholeStack, tmp_path: Path) -> None:
    watched = visit()
    page = watched.open("/imports")
    page.locator("#file").set_input_files(write_video(tmp_path / "фильм.mp4", 30))
    expect(page.locator("#preview-facts")).to_contain_text("Деление видео на планы")
    expect(page.locator("#preview-facts")).to_contain_text("фильм.mp4")
    expect(page.locator("#preview-table")).to_be_hidden()
    page.get_by_role("button", name="Отправить").click()
    page.wait_for_url("**/imports/*")
    pending = page.locator("#videos-pending li")
    expect(pending).to_have_text("фильм.mp4")
    expect(page.locator("#videos-state")).to_have_text("Результатов пока нет.")
    api = stack.importer.as_worker()
    claim = claimed(api)
    assert api.renew(RenewRequest(claim.token, current=10, total=40))
    expect(pending).to_have_text("фильм.mp4 · 10 из 40 кадров")
    expect(page.locator("#bar")).to_have_js_property("value", 0.25)
    expect(page.locator("#in-work")).to_have_text("10 из 40 кадров")
    for frames in (20, 30):
        assert api.renew(RenewRequest(claim.token, current=frames, total=40))
        expect(page.locator("#in-work")).to_contain_text(f"{frames} из 40 кадров")
    expect(page.locator("#in-work")).to_contain_text(re.compile(r"30 из 40 кадров · \d+ кадров/с"))
    work(api, claim)
    expect(page.locator("#state")).to_have_text("завершён", timeout=30_000)
    expect(page.locator("#in-work")).to_be_hidden()
    expect(pending).to_have_count(0)
    expect(page.locator("#pace")).to_have_text(re.compile(r"\d записей/(с|мин|ч)"))
    film = page.locator("#videos-list article")
    for words in ("фильм.mp4", "00:00:01.2", "25 кадров/с", "96 × 64", "cuda:0", "TransNet V2", "11 400 кадров/с"):
        expect(film).to_contain_text(words)
    expect(film.locator(".keyframes li")).to_have_count(2)
    expect(film.locator("img[loading=lazy]")).to_have_count(3)
    for image in film.locator("img").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("naturalWidth", 96)
    film.locator("summary").click()
    expect(film.locator("tbody tr").first).to_contain_text("97")
    expect(film.locator("tbody tr")).to_have_count(2)
    assert watched.accessibility_faults() == []
    watched.assert_quiet()
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_video_that_has_no_room_is_refused_before_it_is_sent(visit: Visit, tmp_path: Path) -> None:
    watched = visit()
    page = watched.page
    body = json.dumps({"items": [], "next": None, "max_bytes": 1024, "room_bytes": 10})
    page.route("**/api/importer/media?limit=1", lambda route: route.fulfill(body=body, content_type="application/json"))
    watched.open("/imports")
    page.locator("#file").set_input_files(write_video(tmp_path / "film.mp4", 30))
    expect(page.locator("#error-file")).to_contain_text("принимается не больше 10 Б")
    expect(page.locator("#preview")).to_be_hidden()


def test_video_and_picture_are_shown_when_they_are_opened_by_their_address(
    visit: Visit, stack: WholeStack, tmp_path: Path
) -> None:
    """The browser's own player is held to the headers that come with the file."""
    film = write_video(tmp_path / "film.webm", 10, "libvpx").read_bytes()
    watched = visit()
    page = watched.page
    page.goto(f"{stack.url}{sent(stack, film)}")
    video = page.locator("video")
    expect(video).to_have_js_property("videoWidth", 96)
    expect(video).to_have_js_property("error", None)
    page.goto(f"{stack.url}{sent(stack, picture())}")
    expect(page.locator("img")).to_have_js_property("naturalWidth", 96)
    assert not [error for error in watched.errors if "Content Security Policy" in error]


def test_list_of_shots_stays_open_while_other_videos_come(visit: Visit, stack: WholeStack, tmp_path: Path) -> None:
    name = sent(stack, write_video(tmp_path / "film.mp4", 30).read_bytes()).removeprefix("/api/importer/media/")
    body = {"records": [{"id": film, "payload": name} for film in ("first", "second")]}
    address = f"{stack.url}/api/importer/batches?operation=process_video"
    batch_id = urllib3.request("POST", address, json=body).json()["id"]
    api = stack.importer.as_worker()
    work(api, claimed(api))
    watched = visit()
    page = watched.open(f"/imports/{batch_id}")
    page.locator("#videos-list summary").click()
    work(api, claimed(api))
    expect(page.locator("#videos-list article")).to_have_count(2)
    expect(page.locator("#videos-list tbody").first).to_be_visible()
    watched.assert_quiet()
