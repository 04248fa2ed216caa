"""Every file of a worker's folder is found, and a broken one is named with its line."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackroom_jobs.operation import OperationError
from stackroom_jobs.worker.found import by_name, modules_in, operations_in, package_of

GOOD = """
import msgspec
from stackroom_jobs.context import Context
from stackroom_jobs.operation import operation
from stackroom_jobs.operations.normalize_record import normalize_record
from stackroom_jobs.operations.process_video import PROCESS_VIDEO


class Text(msgspec.Struct):
    payload: str


class Words(msgspec.Struct):
    words: int


@operation(queue="io")
def {name}(record: Text, context: Context) -> Words:
    return Words(1)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The operations of a worker of its own."""
    folder = tmp_path / "found_worker" / "operations"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.startswith("found_worker")]:
        del sys.modules[name]


def test_operations_of_every_file_are_found_and_those_without_a_function_are_not(folder: Path) -> None:
    (folder / "count_words.py").write_text(GOOD.format(name="count_words"))
    (folder / "count_more.py").write_text(GOOD.format(name="count_more"))
    found = by_name(operations_in("found_worker.operations"))
    assert set(found) == {"count_words", "count_more", "normalize_record"}


def test_worker_without_the_folder_has_none(folder: Path) -> None:
    assert operations_in("found_worker.tasks") == operations_in("no_worker_at_all.operations") == []
    assert modules_in("found_worker.operations") == []


def test_two_operations_of_one_name_are_refused(folder: Path) -> None:
    (folder / "a.py").write_text(GOOD.format(name="count_words"))
    (folder / "b.py").write_text(GOOD.format(name="count_words"))
    with pytest.raises(OperationError, match="count_words: two operations of this worker have this name"):
        by_name(operations_in("found_worker.operations"))


@pytest.mark.parametrize(
    ("code", "line", "sentence"),
    [
        ("import os\nimport no_such_library\n", 2, "ModuleNotFoundError: No module named 'no_such_library'"),
        ("\n\ndef f(:\n", 3, "SyntaxError: "),
        ("x = 1\n\nx / 0\n", 3, "ZeroDivisionError: division by zero"),
        (GOOD.format(name="count_words").replace(" -> Words", ""), 17, "OperationError: count_words: what it returns"),
    ],
)
def test_file_that_fails_is_named_with_line_and_reason_in_one_line(
    folder: Path, code: str, line: int, sentence: str
) -> None:
    file = folder / "broken.py"
    file.write_text(code)
    with pytest.raises(OperationError) as caught:
        operations_in("found_worker.operations")
    assert str(caught.value).startswith(f"{file}:{line}: {sentence}")
    assert "\n" not in str(caught.value)


def test_package_is_the_workers_name() -> None:
    assert package_of("worker-cpu") == "worker_cpu"
