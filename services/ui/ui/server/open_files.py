"""How many connections the files that this process may open are enough for."""

import resource

FILES_OF_ITS_OWN = 512  # logs, listeners, connections to services
FILES_PER_CONNECTION = 2  # and a body or an answer that lies on the disk


def raise_limit() -> int:
    """As many open files as this process may give itself; its children inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def connections_for(files: int, wanted: int) -> int:
    """So many of the ``wanted`` connections; one at least."""
    if files == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, (files - FILES_OF_ITS_OWN) // FILES_PER_CONNECTION))
