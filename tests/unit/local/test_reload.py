"""`RELOAD=1`: what counts as a change, and which parts start again for it."""

import os
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from deploy.local import reload
from deploy.local.home import ROOT
from deploy.local.part import Part, Stage
from deploy.local.parts import sources_of
from deploy.local.reload import Reloader

FOLDERS = {"catalog": ("catalog", "kit"), "worker-cpu": ("worker-cpu", "jobs", "kit"), "postgres": ()}


@pytest.fixture
def prepared() -> list[Collection[Path]]:
    return []


@pytest.fixture
def reloader(tmp_path: Path, prepared: list[Collection[Path]], monkeypatch: pytest.MonkeyPatch) -> Reloader:
    monkeypatch.setattr(reload, "PAUSE", 0.0)
    for folders in FOLDERS.values():
        for folder in folders:
            write(tmp_path / folder / "code.py", "old")
    parts = [
        Part(name, Stage.SERVICE, [], {}, lambda _: True, sources=[tmp_path / one for one in folders])
        for name, folders in FOLDERS.items()
    ]
    return Reloader(parts, prepared.append)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def remove(path: Path) -> None:
    path.unlink()


def touch_later(path: Path) -> None:
    """Same size, another time."""
    os.utime(path, (path.stat().st_mtime + 1,) * 2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("catalog/code.py", ["catalog"]),
        ("jobs/code.py", ["worker-cpu"]),
        ("kit/code.py", ["catalog", "worker-cpu"]),
        ("catalog/templates/new/page.html", ["catalog"]),
        ("elsewhere/code.py", []),
        ("catalog/__pycache__/code.pyc", []),
        ("catalog/messages.mo", []),
        ("catalog/.code.py.swp", []),
        ("catalog/code.py~", []),
        ("worker-cpu/.venv/lib/code.py", []),
    ],
)
def test_change_starts_the_parts_again_that_have_the_file(
    tmp_path: Path, reloader: Reloader, prepared: list[Collection[Path]], name: str, expected: list[str]
) -> None:
    assert reloader.due() == []
    write(tmp_path / name, "newer")
    assert [reloader.due(), reloader.due(), reloader.due()] == [[], expected, []]
    assert prepared == ([{tmp_path / name}] if expected else [])


@pytest.mark.parametrize("change", [remove, touch_later])
def test_file_that_is_gone_or_only_newer_has_changed(
    tmp_path: Path, reloader: Reloader, change: Callable[[Path], None]
) -> None:
    change(tmp_path / "catalog" / "code.py")
    assert [reloader.due(), reloader.due()] == [[], ["catalog"]]


def test_files_that_are_still_being_written_are_waited_for(tmp_path: Path, reloader: Reloader) -> None:
    """A checkout of another branch changes many; parts start again once."""
    for name in ("catalog", "jobs"):
        write(tmp_path / name / "code.py", "newer")
        assert reloader.due() == []
    assert [reloader.due(), reloader.due()] == [["catalog", "worker-cpu"], []]


def test_part_runs_the_code_of_its_folder_and_of_the_libraries_that_it_needs() -> None:
    libraries = {ROOT / "libs/stackroom-kit", ROOT / "libs/stackroom-jobs"}
    assert {ROOT / "worker-cpu"} | libraries <= set(sources_of("worker-cpu"))
    assert ROOT / "libs/stackroom-sql" not in sources_of("worker-cpu")
    assert {ROOT / "services/catalog", ROOT / "libs/stackroom-sql"} <= set(sources_of("services/catalog"))
    assert ROOT / "libs/stackroom-jobs" not in sources_of("services/catalog")
