"""The whole suite in three processes at once, since most tests wait most of the time.

Each file stays in one process, which has servers, folders and ports of its own.
"""

import os

import pytest

from deploy.local.ports import NOT_LENT, choose_from

PROCESSES = 3
SLOWEST_FIRST = ("browser", "integration", "contract", "unit")


def processes_for(config: pytest.Config) -> int:
    """0 for what was chosen by name, which starts sooner and is easier to follow in this process alone."""
    options = config.option
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not options.keyword
    return PROCESSES if is_whole and options.capture != "no" else 0


def take_own_ports() -> None:
    """In one of several processes, ports that no other one chooses."""
    name = os.environ.get("PYTEST_XDIST_WORKER")
    if name:
        choose_from(NOT_LENT[int(name.removeprefix("gw")) % PROCESSES :: PROCESSES])


def rank(folder: str) -> int:
    """Slow files come first: one that begins last would keep all others waiting at the end."""
    return SLOWEST_FIRST.index(folder) if folder in SLOWEST_FIRST else len(SLOWEST_FIRST)
