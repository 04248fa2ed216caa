"""Whether this process was asked to end: open streams must not keep it."""

_asked: list[bool] = []


def note_stop() -> None:
    """Called by the server's worker on SIGTERM."""
    _asked.append(True)


def is_stopping() -> bool:
    return bool(_asked)
