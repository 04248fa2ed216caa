"""``make new-operation``, ``new-worker``, ``new-resource``: what they write passes every check, and is written once."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.workers import worker_folders
from deploy.locks import IMAGES, WORKERS
from deploy.scaffold.__main__ import main
from deploy.scaffold.resources import singular
from tests.support.servers.processes import ROOT

OPERATION = ["operation", "--name", "count_words", "--queue"]
NEW_WORKER = ["worker", "--name", "worker-io", "--queue", "io"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What of the repository the commands look at; workers are links, so nothing of ours can be changed."""
    for name in ("worker-cpu", "worker-gpu"):
        package = name.replace("-", "_")
        (tmp_path / name / package / "operations").mkdir(parents=True)
        for file in (f"{package}/app.py", "Dockerfile", "requirements.txt"):
            (tmp_path / name / file).symlink_to(ROOT / name / file)
    return tmp_path


def files(tree: Path) -> set[str]:
    return {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file() and not path.is_symlink()}


def checked(tree: Path, *paths: str) -> None:
    """As `make lint` does, by the settings of this repository."""
    for name in ("pyproject.toml", "libs", "services"):
        (tree / name).symlink_to(ROOT / name)
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", *paths],
            cwd=tree, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("queue", "file"),
    [
        ("cpu", "worker-cpu/worker_cpu/operations/count_words.py"),
        ("default", "worker-cpu/worker_cpu/operations/count_words.py"),
        ("gpu", "worker-gpu/worker_gpu/operations/count_words.py"),
    ],
)
def test_operation_is_one_file_in_the_worker_of_its_queue(
    tree: Path, queue: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*OPERATION, queue], tree) == 0
    assert files(tree) == {file}
    assert capsys.readouterr().out == f"{file}\n"
    assert len((tree / file).read_text().splitlines()) <= 20
    assert main([*OPERATION, queue], tree) == 2
    assert capsys.readouterr().err == f"{file} is there already, so nothing was written\n"


def test_worker_is_a_folder_and_its_first_operation_a_file(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(NEW_WORKER, tree) == 0
    assert files(tree) == {
        f"worker-io/{name}"
        for name in (
            "Dockerfile", "compose.yaml", "pyproject.toml", "requirements.txt", "worker_io/__init__.py",
            "worker_io/app.py", "worker_io/py.typed", "worker_io/operations/__init__.py", "worker_io/tasks/__init__.py",
        )
    }  # fmt: skip
    assert "worker-cpu" not in (tree / "worker-io/Dockerfile").read_text()
    assert main(NEW_WORKER, tree) == 2
    assert capsys.readouterr().err == "worker-io is there already, so nothing was written\n"
    assert main([*OPERATION, "io"], tree) == 0
    assert (tree / "worker-io/worker_io/operations/count_words.py").is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["operation", "--name", "Count"], "'Count' is no name of an operation"),
        (["operation", "--name", "count-words"], "is no name of an operation"),
        (["operation", "--name", ""], "is no name of an operation"),
        (["operation", "--name", "normalize_record"], "is a name of Stackroom's own operations"),
        (["operation", "--name", "load_shelves"], "is a name of Stackroom's own operations"),
        (["operation", "--name", "class"], "means something else in Python"),
        (["operation", "--name", "list"], "means something else in Python"),
        (["operation", "--name", "record"], "means something else in Python or in the file"),
        (["operation", "--name", "a", "--queue", "IO"], "'IO' is no name of a queue"),
        (["operation", "--name", "a", "--queue", "io"], "`make new-worker name=worker-io queue=io` makes one"),
        (["operation", "--name", "a", "--worker", "worker-x"], "there is no worker worker-x"),
        (["worker", "--name", "io", "--queue", "io"], "'io' is no name of a worker"),
        (["worker", "--name", "worker-io", "--queue", ""], "'' is no name of a queue"),
        (["worker", "--name", "worker-cpu", "--queue", "io"], "worker-cpu is there already"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    tree: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments, tree) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert files(tree) == set()


def test_queue_of_its_own_may_be_read_by_a_worker_that_is_there(tree: Path) -> None:
    assert main([*OPERATION, "io", "--worker", "worker-cpu"], tree) == 0
    assert 'queue="io"' in (tree / "worker-cpu/worker_cpu/operations/count_words.py").read_text()


@pytest.mark.parametrize("name", ["count_words", "a", "x" * 63, "a_b_c_d", "x2"])
def test_file_passes_the_checks_untouched(tree: Path, name: str) -> None:
    main(["operation", "--name", name], tree)
    main(NEW_WORKER, tree)
    main(["operation", "--name", name, "--queue", "io"], tree)
    checked(tree, "worker-cpu", "worker-io")


RESOURCE = "services/catalog/catalog/resources/lecterns.py"


def test_resource_is_one_file_with_the_steps_that_follow(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resource", "--name", "lecterns"], tree) == 0
    assert files(tree) == {RESOURCE}
    said = capsys.readouterr().out
    assert said.startswith(f"{RESOURCE}\n")
    assert "import LECTERNS from catalog.resources.lecterns" in said
    assert "`make migration name=lecterns`" in said
    assert len((tree / RESOURCE).read_text().splitlines()) <= 20
    assert main(["resource", "--name", "lecterns"], tree) == 2
    assert capsys.readouterr().err == f"{RESOURCE} is there already, so nothing was written\n"


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("shelves", "shelf"), ("boxes", "box"), ("entries", "entry"), ("groups", "group"), ("classes", "class"),
        ("branches", "branch"), ("glass", "glass"), ("book_shelves", "book_shelf"),
    ],
)  # fmt: skip
def test_model_is_called_by_the_singular(name: str, one: str) -> None:
    assert singular(name) == one


@pytest.mark.parametrize("name", ["", "Shelves", "a b", "полки", "groups", "importer", "resources", "class", "strings"])
def test_resource_without_a_right_name_is_refused_in_one_sentence(
    tree: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["resource", "--name", name], tree) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert files(tree) == set()


def test_file_of_a_resource_passes_the_linter(tree: Path) -> None:
    assert main(["resource", "--name", "book_shelves"], tree) == 0
    name = RESOURCE.replace("lecterns", "book_shelves")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "--stdin-filename", name, "-"],
            cwd=ROOT, input=(tree / name).read_text(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "word"),
    [
        (".dockerignore", "!worker-*/requirements*.txt"),
        (".dockerignore", "!worker-*/worker_*"),
        ("pyproject.toml", '"worker-*", "client"]'),
        ("pyproject.toml", 'files = ["libs", "services", "worker-*"'),
        ("Makefile", "MYPYPATH=$(subst $() ,:,$(sort $(wildcard worker-*)))"),
        ("Makefile", "services/ui $(sort $(wildcard worker-*)) client"),
        ("Makefile", "hadolint services/*/Dockerfile worker-*/Dockerfile"),
    ],
)
def test_new_worker_is_in_every_list_of_workers(file: str, word: str) -> None:
    """Locks, `make up` and the tests find folders by themselves: see `deploy.locks.WORKERS`."""
    assert word in (ROOT / file).read_text(encoding="utf-8")


def test_every_worker_folder_is_locked_and_started() -> None:
    here = {path.parent.name for path in ROOT.glob("worker-*/pyproject.toml")}
    assert here == {*WORKERS} <= {*IMAGES}
    assert here == {folder.name for folder in worker_folders({})}
