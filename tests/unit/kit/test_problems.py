"""What no handler expects becomes a problem all the same."""

import errno

import pytest
from flask import Flask

from stackroom_kit.problems import register_problems


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 503, "disk_low"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), 503, "disk_low"),
        (OSError(errno.EFBIG, "File too large"), 503, "disk_low"),
        (OSError(errno.EIO, "Input/output error"), 500, "internal_error"),
        (ValueError("secret"), 500, "internal_error"),
    ],
)
def test_unexpected_error_is_a_problem_that_shows_nothing(error: Exception, status: int, code: str) -> None:
    app = Flask("broken")
    register_problems(app)

    @app.get("/")
    def fail() -> str:
        raise error

    answer = app.test_client().get("/")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert str(error) not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)
