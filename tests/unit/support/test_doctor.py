"""`make doctor`: each thing that can be forgotten is found, named, and nothing is found where all is well."""

import shutil
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.doctor import Finding, checks, tree
from deploy.doctor.__main__ import main
from deploy.doctor.machine import busy_ports, old_environment, unknown_settings, wrong_settings
from deploy.doctor.stack import unread_queues, unserved_operations
from deploy.doctor.tree import TEXTS, migrations_with_two_heads, unlisted_workers, untranslated_titles
from deploy.env_example import sections
from deploy.local.addresses import free_base
from deploy.local.home import ROOT, Home
from deploy.local.ports import LOOPBACK, free_port

MIGRATION = 'revision = "{}"\ndown_revision = {}\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with what is looked at."""
    for name in (TEXTS, ".dockerignore"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_package_of_another_version_and_one_that_is_missing_are_found(tmp_path: Path) -> None:
    lock = tmp_path / "requirements-dev.txt"
    hashed = "    --hash=sha256:00\n"
    version = requests.__version__
    lock.write_text(f"nowhere-to-be-found==1.0 \\\n{hashed}requests=={version} \\\n{hashed}flask==0.1 \\\n{hashed}")
    (found,) = old_environment(lock)
    assert "nowhere-to-be-found is not installed, and the lock has 1.0" in found.what
    assert "the lock has 0.1" in found.what
    assert "requests" not in found.what.replace("requirements", "")
    assert found.mend == "make environment"
    lock.write_text(f"requests=={version} \\\n{hashed}")
    assert list(old_environment(lock)) == []


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("UI_PROT", "write UI_PORT instead"),
        ("CELERY_BROKER_ULR_FILE", "write CELERY_BROKER_URL instead"),
        ("SOMETHING_ELSE_ENTIRELY", "take the line out; .env.example has every setting"),
    ],
)
def test_name_that_nobody_knows_is_found_with_the_one_that_was_meant(name: str, mend: str) -> None:
    assert list(unknown_settings({name: "1"})) == [Finding(f".env has {name}, which nobody reads", mend)]


def test_every_setting_is_known_also_as_a_file_and_those_of_compose() -> None:
    ours = [one.name for found in sections().values() for one in found]
    names = [*ours, *(f"{name}_FILE" for name in ours), "PUBLISHED_ADDRESS", "STACKROOM_URL"]
    assert list(unknown_settings(dict.fromkeys(names, ""))) == []


def test_wrong_value_is_found_once_though_many_parts_read_it() -> None:
    (found,) = wrong_settings({"LOG_LEVEL": "LOUD"})
    assert found.what.startswith("LOG_LEVEL='LOUD' is not allowed; allowed: one of DEBUG")
    assert list(wrong_settings({})) == []


def test_gateway_that_others_reach_without_a_decision_is_found() -> None:
    (found,) = wrong_settings({"PUBLISHED_ADDRESS": "0.0.0.0"})
    assert "set AUTH=on" in found.what
    assert list(wrong_settings({"PUBLISHED_ADDRESS": "0.0.0.0", "AUTH": "off"})) == []


def test_taken_port_is_found_with_ports_that_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = ("CATALOG_URL", "IMPORTER_URL", "WORKER_API_URL", "MEDIA_URL")
    free = {name: f"http://{LOOPBACK}:{free_port()}" for name in urls}
    with socket.create_server((LOOPBACK, 0)) as stranger:
        port, base = stranger.getsockname()[1], free_base()
        monkeypatch.setattr("deploy.local.addresses.BASES", (port, base))
        (found,) = busy_ports({**free, "UI_PORT": str(port)})
        assert found.what == f"port {port} is taken, and ui needs it: free it or set UI_PORT"
        assert found.mend == f"echo PORT_BASE={base} >> .env moves all of them"
    assert list(busy_ports({**free, "UI_PORT": str(free_port())})) == []


@pytest.mark.parametrize("number", ["0002", "0003"])
def test_two_newest_migrations_are_found(root: Path, number: str) -> None:
    """Also two of one number, as two branches make them."""
    versions = root / "services/catalog/catalog/migrations/versions"
    write(versions / "0001_register.py", MIGRATION.format("0001", None))
    write(versions / "0002_rooms.py", MIGRATION.format("0002", '"0001"'))
    assert list(migrations_with_two_heads(root)) == []
    write(versions / "0002_shelves.py", MIGRATION.format(number, '"0001"'))
    (found,) = migrations_with_two_heads(root)
    assert found.what == "0002_rooms.py and 0002_shelves.py are both the newest migration of catalog"
    assert '0002_shelves.py write down_revision = "0002"' in found.mend


