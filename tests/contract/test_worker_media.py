"""The workers' media client against the importer's real worker API, over HTTP."""

import dataclasses
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from importer.app import create_app
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_jobs.context import Stopped
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.protocol import ClaimedChunk
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI, WorkerAPIError
from stackroom_jobs.worker.lifecycle import Deadline
from stackroom_jobs.worker.media import BLOCK_BYTES, ChunkPlace, RemoteMedia, TaskPlace
from stackroom_kit.settings import Secret
from tests.support.servers.served import served
from tests.support.workers.calls import asked, beat

TOKEN = Secret("token-of-this-test")
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 10


@dataclasses.dataclass
class Importer:
    """The worker API on a port, and the folder of its media files."""

    settings: Settings
    url: str
    root: Path

    def api(self) -> WorkerAPI:
        return WorkerAPI(WorkerSettings(worker_api_url=self.url, worker_token=TOKEN))

    def claimed(self, rows: int = 1) -> ClaimedChunk:
        client = create_app(self.settings).test_client()
        records = [{"id": row, "payload": "p"} for row in range(rows)]
        self.batch_id = client.post("/api/importer/batches", json={"records": records}).get_json()["id"]
        self.api().heartbeat(beat())
        chunk = self.api().claim(asked("t1"), Deadline(5))
        assert chunk is not None
        return chunk

    def cancel(self) -> None:
        create_app(self.settings).test_client().post(f"/api/importer/batches/{self.batch_id}/cancel", data=b"")

    def media(self, place: ChunkPlace | TaskPlace | None = None) -> RemoteMedia:
        return RemoteMedia(self.api(), place or TaskPlace("task-1"))

    def post(self, query: str, content: bytes = JPEG) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {TOKEN.reveal()}"}
        answer = urllib3.request("POST", f"{self.url}/internal/media/picture?{query}", body=content, headers=headers)
        return answer.status, answer.json().get("code", "")

    def files(self) -> list[str]:
        """But for the locks."""
        found = (path for path in self.root.rglob("*") if path.is_file() and path.suffix != ".room")
        return sorted(str(path.relative_to(self.root)) for path in found)


@pytest.fixture
def importer(migrated: str, tmp_path: Path) -> Iterator[Importer]:
    root = tmp_path / "media"
    root.mkdir()
    settings = Settings(
        sqlalchemy_database_uri=migrated,
        worker_token=TOKEN,
        media_dir=str(root),
        max_picture_bytes=2048,
        max_pictures=3,
    )
    with served(create_worker_api(settings)) as url:
        yield Importer(settings, url, root)


def test_file_is_read_whole_and_at_any_place(importer: Importer) -> None:
    content = os.urandom(5 * BLOCK_BYTES + 12345)
    (importer.root / "фильм.mp4").write_bytes(content)
    with importer.media().open("фильм.mp4") as file:
        assert file.read() == content
        assert file.read(1) == b""
        for place in (0, BLOCK_BYTES - 3, 4 * BLOCK_BYTES, len(content) - 5, 7):
            assert file.seek(place) == place
            assert file.read(10) == content[place : place + 10]
        assert file.seek(-4, os.SEEK_END) == len(content) - 4
        assert file.read() == content[-4:]
        assert file.seek(len(content) + 10) == len(content) + 10
        assert file.read(1) == b""


def test_empty_file_is_read_as_nothing(importer: Importer) -> None:
    (importer.root / "none.mp4").write_bytes(b"")
    with importer.media().open("none.mp4") as file:
        assert file.read() == b""
        assert file.seek(0, os.SEEK_END) == 0


@pytest.mark.parametrize(
    ("name", "code"), [("no.mp4", "not_found"), ("../a", "bad_name"), ("\ud800", "bad_name"), ("", "bad_name")]
)
def test_name_that_leads_to_no_file_is_an_error_of_the_record(importer: Importer, name: str, code: str) -> None:
    with pytest.raises(RecordError) as caught:
        importer.media().open(name)
    assert caught.value.code == code


def test_file_that_changes_while_it_is_read_is_unreadable(importer: Importer) -> None:
    path = importer.root / "film.mp4"
    path.write_bytes(bytes(20 * BLOCK_BYTES))
    with importer.media().open("film.mp4") as file:
        file.read(10)
        path.write_bytes(bytes(19 * BLOCK_BYTES))
        file.seek(15 * BLOCK_BYTES)
        with pytest.raises(RecordError, match="changed") as caught:
            file.read(10)
    assert caught.value.code == "unreadable"


def test_file_that_is_removed_while_it_is_read_is_not_found(importer: Importer) -> None:
    path = importer.root / "film.mp4"
    path.write_bytes(bytes(20 * BLOCK_BYTES))
    with importer.media().open("film.mp4") as file:
        path.unlink()
        file.seek(15 * BLOCK_BYTES)
        with pytest.raises(RecordError) as caught:
            file.read(10)
    assert caught.value.code == "not_found"


