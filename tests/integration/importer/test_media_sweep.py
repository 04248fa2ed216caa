"""What the dispatcher removes from the media folder, and what it must never touch."""

import fcntl
import json
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any, cast

import pytest

from importer.app import create_app
from importer.ledger.batch_end import close_finished, expire_old
from importer.ledger.claim import ClaimedChunk, claim
from importer.ledger.report import Report, report
from importer.media.sweep import Sweeper
from importer.settings import Settings
from tests.support.importer.ledger import LEASE, VIDEO, Ledger

BATCHES = "/api/importer/batches"
DAY = 86_400
JPEG = b"\xff\xd8\xff\xe0picture"


class Media:
    """A media folder, the public app over it, and a sweeper."""

    def __init__(self, uri: str, ledger: Ledger, root: Path) -> None:
        self.root, self._engine, self._registry = root, ledger.engine, ledger.registry
        settings = Settings(sqlalchemy_database_uri=uri, media_dir=str(root))
        self.client = create_app(settings).test_client()
        self.sweeper = Sweeper(ledger.engine, ledger.registry, settings, threading.Event())

    def batch(self, payload: str = "p") -> str:
        body = {"records": [{"id": 1, "payload": payload}]}
        batch_id: str = self.client.post(f"{BATCHES}?operation=process_video", json=body).get_json()["id"]
        return batch_id

    def videos(self, ledger: Ledger, rows: int) -> tuple[Any, ...]:
        """The id of a batch, and its chunks of one row, each under lease."""
        body = {"records": [{"id": row, "payload": "p"} for row in range(1, rows + 1)]}
        batch_id = self.client.post(f"{BATCHES}?operation=process_video", json=body).get_json()["id"]
        ledger.run("UPDATE importer.chunk SET due_at = now() + interval '1 h' WHERE batch_id <> :id", id=batch_id)
        return batch_id, *(
            claim(self._engine, ledger.claimant(queue="gpu", delivery=f"d{row}"), LEASE) for row in range(rows)
        )

    def report(self, chunk: ClaimedChunk, outcome: dict[str, object]) -> None:
        """Of an ok result only what names pictures needs to be given."""
        if "result" in outcome:
            outcome = {**outcome, "result": {**VIDEO, **cast("dict[str, object]", outcome["result"])}}
        line = json.dumps({"row": chunk.first_row, **outcome}, separators=(",", ":"))
        assert report(self._engine, self._registry, Report(chunk.token, f"{line}\n".encode()), None, LEASE).accepted

    def over(self, batch_id: str) -> None:
        self.client.post(f"{BATCHES}/{batch_id}/cancel", data=b"")
        assert self.client.delete(f"{BATCHES}/{batch_id}").status_code == 200

    def end(self) -> None:
        """As the dispatcher does with batches that have nothing left to do."""
        close_finished(self._engine)

    def write(self, name: str, age_days: float = 0) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(JPEG)
        then = time.time() - age_days * DAY
        os.utime(path, (then, then))
        os.utime(path.parent, (then, then))
        return path

    def status(self, name: str) -> int:
        with self.client.get(f"/api/importer/media/{name}") as answer:
            return answer.status_code


@pytest.fixture
def media(ledger_uri: str, ledger: Ledger, tmp_path: Path) -> Media:
    return Media(ledger_uri, ledger, tmp_path / "media")


def test_pictures_of_a_batch_that_is_over_go_and_all_others_stay(media: Media) -> None:
    over, alive = media.batch(), media.batch()
    gone = media.write(f"results/{over}/1/a.jpg", age_days=1)
    kept = [
        media.write(f"results/{alive}/1/a.jpg", age_days=400),
        media.write("results/unknown-batch/1/a.jpg", age_days=400),
        media.write("film.mp4", age_days=400),
        media.write("films/a.mp4", age_days=400),
        media.write("uploads/by-hand.mp4", age_days=400),
    ]
    assert media.status(f"results/{over}/1/a.jpg") == 200
    media.over(over)
    assert media.status(f"results/{over}/1/a.jpg") == 410
    media.sweeper.sweep()
    assert not gone.parent.parent.exists()
    assert all(path.exists() for path in kept)
    assert media.status(f"results/{alive}/1/a.jpg") == 200


