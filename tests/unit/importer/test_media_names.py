"""Names that stay inside the media folder, and those that try to leave it."""

import os
from pathlib import Path

import pytest

from importer.media.folder import MediaFolder
from importer.media.names import is_served, picture_of_row, picture_of_task
from stackroom_jobs.outcomes import RecordError

DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def folder(tmp_path: Path) -> MediaFolder:
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    root = tmp_path / "media"
    root.mkdir()
    return MediaFolder(root)


def code(folder: MediaFolder, name: str) -> str:
    with pytest.raises(RecordError) as caught:
        folder.open(name)
    return caught.value.code


@pytest.mark.parametrize("name", ["a.mp4", "фильмы/клип 1.mp4", "a/b/c.mkv", "two..dots.mp4", "part 1: b.mp4", "~"])
def test_name_under_the_folder_is_opened(folder: MediaFolder, name: str) -> None:
    path = folder.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"film")
    with folder.open(name) as file:
        assert file.read() == b"film"


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "../secret.mp4",
        "/etc/passwd", "//etc/passwd", "a/../../secret.mp4", "a//b", "a/", "./a", "nul\0.mp4",
        "line\nbreak", "x" * 2000, "C:\\secret.mp4", "C:secret.mp4", "\\\\host\\share", "..\\secret.mp4", "\ud800.mp4",
        ".incoming/abc", "uploads/.lock", "a\x7fb",
    ],
)  # fmt: skip
def test_name_that_is_no_plain_path_is_a_bad_name(folder: MediaFolder, name: str) -> None:
    assert code(folder, name) == "bad_name"


def test_link_that_leads_out_or_in_a_circle_is_a_bad_name(folder: MediaFolder, tmp_path: Path) -> None:
    (folder.root / "out.mp4").symlink_to(tmp_path / "secret.mp4")
    (folder.root / "up").symlink_to(tmp_path)
    (folder.root / "loop").symlink_to(folder.root / "loop")
    assert [code(folder, name) for name in ("out.mp4", "up/secret.mp4", "loop")] == ["bad_name"] * 3


def test_link_that_stays_inside_is_followed(folder: MediaFolder) -> None:
    (folder.root / "real.mp4").write_bytes(b"film")
    (folder.root / "link.mp4").symlink_to("real.mp4")
    with folder.open("link.mp4") as file:
        assert file.read() == b"film"


def test_what_is_no_file_is_not_found(folder: MediaFolder) -> None:
    os.mkfifo(folder.root / "pipe")
    (folder.root / "sub").mkdir()
    (folder.root / "file").write_bytes(b"")
    assert [code(folder, name) for name in ("pipe", "sub", "missing", "file/inside")] == ["not_found"] * 4
    assert code(MediaFolder(folder.root / "never made"), "a.mp4") == "not_found"


def test_name_that_no_file_system_takes_is_unreadable(folder: MediaFolder) -> None:
    assert code(folder, "y" * 300) == "unreadable"


def test_picture_has_its_place_by_batch_and_row_or_by_task() -> None:
    assert picture_of_row("b1", 7, "shot-1.jpg") == "results/b1/7/shot-1.jpg"
    assert picture_of_task("3f-a", "sheet.png") == "tasks/3f-a/sheet.png"


@pytest.mark.parametrize(
    "file_name", ["", "a", "../a.jpg", "a/b.jpg", "a.jpg.html", ".jpg", "a.jpg\n", "ш.jpg", "a b.jpg"]
)
def test_picture_with_another_form_of_name_is_refused(file_name: str) -> None:
    with pytest.raises(RecordError):
        picture_of_row("b1", 1, file_name)


@pytest.mark.parametrize("task_id", ["", "..", "a/b", "x" * 65, "ы"])
def test_task_id_that_could_leave_its_folder_is_refused(task_id: str) -> None:
    with pytest.raises(RecordError):
        picture_of_task(task_id, "a.jpg")


def test_only_uploads_and_pictures_are_served() -> None:
    served = [f"uploads/{DIGEST}.mp4", "results/b1/7/shot-1.jpg", "tasks/t1/sheet.png"]
    assert all(is_served(name) for name in served)
    kept = ["film.mp4", "uploads/film.mp4", "results/b1/x/a.jpg", f"uploads/{DIGEST}", "results/../secret.jpg", ""]
    assert not any(is_served(name) for name in kept)
