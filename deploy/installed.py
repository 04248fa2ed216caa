"""``python -m deploy.installed``: names what the environment has and no lock, for ``make environment`` to remove."""

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from deploy.locks import DEVELOPMENT, MODEL, ROOT, TORCH, TORCH_CPU, versions_of

WITH_THE_INTERPRETER = frozenset({"pip", "setuptools"})
LINK = "direct_url.json"  # of what was installed from a folder: a member, or somebody's own work


def unlocked() -> list[str]:
    """Installed from an index, and in no lock of this environment any more."""
    locked = {name for lock in (DEVELOPMENT, MODEL, TORCH, TORCH_CPU) for name in _versions(ROOT / lock)}
    return sorted(name for name, _ in _from_an_index() if name not in locked | WITH_THE_INTERPRETER)


def differing(lock: Path = ROOT / DEVELOPMENT) -> list[str]:
    """A line for each package of the lock that is not here, or in another version."""
    here = dict(_from_an_index())
    return [
        f"{name} is {here.get(name, 'not installed')}, and the lock has {', '.join(sorted(wanted)).replace('==', '')}"
        for name, wanted in _versions(lock).items()
        if f"=={here.get(name)}" not in wanted
    ]


def _versions(lock: Path) -> dict[str, set[str]]:
    found = versions_of(lock.read_text(encoding="utf-8"), [{}])  # for this interpreter
    return {canonicalize_name(name): versions for name, versions in found.items()}


def _from_an_index() -> Iterator[tuple[str, str]]:
    for one in importlib.metadata.distributions():
        if one.read_text(LINK) is None:
            yield canonicalize_name(one.name), one.version


if __name__ == "__main__":
    sys.stdout.write("".join(f"{name}\n" for name in unlocked()))
