"""The sample: media types and their file extensions, a copy of the npm package ``mime-db``."""

from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("media_types.tsv")


class MediaType(NamedTuple):
    name: str  # "application/epub+zip"
    extension: str  # "epub"

    @property
    def group(self) -> str:
        """The part before the slash: application, audio, image, text, ..."""
        return self.name.split("/", 1)[0]


def read_media_types() -> list[MediaType]:
    """Over 1,000 pairs in a fixed order; an extension may stand for several media types."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [MediaType(*line.split("\t")) for line in lines if not line.startswith("#")]
