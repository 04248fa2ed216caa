"""What a file is, by its first bytes."""

from pathlib import Path

import pytest

from importer.media.kinds import HEAD_BYTES, KINDS, UNKNOWN, kind_of_bytes, kind_of_name
from tests.support.videos.containers import write_container
from tests.support.videos.files import write_video


@pytest.mark.parametrize(
    ("name", "codec", "suffix"),
    [
        ("a.mp4", "mpeg4", "mp4"), ("a.mov", "mpeg4", "mov"), ("a.mkv", "ffv1", "mkv"), ("a.webm", "libvpx", "webm"),
        ("a.avi", "mjpeg", "avi"), ("a.ts", "mpeg2video", "ts"), ("a.mpg", "mpeg2video", "mpg"),
        ("a.flv", "flv", "flv"), ("a.nut", "mpeg4", "nut"),
    ],
)  # fmt: skip
def test_real_video_is_known_by_its_bytes(tmp_path: Path, name: str, codec: str, suffix: str) -> None:
    head = write_video(tmp_path / name, 3, codec).read_bytes()[:HEAD_BYTES]
    assert kind_of_bytes(head).suffix == suffix


@pytest.mark.parametrize(("name", "suffix"), [("a.dv", "dv"), ("a.apng", "apng")])
def test_video_with_pixels_of_its_own_is_known_by_its_bytes(tmp_path: Path, name: str, suffix: str) -> None:
    head = write_container(tmp_path / name, name, frames=3).read_bytes()[:HEAD_BYTES]
    assert kind_of_bytes(head).suffix == suffix


def test_picture_that_does_not_move_is_no_apng() -> None:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17) + b"\0\0\1\0IDATacTL"
    assert kind_of_bytes(head).suffix == "png"


@pytest.mark.parametrize(
    "content", [b"", b"<!doctype html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"MZ", b"#EXTM3U\n"]
)
def test_what_could_run_or_lead_elsewhere_is_of_no_kind(content: bytes) -> None:
    assert kind_of_bytes(content) is UNKNOWN


def test_kind_of_a_name_is_that_of_its_ending() -> None:
    assert [kind_of_name(f"uploads/x.{kind.suffix}") for kind in KINDS] == list(KINDS)
    assert kind_of_name("uploads/x.html") is kind_of_name("uploads/x.svg") is kind_of_name("x") is UNKNOWN
