"""How the gateway starts and stops."""

import signal
from pathlib import Path

import pytest
import requests

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import exchange
from tests.support.servers.processes import Process, python

NOWHERE = f"http://{LOOPBACK}:1"
WARNING = "WARNING ui"


def test_gateway_of_others_warns_that_it_asks_nobody_and_answers_to_trusted_hosts(tmp_path: Path) -> None:
    settings = {"UI_HOST": "0.0.0.0", "TRUSTED_HOSTS": "books.example", "AUTH": "off"}
    with running_gateway(tmp_path, NOWHERE, NOWHERE, settings) as (url, process):
        assert WARNING in process.output()
        assert "UI_HOST is 0.0.0.0" in process.output()
        assert exchange(url, "GET", "/api/health", {"Host": "books.example"}).status == 200
        assert exchange(url, "GET", "/api/health", {"Host": "other.example"}).status == 421


def test_gateway_ends_in_good_order_on_sigterm_though_a_client_keeps_its_connection(tmp_path: Path) -> None:
    with running_gateway(tmp_path, NOWHERE, NOWHERE, {"CLIENT_SILENCE_SECONDS": "60"}) as (url, process):
        with requests.Session() as session:
            assert session.get(f"{url}/api/health", timeout=20).status_code == 200
            assert WARNING not in process.output()
            assert process.stop(signal.SIGTERM, timeout=15) == 0  # gunicorn itself would kill it after 20 s
        assert "Traceback" not in process.output()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UI_PORT", "70000"),
        ("CATALOG_URL", "ftp://x"),
        ("IMPORTER_URL", "http://x/path"),
        ("UPSTREAM_CONNECTIONS", "0"),
        ("UI_HOST", "0.0.0.0"),  # without AUTH
    ],
)
def test_gateway_refuses_to_start_with_a_wrong_setting(tmp_path: Path, name: str, value: str) -> None:
    command = python("-m", "gunicorn", "-c", "python:ui.server.gunicorn_conf", "ui.wsgi:app")
    process = Process(command, tmp_path / "log", {"UI_PORT": str(free_port()), name: value})
    try:
        assert process.wait() != 0
        assert name in process.output()
        assert "Traceback" not in process.output()
    finally:
        process.stop()
