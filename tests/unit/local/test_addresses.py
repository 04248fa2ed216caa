"""Where the parts listen, and what `make up` says of ports that it cannot have."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.local.addresses import BASES, SETTINGS, PortTaken, listening, refuse_taken_ports, with_addresses
from deploy.local.home import AlreadyRunning, Home
from deploy.local.part import Listening
from deploy.local.parts import running_gateway
from deploy.local.pid_files import write_pid_file
from deploy.local.ports import LOOPBACK, free_port, is_taken
from deploy.local.preflight import check
from stackroom_kit.settings import SettingsError


@pytest.fixture
def taken() -> Iterator[list[int]]:
    """Two ports on which somebody listens."""
    with ExitStack() as strangers:
        servers = [strangers.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(2)]
        yield [server.getsockname()[1] for server in servers]


def ports(given: dict[str, str]) -> list[int]:
    addresses = with_addresses(given)
    return [listening(part, addresses).port for part in SETTINGS]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [5000, 5001, 5002, 5003, 5004]),
        ({"PORT_BASE": "6000"}, [6000, 6001, 6002, 6003, 6004]),
        ({"PORT_BASE": "6000", "UI_PORT": "80"}, [80, 6001, 6002, 6003, 6004]),
        ({"PORT_BASE": "6000", "CATALOG_URL": "http://localhost:9000"}, [6000, 9000, 6002, 6003, 6004]),
        ({"PORT_BASE": "", "UI_PORT": ""}, [5000, 5001, 5002, 5003, 5004]),
    ],
)
def test_one_setting_moves_every_port_that_has_none_of_its_own(given: dict[str, str], expected: list[int]) -> None:
    assert ports(given) == expected


@pytest.mark.parametrize("base", ["0", "80", "65534", "many"])
def test_base_of_ports_must_be_one(base: str) -> None:
    with pytest.raises(SettingsError, match=f"PORT_BASE='{base}' is not allowed; allowed: a whole number from 1024 to"):
        with_addresses({"PORT_BASE": base})


def test_all_taken_ports_are_named_at_once_and_a_base_that_is_free(taken: list[int]) -> None:
    wanted = {"ui": Listening(LOOPBACK, taken[0], "UI_PORT"), "importer": Listening(LOOPBACK, taken[1], "IMPORTER_URL")}
    with pytest.raises(PortTaken) as refused:
        refuse_taken_ports({**wanted, "catalog": Listening(LOOPBACK, free_port(), "CATALOG_URL")})
    first, second, way_out = str(refused.value).splitlines()
    assert first == f"port {taken[0]} is taken, and ui needs it: free it or set UI_PORT"
    assert second == f"port {taken[1]} is taken, and importer needs it: free it or set IMPORTER_URL"
    proposed = re.search(r"echo PORT_BASE=(\d+) >> \.env$", way_out)
    assert proposed
    assert int(proposed[1]) in BASES
    assert not any(is_taken(LOOPBACK, port) for port in ports({"PORT_BASE": proposed[1]}))


def test_port_that_two_parts_want_is_named() -> None:
    addresses = with_addresses({"UI_PORT": "7001", "CATALOG_URL": "http://localhost:7001"})
    with pytest.raises(PortTaken, match="port 7001 is to be that of ui and of catalog: set CATALOG_URL"):
        refuse_taken_ports({part: listening(part, addresses) for part in ("ui", "catalog")})


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_address_of_another_machine_is_no_traceback(host: str) -> None:
    where = {"ui": Listening(host, free_port(), "UI_PORT")}
    with pytest.raises(PortTaken, match=rf"{host}:\d+ cannot be listened on \(.+\), and ui needs it"):
        refuse_taken_ports(where)


def test_fixed_port_of_a_server_moves_with_no_base(taken: list[int]) -> None:
    with pytest.raises(PortTaken) as refused:
        refuse_taken_ports({"postgres": Listening(LOOPBACK, taken[0], "POSTGRES_PORT")})
    assert "PORT_BASE" not in str(refused.value)


@pytest.mark.parametrize("line", ["UI_PORT={}", "export UI_PORT='{}'  # mine", 'MEDIA_URL="http://127.0.0.1:{}"'])
def test_ports_are_looked_at_before_there_is_an_environment(tmp_path: Path, taken: list[int], line: str) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"LOG_LEVEL=INFO\n{line.format(taken[0])}\n")
    base = {"PORT_BASE": "61000"}
    with pytest.raises(PortTaken, match=f"port {taken[0]} is taken"):
        check(Home(tmp_path / "home"), True, env_file, base)
    check(Home(tmp_path / "home"), False, env_file, base)


def test_second_stack_is_refused_before_the_environment_is_touched(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.lock(), pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\b.*make down"):
        check(home, False, tmp_path / ".env", {})
    check(home, False, tmp_path / ".env", {})


def test_gateway_is_looked_for_where_the_running_stack_has_it(tmp_path: Path) -> None:
    """`make up PORT_BASE=6100` moves it for that stack alone, and `make doctor` in another terminal is not told so."""
    home, given = Home(tmp_path), {"PORT_BASE": "5500"}
    assert running_gateway(home, given) == f"http://{LOOPBACK}:5500"
    write_pid_file(home.folder("run"), "ui", os.getpid(), 15, 6100)
    assert running_gateway(home, given) == f"http://{LOOPBACK}:6100"
