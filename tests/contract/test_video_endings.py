"""What ends like a video is one everywhere: in the media folder, for the command, on the page."""

from pathlib import Path

import pytest

from importer.media.kinds import KINDS
from stackroom_client.source import VIDEO_ENDINGS

ROOT = Path(__file__).resolve().parents[2]
PICTURES = {"jpg", "png", "webp", "avif", "heic"}  # what does not move, or is decoded by nothing here
VIDEOS = sorted({kind.suffix for kind in KINDS} - PICTURES)


@pytest.mark.parametrize("suffix", VIDEOS)
def test_every_kind_of_video_is_known_by_its_ending(suffix: str) -> None:
    assert f".{suffix}" in VIDEO_ENDINGS
    assert suffix in endings_of_the_page()


def test_page_and_command_know_the_same_endings() -> None:
    assert set(VIDEO_ENDINGS) == {f".{ending}" for ending in endings_of_the_page()}


def endings_of_the_page() -> list[str]:
    script = (ROOT / "services/ui/ui/static/js/media.js").read_text()
    return script.partition("ENDINGS = /\\.(")[2].partition(")")[0].split("|")
