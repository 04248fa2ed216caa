"""Processes whose clock is wrong: a library loaded before all others answers for the system's clock."""

import importlib.util
from pathlib import Path


def clock(shift: int) -> dict[str, str]:
    """What runs a process by a clock that is so many seconds off; its monotonic clock stays as it is."""
    found = importlib.util.find_spec("libfaketime")
    assert found is not None
    assert found.origin is not None
    library = next(Path(found.origin).parent.rglob("libfaketime.so.1"))
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{shift:+d}s",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
