"""The body of an import: exactly the file whose length was said, or nothing whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stackroom_client.errors import UsageError
from stackroom_client.source import opened
from stackroom_client.upload import BLOCK_BYTES, FileBody

CONTENT = b"0123456789" * (BLOCK_BYTES // 4)


def test_upload_gives_the_file_each_time_and_tells_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CONTENT)
    told: list[int] = []
    with opened(str(path)) as source:
        upload = FileBody(source, told.append)
        assert len(upload) == len(CONTENT)
        assert b"".join(upload) == b"".join(upload) == CONTENT
    assert told == [BLOCK_BYTES, 2 * BLOCK_BYTES, len(CONTENT)] * 2


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(BLOCK_BYTES + 1)


def rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"other")


@pytest.mark.parametrize("change", [grow, shrink, rewrite])
def test_upload_of_a_file_that_changes_is_never_whole(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CONTENT)
    with opened(str(path)) as source:
        blocks = iter(FileBody(source, lambda _sent: None))
        sent = len(next(blocks))
        change(path)
        with pytest.raises(UsageError, match=r"a\.csv changed while it was sent"):
            sent += sum(map(len, blocks))
    assert sent < len(CONTENT)


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"), opened(str(tmp_path / name)):
        pass