@pytest.mark.parametrize("entry", ["", 'msgid "Shelf life"\nmsgstr ""\n', '#, fuzzy\nmsgid "Shelf life"\nmsgstr "x"\n'])
def test_title_without_russian_words_is_found(root: Path, monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    monkeypatch.setattr(tree, "_titles", lambda _: [("the resource shelves", "Shelf life")] * 2)
    before = (root / TEXTS).read_text()
    write(root / TEXTS, f"{before}\n{entry}")
    (found,) = untranslated_titles(root)
    assert found.what == "the title 'Shelf life' of the resource shelves has no Russian words"
    assert found.mend.startswith('add msgid "Shelf life"')
    write(root / TEXTS, f'{before}\nmsgid "Shelf life"\nmsgstr "Срок хранения"\n')
    assert list(untranslated_titles(root)) == []


def test_titles_are_those_of_resources_their_columns_and_operations() -> None:
    whats = {what for what, _ in tree._titles(ROOT)}
    assert {"the resource groups", "the operation normalize_record", "the operation process_video"} <= whats


def test_worker_that_no_image_could_be_made_of_is_found(root: Path) -> None:
    write(root / ".dockerignore", "*\n!worker-io/requirements.txt\n")
    write(root / "worker-io/worker_io/app.py")
    found = {one.what: one.mend for one in unlisted_workers(root)}
    unsent = "worker-io/worker_io never reaches the engine that builds images"
    assert found == {
        unsent: "echo '!worker-io/worker_io' >> .dockerignore",
        "worker-io has no pyproject.toml, so nothing finds it": (
            "write one like worker-cpu/pyproject.toml, then make lock"
        ),
    }


def test_worker_without_a_lock_is_found(root: Path) -> None:
    write(root / "worker-cpu/worker_cpu/app.py")
    write(root / "worker-cpu/pyproject.toml")
    assert list(unlisted_workers(root)) == [Finding("worker-cpu has no lock", "make lock")]
    write(root / "worker-cpu/requirements.txt")
    assert list(unlisted_workers(root)) == []


@pytest.mark.parametrize("check", [unlisted_workers, migrations_with_two_heads, untranslated_titles])
def test_nothing_of_this_checkout_was_forgotten(check: Callable[[Path], Iterable[Finding]]) -> None:
    assert list(check(ROOT)) == []


OPERATIONS = [
    {"name": "normalize_record", "queues": ["cpu"], "waiting_for_worker": False},
    {"name": "count_words", "queues": ["io", "cpu"], "waiting_for_worker": True},
]
QUEUES = [
    {"queue": "cpu", "ready": 3, "slots": 2},
    {"queue": "io", "ready": 4, "slots": 0},
    {"queue": "gpu", "ready": 0, "slots": 0},
]


@pytest.mark.parametrize(
    ("check", "items", "what"),
    [
        (unserved_operations, OPERATIONS, "no live worker serves the operation count_words (queue io, cpu)"),
        (unread_queues, QUEUES, "4 chunks wait on the queue io, which no live worker reads"),
    ],
)
def test_what_a_running_stack_lacks_is_found(
    monkeypatch: pytest.MonkeyPatch, check: Callable[[str], Iterable[Finding]], items: list[Any], what: str
) -> None:
    monkeypatch.setattr("deploy.doctor.stack._items", lambda *_: items)
    (found,) = check("http://nowhere")
    assert found.what == what
    assert "WORKERS" in found.mend


def test_stack_where_people_sign_in_is_asked_with_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_session: requests.Session, _url: str, headers: dict[str, str], timeout: float) -> requests.Response:
        made = requests.Response()
        made.status_code = 200 if headers == {"Authorization": "Bearer sr1_x"} else 401
        made._content = b'{"items": []}'
        return made

    monkeypatch.setattr(requests.Session, "get", answer)
    (found,) = unserved_operations("http://nowhere")
    assert (found.what, "STACKROOM_TOKEN" in found.mend) == ("http://nowhere says 401", True)
    assert list(unserved_operations("http://nowhere", "sr1_x")) == []
    assert [list(unread_queues("http://nowhere", shown)) for shown in ("", "sr1_x")] == [[], []]


def test_stack_that_does_not_answer_is_a_finding() -> None:
    (found,) = unserved_operations(f"http://{LOOPBACK}:{free_port()}")
    assert "does not answer" in found.what


@pytest.mark.parametrize(("findings", "status"), [([], 0), ([Finding("what", "how")], 1)])
def test_exit_status_says_whether_anything_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], findings: list[Finding], status: int
) -> None:
    monkeypatch.setattr(checks, "checks", lambda: [("all", lambda: findings)])
    assert main() == status
    assert capsys.readouterr().out.splitlines()[0] == ("found | all" if findings else "good  | all")


def test_running_stack_is_asked_and_its_ports_are_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checks, "DEFAULT", tmp_path)
    assert "ports" in [name for name, _ in checks.checks()]
    with Home(tmp_path).lock():
        names = [name for name, _ in checks.checks()]
    assert "ports" not in names
    assert names[-2:] == ["operations of the running stack", "queues of the running stack"]
