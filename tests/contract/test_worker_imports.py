"""What the images of workers run needs no web framework and no database driver: they have none."""

import subprocess
import sys

import pytest

from deploy.locks import WORKERS
from stackroom_jobs.worker.found import package_of

BLOCKED = ("catalog", "importer", "ui", "flask", "werkzeug", "gunicorn", "sqlalchemy", "psycopg2")
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys(sys.argv[2].split(","), None))
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{package.__name__}."):
    importlib.import_module(module.name)
"""
# The kit's are those that workers and health checks of images name.
NAMED = [
    "stackroom_jobs",
    *(f"{package_of(name)}.{part}" for name in WORKERS for part in ("app", "operations", "tasks")),
    "stackroom_kit.probe",
    "stackroom_kit.csv",
]


def import_all(name: str) -> "subprocess.CompletedProcess[str]":
    """In an interpreter of its own, in which nobody can import what is blocked."""
    command = [sys.executable, "-c", IMPORT_ALL, name, ",".join(BLOCKED)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("name", NAMED)
def test_workers_import_no_web_framework(name: str) -> None:
    done = import_all(name)
    assert done.returncode == 0, done.stderr


def test_what_is_blocked_cannot_be_imported() -> None:
    done = import_all("stackroom_kit.problems")
    assert "import of flask halted" in done.stderr
