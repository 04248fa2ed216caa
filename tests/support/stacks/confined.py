"""What each container of ours must be: nobody, on a read-only root, without capabilities, and with few neighbours."""

import pytest

from tests.support.stacks.compose import Compose

CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)"


def assert_confined(stack: Compose, service: str) -> None:
    assert stack.inside(service, "id", "-u") == "10001"
    host = stack.containers()[service]["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    status = stack.inside(service, "cat", "/proc/1/status")
    assert "CapEff:\t0000000000000000" in status
    with pytest.raises(AssertionError, match="Read-only file system"):
        stack.inside(service, "touch", "/anything")


def connect(stack: Compose, service: str, host: str, port: int) -> None:
    """AssertionError where it does not reach it."""
    stack.inside(service, "python", "-c", CONNECT, host, str(port))


def assert_unknown_to(stack: Compose, service: str, host: str, port: int) -> None:
    """``host`` is in no network of ``service``."""
    with pytest.raises(AssertionError, match=r"Name or service not known|failure in name resolution"):
        connect(stack, service, host, port)
