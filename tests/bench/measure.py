"""Ways of doing one thing, measured in turns, so that what the machine does meanwhile meets all of them."""

import statistics
import time
from collections.abc import Callable, Mapping


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def medians(ways: Mapping[str, Callable[[], float]], repetitions: int) -> dict[str, float]:
    """Each way is called once unmeasured, then all take turns; gives the median of what each returned."""
    for way in ways.values():
        way()
    measured: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repetitions):
        for name, way in ways.items():
            measured[name].append(way())
    return {name: statistics.median(values) for name, values in measured.items()}
