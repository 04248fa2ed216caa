"""How many threads one process may compute with: the libraries count the cores of the host, whatever a container gets.

Threads that wait for each other on cores that they do not have are slower than few, and those of a host with a hundred
cores would not fit into a container's limit of processes, which would be the death of each child.
"""

import os
from pathlib import Path

MOST = 16  # more do not help windows of 48x27 pixels
CGROUP = Path("/sys/fs/cgroup")


def pin_threads() -> None:
    """For every process that is started from now on. Who set a number knows better."""
    os.environ.setdefault("OMP_NUM_THREADS", str(usable_cores()))
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # numpy starts them when it is imported, and here they never work


def usable_cores(cgroup: Path = CGROUP) -> int:
    """Cores that this process may run on, and has the time of, rounded up; at most MOST."""
    return max(1, min(MOST, len(os.sched_getaffinity(0)), _granted(cgroup)))


def _granted(cgroup: Path) -> int:
    """By the quota of a container, of cgroup 2 or 1; MOST without one."""
    for files in (["cpu.max"], ["cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"]):
        try:
            quota, period = map(int, " ".join((cgroup / name).read_text() for name in files).split())
        except (OSError, ValueError):  # no such file, or "max"
            continue
        if quota > 0:
            return -(-quota // period)
    return MOST
