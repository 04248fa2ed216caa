"""The whole suite in three processes at once, since most tests wait most of the time.

Each file stays in one process, which has servers, folders and ports of its own; so do all files of a folder that share
a stack, or the model for shots.
"""

import os
from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadScopeScheduling

from deploy.local.ports import NOT_LENT, choose_from

PROCESSES = 3
# A folder inside another one stands before it.
SHARING = (
    "tests/browser/auth",
    "tests/browser",
    "tests/integration/auth",
    "tests/integration/local",
    "tests/integration/whole_stack",
    "tests/integration/bad_input",
    "tests/unit/worker_gpu",
)
# What begins last keeps all others waiting at the end, so it had better be short.
SLOWEST_FIRST = (*SHARING, "tests/integration/gateway/test_fuzz.py", "tests/integration", "tests/contract", "tests")


def processes_for(config: pytest.Config) -> int:
    """0 for what was chosen by name, which starts sooner and is easier to follow in this process alone."""
    options = config.option
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not options.keyword
    return PROCESSES if is_whole and options.capture != "no" else 0


def share_machine() -> None:
    """In one of several processes: ports that no other one chooses, and one thread for torch, which else takes all."""
    name = os.environ.get("PYTEST_XDIST_WORKER")
    if name:
        choose_from(ports_of(name))
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def ports_of(name: str) -> Sequence[int]:
    """``gw0`` is the first; one that takes the place of a crashed one has a higher number."""
    return NOT_LENT[int(name.removeprefix("gw")) % PROCESSES :: PROCESSES]


def rank(file: str) -> int:
    return next(place for place, beginning in enumerate(SLOWEST_FIRST) if file.startswith(beginning))


class FolderScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process one file after the other, or one folder of those whose files share something."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in SHARING if file.startswith(f"{folder}/")), file)
