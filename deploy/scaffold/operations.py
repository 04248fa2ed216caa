"""``make new-operation name=count_words queue=cpu``: one file in the worker that reads the queue."""

import builtins
import importlib
import keyword
import re
import sys
from pathlib import Path

from deploy.scaffold.files import ScaffoldError
from stackroom_jobs.description import LOAD, LOAD_PREFIX
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.queues import DEFAULT_QUEUE, check_queue
from stackroom_jobs.worker.found import package_of

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
OF_THE_FILE = {"context", "msgspec", "operation", "record"}  # what it imports
TEXT = '''"""{title}: one record gives one result."""

import msgspec

from stackroom_jobs.context import Context
from stackroom_jobs.operation import operation
from stackroom_jobs.records import Record


class {struct}(msgspec.Struct, frozen=True, gc=False):
    id: str
    length: int


@operation(queue="{queue}", title="{title}")
def {name}(record: Record, _context: Context) -> {struct}:
    return {struct}(str(record.id), len(record.payload))
'''


def new_operation(root: Path, name: str, queue: str, worker: str) -> dict[str, str]:
    """``worker`` may be empty: then it is the one that reads the queue. ScaffoldError."""
    _check(name)
    try:
        check_queue(queue)
    except ValueError as error:
        raise ScaffoldError(str(error)) from None
    folder = worker or _worker_of(root, queue)
    package = root / folder / package_of(folder)
    if not (package / "app.py").is_file():
        raise ScaffoldError(f"there is no worker {folder}: {package / 'app.py'} is missing")
    struct, title = name.title().replace("_", ""), name.replace("_", " ").strip().capitalize()
    text = TEXT.format(name=name, queue=queue, struct=struct, title=title)
    return {f"{folder}/{package.name}/operations/{name}.py": text}


def _check(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ScaffoldError(f"{name!r} is no name of an operation: a letter, then letters, digits and _, all small")
    if name in {*OPERATIONS, LOAD} or name.startswith(LOAD_PREFIX):
        raise ScaffoldError(f"{name} is a name of Stackroom's own operations")
    if keyword.iskeyword(name) or hasattr(builtins, name) or name in OF_THE_FILE:
        raise ScaffoldError(f"{name} means something else in Python or in the file: choose another name")


def _worker_of(root: Path, queue: str) -> str:
    found = [folder.name for folder in sorted(root.glob("worker-*")) if queue in _reads(folder)]
    if not found:
        raise ScaffoldError(
            f"no worker reads the queue {queue}: `make new-worker name=worker-{queue} queue={queue}` makes one, "
            f"worker=worker-cpu lets that one read it"
        )
    return found[0]


def _reads(folder: Path) -> set[str]:
    """Queues by their words."""
    package = package_of(folder.name)
    if not (folder / package / "app.py").is_file():
        return set()
    sys.path.insert(0, str(folder))
    app = importlib.import_module(f"{package}.app").app
    default = app.conf.task_default_queue
    return {DEFAULT_QUEUE if name == default else name for name in app.reads}
