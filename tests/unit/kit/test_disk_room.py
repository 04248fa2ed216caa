"""Room on a disk: taken before it is written to, by all together, and given back."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stackroom_kit import disk_room
from stackroom_kit.disk_room import IN_MEMORY_BYTES, STEP_BYTES, DiskRoom, NoRoomError, Reservation, SpoolFile

MEBIBYTE = 1024 * 1024
KEPT = 10 * MEBIBYTE


class SmallDisk:
    """As a disk of 30 MiB would be, whose files have names."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.filler = folder, 0

    def free(self, _folder: Path) -> int:
        return 30 * MEBIBYTE - self.filler - sum(file.stat().st_blocks * 512 for file in self.folder.iterdir())


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallDisk:
    made = SmallDisk(tmp_path)
    monkeypatch.setattr(disk_room, "free_bytes", made.free)
    return made


def fill(file: SpoolFile, mebibytes: int) -> None:
    for _ in range(mebibytes):
        file.write(b"x" * MEBIBYTE)


def test_files_taken_at_once_never_use_up_what_must_stay_free(disk: SmallDisk) -> None:
    room = DiskRoom(disk.folder, KEPT)

    def taken(number: int) -> bool:
        with (disk.folder / str(number)).open("wb") as file:
            try:
                Reservation(room, file.fileno()).cover(6 * MEBIBYTE)
            except NoRoomError:
                return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(taken, range(12))) == 3
    assert disk.free(disk.folder) >= KEPT
    assert room.left() < 6 * MEBIBYTE


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY_BYTES])
def test_short_file_is_held_in_memory_and_takes_nothing(disk: SmallDisk, size: int) -> None:
    disk.filler = 25 * MEBIBYTE
    with SpoolFile(DiskRoom(disk.folder, KEPT), size) as file:
        file.write(b"x" * size)
        file.begin_reading()
        assert file.read() == b"x" * size


def test_file_of_known_length_is_refused_before_it_is_written(disk: SmallDisk) -> None:
    with pytest.raises(NoRoomError, match=f"{21 * MEBIBYTE} more bytes"):
        SpoolFile(DiskRoom(disk.folder, KEPT), 21 * MEBIBYTE)


def test_file_of_known_length_is_written_though_others_filled_the_disk_meanwhile(disk: SmallDisk) -> None:
    with SpoolFile(DiskRoom(disk.folder, KEPT), 8 * MEBIBYTE) as file:
        disk.filler = 30 * MEBIBYTE
        fill(file, 8)


def test_file_of_unknown_length_finds_no_room_while_it_is_written(disk: SmallDisk) -> None:
    with SpoolFile(DiskRoom(disk.folder, KEPT)) as file:
        fill(file, 4)
        disk.filler = 25 * MEBIBYTE
        with pytest.raises(NoRoomError):
            fill(file, 1 + STEP_BYTES // MEBIBYTE)


@pytest.mark.parametrize("expected", [0, 2 * MEBIBYTE, 8 * MEBIBYTE])
def test_file_holds_what_was_written_whatever_was_expected(tmp_path: Path, expected: int) -> None:
    content = os.urandom(3 * MEBIBYTE + 1)
    with SpoolFile(DiskRoom(tmp_path, 0), expected) as file:
        for start in range(0, len(content), 100_000):
            file.write(content[start : start + 100_000])
        file.begin_reading()
        assert file.read() == content
        assert os.fstat(file.fileno()).st_blocks * 512 < 3.2 * MEBIBYTE, "more than was written is still taken"


def test_room_that_the_disk_itself_refuses_leaves_nothing_taken(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, start: int, size: int) -> None:
        os.ftruncate(descriptor, start + size // 2)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with (disk.folder / "file").open("wb") as file:
        with pytest.raises(OSError, match="No space left"):
            Reservation(DiskRoom(disk.folder, 0), file.fileno()).cover(5 * MEBIBYTE)
        assert os.fstat(file.fileno()).st_size == 0
