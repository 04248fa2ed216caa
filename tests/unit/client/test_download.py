"""A file is there whole, or as it was before."""

from pathlib import Path

import pytest

from stackroom_client.download import whole_file
from stackroom_client.errors import UsageError


def test_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before")
    with whole_file(path) as file:
        file.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_of_a_file_that_was_not_finished(tmp_path: Path, error: type[BaseException]) -> None:
    writing = whole_file(tmp_path / "out")
    writing.__enter__().write(b"half")
    assert not writing.__exit__(error, error(), None), "the error must go on"
    assert list(tmp_path.iterdir()) == []


def test_device_is_written_as_it_is() -> None:
    with whole_file(Path("/dev/null")) as file:
        file.write(b"gone")
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("name", ["missing/out", "."])
def test_place_where_no_file_can_be_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be written"), whole_file(tmp_path / name):
        pass
