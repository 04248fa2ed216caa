"""What is in the lock files: one version of a package for all interpreters."""

import os
from pathlib import Path

import pytest

from deploy.locks import DEVELOPMENT, ROOT, keeping_mtime_if_unchanged, versions_of

HASH = "    --hash=sha256:00\n"


@pytest.mark.parametrize(
    ("lock", "versions"),
    [
        (f"av==18.1.0 \\\n{HASH}", {"av": {"==18.1.0"}}),
        (
            (
                f"av==18.1.0 ; python_full_version < '3.12' \\\n{HASH}"
                f"av==19.0.2 ; python_full_version >= '3.12' \\\n{HASH}"
            ),
            {"av": {"==18.1.0", "==19.0.2"}},
        ),
        (
            (
                f"numpy==2.4.6 ; python_full_version < '3.15' \\\n{HASH}"
                f"numpy==2.5.5 ; python_full_version >= '3.15' \\\n{HASH}"
            ),
            {"numpy": {"==2.4.6"}},
        ),
    ],
    ids=["one", "one for each interpreter", "another for what is not supported"],
)
def test_versions_are_those_of_the_supported_interpreters(lock: str, versions: dict[str, set[str]]) -> None:
    assert versions_of(lock) == versions


def test_versions_of_the_real_lock_are_found() -> None:
    assert versions_of((ROOT / DEVELOPMENT).read_text(encoding="utf-8"))["flask"]


@pytest.mark.parametrize(("written", "is_changed"), [("av==18.1.0\n", False), ("av==19.0.2\n", True)])
def test_lock_that_is_written_as_it_was_keeps_its_time(tmp_path: Path, written: str, is_changed: bool) -> None:
    """Else `make lock` would have a running stack start all its parts again."""
    lock = tmp_path / "requirements.txt"
    lock.write_text("av==18.1.0\n")
    os.utime(lock, (1, 1))
    with keeping_mtime_if_unchanged(lock):
        lock.write_text(written)
    assert (lock.stat().st_mtime != 1) == is_changed