def test_pictures_of_a_batch_whose_days_are_over_go_with_its_results(media: Media, ledger: Ledger) -> None:
    ledger.operations = ("process_video",)
    (old, first), (young, second) = media.videos(ledger, 1), media.videos(ledger, 1)
    names = [f"results/{batch_id}/1/shot-0001.jpg" for batch_id in (old, young)]
    pictures = [media.write(name, age_days=40) for name in names]
    for chunk, name in zip((first, second), names, strict=True):
        media.report(chunk, {"outcome": "ok", "result": {"contact_sheet": name}})
    media.end()
    ledger.run("UPDATE importer.batch SET ended_at = now() - interval '31 days' WHERE id = :id", id=old)
    media.sweeper.sweep()
    assert [path.exists() for path in pictures] == [True, True]
    assert expire_old(ledger.engine, 30) == 1
    assert [media.status(name) for name in names] == [410, 200]
    media.sweeper.sweep()
    assert [path.exists() for path in pictures] == [False, True]
    assert not pictures[0].parent.parent.exists()


def test_pictures_that_no_result_names_go_when_their_batch_has_ended(media: Media, ledger: Ledger) -> None:
    """A worker died after some shots, and whoever came after it found fewer, gave up, or was cancelled."""
    ledger.operations = ("process_video",)
    other = media.batch()
    done, first, second, third = media.videos(ledger, 3)
    named, extra = (media.write(f"results/{done}/1/shot-000{number}.jpg") for number in (1, 2))
    failed, cancelled = (media.write(f"results/{done}/{row}/shot-0001.jpg") for row in (2, 3))
    open_one = media.write(f"results/{other}/1/shot-0001.jpg")
    media.report(first, {"outcome": "ok", "result": {"contact_sheet": f"results/{done}/1/shot-0001.jpg"}})
    media.report(second, {"outcome": "failed", "code": "timed_out", "detail": "d"})
    media.sweeper.sweep()
    assert all(path.exists() for path in (named, extra, failed, cancelled, open_one))
    assert third.first_row == 3
    media.client.post(f"{BATCHES}/{done}/cancel", data=b"")
    media.end()
    media.sweeper.sweep()
    assert [path.exists() for path in (named, extra, failed, cancelled, open_one)] == [True, False, False, False, True]


def test_picture_that_cannot_be_removed_at_once_goes_later(media: Media, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = sorted(media.batch() for _ in range(2))
    paths = [media.write(f"results/{batch_id}/1/a.jpg") for batch_id in batches]
    for batch_id in batches:
        media.over(batch_id)
    remove = shutil.rmtree

    def refuse_the_first(path: Path) -> None:
        if path.name == batches[0]:
            raise PermissionError(13, "no", str(path))
        remove(path)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", refuse_the_first)
        with pytest.raises(PermissionError):
            media.sweeper.sweep()
    assert [path.exists() for path in paths] == [True, False]
    assert [media.status(f"results/{batch_id}/1/a.jpg") for batch_id in batches] == [410, 410]
    media.sweeper.sweep()
    assert not paths[0].exists()


def test_old_upload_goes_unless_an_open_batch_names_it_or_it_was_sent_again(media: Media) -> None:
    old, used, fresh = (f"uploads/{digit * 64}.mp4" for digit in "abc")
    for name, age in ((old, 31.0), (used, 31.0), (fresh, 29.0)):
        media.write(name, age)
    batch_id = media.batch(used)
    media.sweeper.sweep()
    assert [(media.root / name).exists() for name in (old, used, fresh)] == [False, True, True]
    media.client.post(f"{BATCHES}/{batch_id}/cancel", data=b"")
    media.sweeper.sweep()
    assert not (media.root / used).exists()


def test_upload_that_is_sent_again_is_as_young_as_a_new_one(media: Media) -> None:
    sent = media.client.post("/api/importer/media", data=JPEG)
    name = sent.get_json()["name"]
    media.write(name, age_days=31)
    again = media.client.post("/api/importer/media", data=JPEG)
    assert (again.status_code, again.get_json()["name"]) == (200, name)
    media.sweeper.sweep()
    assert media.status(name) == 200


def test_pictures_of_old_tasks_go(media: Media) -> None:
    old, fresh = media.write("tasks/t1/a.jpg", age_days=31), media.write("tasks/t2/a.jpg", age_days=1)
    media.sweeper.sweep()
    assert (old.exists(), fresh.exists()) == (False, True)


def test_file_that_a_dead_process_left_half_written_goes_and_a_living_one_keeps_its_own(media: Media) -> None:
    dead, alive = media.write(".incoming/dead", age_days=1), media.write(".incoming/alive", age_days=1)
    new = media.write(".incoming/new")
    with alive.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        media.sweeper.sweep()
        assert [path.exists() for path in (dead, alive, new)] == [False, True, True]


def test_folder_that_was_never_made_is_nothing_to_sweep(media: Media) -> None:
    media.sweeper.sweep()
    assert not media.root.exists()
