"""What belongs to one process of the gateway: limits that its requests share, open files, and whether it must end."""

import resource

OWN_FILES = 512  # logs, listeners, connections to services
FILES_PER_CONNECTION = 2  # itself, and a body or an answer on the disk
_stop_asked: list[bool] = []


class Limiter:
    """At most ``most`` of something at once. Greenlets switch only where they wait, so a plain number is enough."""

    def __init__(self, most: int) -> None:
        self._free = most

    @property
    def is_exhausted(self) -> bool:
        return self._free <= 0

    def acquire(self) -> bool:
        """False where all are taken."""
        if self.is_exhausted:
            return False
        self._free -= 1
        return True

    def release(self) -> None:
        self._free += 1


def raise_file_limit() -> int:
    """As many open files as this process may give itself; its children inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def connections_for(files: int, wanted: int) -> int:
    """How many of the ``wanted`` connections so many open files are enough for; one at least."""
    if files == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, (files - OWN_FILES) // FILES_PER_CONNECTION))


def note_stop() -> None:
    """Called on SIGTERM."""
    _stop_asked.append(True)


def is_stopping() -> bool:
    """Open event streams must not keep a process that was asked to end."""
    return bool(_stop_asked)
