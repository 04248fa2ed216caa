"""Whether a port is taken."""

import socket
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.addresses import SETTINGS
from deploy.local.environment import compose_stack
from deploy.local.home import Home
from deploy.local.ports import accepts, free_port, is_taken


def test_port_is_taken_while_something_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert is_taken("127.0.0.1", port)
        assert accepts("127.0.0.1", port)


def test_port_is_free_when_nothing_listens() -> None:
    port = free_port()
    assert not is_taken("127.0.0.1", port)
    assert not accepts("127.0.0.1", port)


def test_embedded_servers_take_no_port_that_a_service_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    urls = [name for name in SETTINGS.values() if name.endswith("_URL")]
    services, servers = {name: free_port() for name in [*urls, "UI_PORT"]}, {free_port(), free_port()}
    monkeypatch.setattr(ports, "_given", set())
    monkeypatch.setattr(ports, "_choice", [*services.values(), *servers])
    given = {name: f"http://127.0.0.1:{port}" if name in urls else str(port) for name, port in services.items()}
    stack = compose_stack(Home(tmp_path), given)
    assert stack.postgres is not None
    assert stack.redis is not None
    assert {stack.postgres.port, stack.redis.port} == servers