def test_threads_that_fetch_ahead_end_with_their_file(importer: Importer) -> None:
    (importer.root / "film.mp4").write_bytes(bytes(3 * BLOCK_BYTES))
    media = importer.media()
    for _ in range(5):
        with media.open("film.mp4") as file:
            file.read(10)
    ahead = [thread for thread in threading.enumerate() if thread.name.startswith("media")]
    for thread in ahead:
        thread.join(10)
    assert not any(thread.is_alive() for thread in ahead)


def test_picture_goes_by_batch_and_row_and_a_repeat_is_the_same(importer: Importer) -> None:
    chunk = importer.claimed(rows=2)
    media = importer.media(ChunkPlace(chunk.token, 2))
    names = [media.put("shot-1.jpg", JPEG), media.put("shot-1.jpg", JPEG)]
    assert names == [f"results/{chunk.batch_id}/2/shot-1.jpg"] * 2
    assert importer.files() == names[:1]
    assert (importer.root / names[0]).read_bytes() == JPEG


def test_picture_under_a_stale_token_stops_the_work_and_leaves_nothing(importer: Importer) -> None:
    chunk = importer.claimed()
    importer.cancel()
    for place in (ChunkPlace(chunk.token, 1), ChunkPlace("never", 1)):
        with pytest.raises(Stopped):
            importer.media(place).put("a.jpg", JPEG)
    assert importer.files() == []


def test_picture_of_a_row_that_the_chunk_does_not_hold_is_refused(importer: Importer) -> None:
    chunk = importer.claimed()
    assert importer.post(f"token={chunk.token}&row=2&file_name=a.jpg") == (409, "stale_token")
    assert importer.post(f"token={chunk.token}&row=..&file_name=a.jpg") == (400, "bad_row")
    assert importer.post("file_name=a.jpg") == (400, "missing_parameter")
    assert importer.files() == []


def test_task_that_was_called_with_a_record_delivers_by_its_own_id(importer: Importer) -> None:
    assert importer.media().put("sheet.jpg", JPEG) == "tasks/task-1/sheet.jpg"
    with pytest.raises(RecordError) as caught:
        importer.media(TaskPlace("../../etc")).put("sheet.jpg", JPEG)
    assert caught.value.code == "bad_name"
    assert importer.files() == ["tasks/task-1/sheet.jpg"]


@pytest.mark.parametrize(
    ("file_name", "content", "code"),
    [
        ("a.jpg", b"<svg onload='alert(1)'/>", "not_a_picture"),
        ("a.svg", b"<svg onload='alert(1)'/>", "not_a_picture"),
        ("a.html", JPEG, "not_a_picture"),
        ("a.png", JPEG, "not_a_picture"),
        ("a.jpg", b"", "not_a_picture"),
        ("a.mp4", b"\0\0\0\x18ftypmp42", "not_a_picture"),
        ("../a.jpg", JPEG, "bad_name"),
        ("a.jpg", JPEG + bytes(2048), "too_large"),
    ],
)
def test_what_is_no_picture_is_not_taken(importer: Importer, file_name: str, content: bytes, code: str) -> None:
    with pytest.raises(RecordError) as caught:
        importer.media().put(file_name, content)
    assert caught.value.code == code
    assert importer.files() == []


def test_pictures_of_a_record_are_counted(importer: Importer) -> None:
    media = importer.media()
    for number in (1, 2, 3, 3):
        media.put(f"shot-{number}.jpg", JPEG)
    with pytest.raises(RecordError) as caught:
        media.put("shot-4.jpg", JPEG)
    assert caught.value.code == "too_many"
    assert len(importer.files()) == 3


def test_worker_without_a_token_reads_and_delivers_nothing(importer: Importer) -> None:
    (importer.root / "film.mp4").write_bytes(b"film")
    stranger = RemoteMedia(WorkerAPI(WorkerSettings(worker_api_url=importer.url)), TaskPlace("t"))
    for call in (lambda: stranger.open("film.mp4"), lambda: stranger.put("a.jpg", JPEG)):
        with pytest.raises(WorkerAPIError, match="403"):
            call()


@pytest.mark.parametrize("header", ["", "bytes=0-", "bytes=-5", "bytes=5-1", "bytes=0-1,3-4", "lines=1-2"])
def test_worker_api_wants_one_plain_range(importer: Importer, header: str) -> None:
    (importer.root / "film.mp4").write_bytes(b"film")
    headers = {"Authorization": f"Bearer {TOKEN.reveal()}", **({"Range": header} if header else {})}
    answer = urllib3.request("GET", f"{importer.url}/internal/media/file?name=film.mp4", headers=headers)
    assert (answer.status, answer.json()["code"]) == (400, "bad_range")
