"""``make new-worker name=worker-io queue=io``: a folder with a worker that reads one queue."""

import re
from pathlib import Path

from deploy.scaffold.files import ScaffoldError
from stackroom_jobs.queues import check_queue
from stackroom_jobs.worker.found import package_of

NAME = re.compile(r"worker(-[a-z][a-z0-9]*)+")
MAX_NAME = 40  # characters
APP = '''"""Entry of Celery: ``celery -A {package}.app worker``."""

from stackroom_jobs.worker import create_worker

app = create_worker("{name}", queues=["{queue}"])
'''
PROJECT = """[build-system]
requires = ["flit_core>=3.12,<4"]
build-backend = "flit_core.buildapi"

[project]
name = "stackroom-{name}"
version = "0.1.0"
description = "Celery worker for the queue {queue}."
requires-python = ">=3.11,<3.14"
license = "MIT"
dependencies = ["stackroom-jobs", "stackroom-kit"]

[tool.flit.module]
name = "{package}"
"""
COMPOSE = """# docker compose -f compose.yaml -f {name}/compose.yaml up --build --wait
services:
  {name}:
    extends: {{file: compose.yaml, service: worker-cpu}}
    build: {{dockerfile: {name}/Dockerfile}}
    image: stackroom-{name}
"""
LIKE = "worker-cpu"  # whose image and lock the new one begins with


def new_worker(root: Path, name: str, queue: str) -> dict[str, str]:
    """ScaffoldError."""
    if not NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise ScaffoldError(f"{name!r} is no name of a worker: worker-, then words of small letters and digits")
    try:
        check_queue(queue)
    except ValueError as error:
        raise ScaffoldError(str(error)) from None
    if (root / name).exists():
        raise ScaffoldError(f"{name} is there already, so nothing was written")
    package = package_of(name)
    said = {"name": name, "package": package, "queue": queue}
    dockerfile = (root / LIKE / "Dockerfile").read_text(encoding="utf-8")
    lock = (root / LIKE / "requirements.txt").read_text(encoding="utf-8")
    return {
        f"{name}/pyproject.toml": PROJECT.format(**said),
        f"{name}/requirements.txt": lock,
        f"{name}/Dockerfile": dockerfile.replace(LIKE, name).replace(package_of(LIKE), package),
        f"{name}/compose.yaml": COMPOSE.format(**said),
        f"{name}/{package}/__init__.py": f'"""The worker for the queue ``{queue}``."""\n',
        f"{name}/{package}/py.typed": "",
        f"{name}/{package}/app.py": APP.format(**said),
        f"{name}/{package}/operations/__init__.py": (
            '"""The operations of this worker: one file each, found by itself."""\n'
        ),
        f"{name}/{package}/tasks/__init__.py": (
            '"""Plain Celery tasks of a team\'s own: one file each, found by itself."""\n'
        ),
    }
