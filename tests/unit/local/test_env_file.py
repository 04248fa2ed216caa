"""Lines of a .env file, as people write them."""

from pathlib import Path

import pytest

from deploy.local.env_file import EnvFileError, read_env_file


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("UI_PORT=8080", {"UI_PORT": "8080"}),
        ("export UI_PORT=8080", {"UI_PORT": "8080"}),
        ("UI_PORT = 8080  # because 5000 is taken", {"UI_PORT": "8080"}),
        ("POSTGRES_PASSWORD='a # b'", {"POSTGRES_PASSWORD": "a # b"}),
        ('POSTGRES_PASSWORD="a=b"', {"POSTGRES_PASSWORD": "a=b"}),
        ("CELERY_BROKER_URL=redis://:p#w@host/0", {"CELERY_BROKER_URL": "redis://:p#w@host/0"}),
        ("UI_PORT=", {"UI_PORT": ""}),
        ("# UI_PORT=8080", {}),
        ("", {}),
    ],
)
def test_env_file_reads_a_line(tmp_path: Path, line: str, expected: dict[str, str]) -> None:
    file = tmp_path / ".env"
    file.write_text(line + "\n")
    assert read_env_file(file) == expected


def test_env_file_is_empty_when_it_is_not_there(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}


def test_env_file_names_the_line_that_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("UI_PORT=1\nnonsense\n")
    with pytest.raises(EnvFileError, match=r"\.env line 2 .*'nonsense'"):
        read_env_file(file)
