"""Ports of this machine: a free one, and whether one is taken."""

import errno
import secrets
import socket
from collections.abc import Iterable, Sequence

LOOPBACK = "127.0.0.1"
NOT_LENT = range(20_000, 32_000)  # the kernel lends those above to outgoing connections
_choice: Sequence[int] = NOT_LENT
_given: set[int] = set()


def choose_from(ports: Sequence[int]) -> None:
    """What ``free_port`` may give from now on: processes that choose at once, each from its own, cannot clash."""
    global _choice  # noqa: PLW0603 - as ``_given``, it is what this process knows of the machine's ports
    _choice = ports


def keep(ports: Iterable[int]) -> None:
    """``free_port`` gives none of these: something that has not started yet needs them."""
    _given.update(ports)


def free_port(host: str = LOOPBACK) -> int:
    """A port that nothing listened on a moment ago, and that was not given before.

    It is none of those that the kernel lends: one of these could be gone before it is used.
    """
    while True:
        port = secrets.choice(_choice)
        if port not in _given and not is_taken(host, port):
            _given.add(port)
            return port


def is_taken(host: str, port: int) -> bool:
    """Whether a server could not listen there because something else does. OSError for an address that is not ours."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # Servers set this too; without it, connections that wait for their end would count as a taken port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return True
    return False


def accepts(host: str, port: int, timeout: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=timeout):
            return True
    except OSError:
        return False
