"""Whether a port is taken."""

import socket

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
