"""The whole suite in three processes at once, since most tests wait most of the time.

Each file stays in one process, which has servers, folders and ports of its own.
"""

import os
from collections.abc import Sequence

import pytest

from deploy.local.ports import NOT_LENT, choose_from

PROCESSES = 3
SLOWEST_FIRST = ("browser", "integration", "contract", "unit")


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


def rank(folder: str) -> int:
    """Slow files come first: one that begins last would keep all others waiting at the end."""
    return SLOWEST_FIRST.index(folder) if folder in SLOWEST_FIRST else len(SLOWEST_FIRST)
