"""Secrets are made once, kept, and closed to others."""

import stat
from pathlib import Path

from deploy.local.home import kept_secret, written_secret


def test_secret_is_the_same_at_the_second_call(tmp_path: Path) -> None:
    first = kept_secret(tmp_path, "WORKER_TOKEN").read_text()
    assert len(first.strip()) >= 32
    assert kept_secret(tmp_path, "WORKER_TOKEN").read_text() == first


def test_secret_differs_from_another(tmp_path: Path) -> None:
    assert kept_secret(tmp_path, "A").read_text() != kept_secret(tmp_path, "B").read_text()


def test_secret_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    for path in (kept_secret(tmp_path, "A"), written_secret(tmp_path, "B", "value")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_secret_is_made_again_when_its_file_is_empty(tmp_path: Path) -> None:
    (tmp_path / "A").touch()
    assert kept_secret(tmp_path, "A").read_text().strip()


def test_written_secret_takes_the_new_value(tmp_path: Path) -> None:
    written_secret(tmp_path, "A", "old")
    assert written_secret(tmp_path, "A", "new").read_text() == "new\n"
