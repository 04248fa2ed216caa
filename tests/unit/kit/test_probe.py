"""What a container's health check says."""

import http.server
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackroom_kit.probe import MAX_AGE, main


class _Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def url() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_service_that_answers_is_healthy(url: str) -> None:
    assert main(["url", f"{url}/health"]) == 0


def test_service_that_answers_an_error_is_not(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["url", f"{url}/other"]) == 1
    assert "503" in capsys.readouterr().err


def test_service_that_is_away_is_not_healthy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["url", "http://127.0.0.1:1/health"]) == 1
    assert "refused" in capsys.readouterr().err


def test_fresh_heartbeat_is_healthy_an_old_or_missing_one_is_not(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    assert main(["file", str(beat)]) == 1
    beat.touch()
    assert main(["file", str(beat)]) == 0
    os.utime(beat, (time.time(), time.time() - MAX_AGE - 1))
    assert main(["file", str(beat)]) == 1


def test_unknown_words_explain_the_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert "stackroom_kit.probe" in capsys.readouterr().err


def test_heartbeat_file_that_holds_a_reason_is_not_healthy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beat = tmp_path / "beat"
    beat.write_text("unhealthy: the GPU is lost\n")
    assert main(["file", str(beat)]) == 1
    assert capsys.readouterr().err == "unhealthy: the GPU is lost\n"
