"""What the dispatcher removes from the media folder, and what it must never touch."""

import fcntl
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from importer.app import create_app
from importer.ledger.expire import expire
from importer.media.sweep import Sweeper
from importer.settings import Settings
from tests.support.ledger import Ledger

BATCHES = "/api/importer/batches"
DAY = 86_400
JPEG = b"\xff\xd8\xff\xe0picture"


class Media:
    """A media folder, the public app over it, and a sweeper."""

    def __init__(self, uri: str, ledger: Ledger, root: Path) -> None:
        self.root, self._engine = root, ledger.engine
        settings = Settings(sqlalchemy_database_uri=uri, media_dir=str(root))
        self.client = create_app(settings).test_client()
        self.sweeper = Sweeper(ledger.engine, settings, threading.Event())

    def batch(self, payload: str = "p") -> str:
        body = {"records": [{"id": 1, "payload": payload}]}
        batch_id: str = self.client.post(f"{BATCHES}?operation=process_video", json=body).get_json()["id"]
        return batch_id

    def over(self, batch_id: str) -> None:
        self.client.post(f"{BATCHES}/{batch_id}/cancel", data=b"")
        assert expire(self._engine, batch_id)

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
