"""Lines of a .env file, as people write them."""

import re
from pathlib import Path

import pytest

from deploy.env_example import env_example, sections
from deploy.local.environment import EnvFileError, read_env_file


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
        ("UI_PORT= # the default", {"UI_PORT": ""}),
        ("POSTGRES_PASSWORD=#a", {"POSTGRES_PASSWORD": "#a"}),
        ("POSTGRES_PASSWORD='a$b${HOME}\"c'  # as it stands", {"POSTGRES_PASSWORD": 'a$b${HOME}"c'}),
        ("POSTGRES_PASSWORD=a$b${HOME}", {"POSTGRES_PASSWORD": "a$b${HOME}"}),
        ('POSTGRES_PASSWORD="a\\"b"', {"POSTGRES_PASSWORD": 'a"b'}),
        ("\ufeffUI_PORT=8080\r", {"UI_PORT": "8080"}),
        ("# UI_PORT=8080", {}),
        ("", {}),
    ],
)
def test_env_file_reads_a_line(tmp_path: Path, line: str, expected: dict[str, str]) -> None:
    file = tmp_path / ".env"
    file.write_text(line + "\n")
    assert read_env_file(file) == expected


def test_env_example_gives_the_defaults_when_every_line_is_taken(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(re.sub(r"(?m)^#(?=[A-Z_]+=)", "", env_example()))
    assert read_env_file(file) == {one.name: one.default for found in sections().values() for one in found}


def test_env_file_is_empty_when_it_is_not_there(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}


@pytest.mark.parametrize(
    "line", ["nonsense", "UI PORT=1", "my-name=1", "9TH=1", "=1", "'a'='b", 'A="never ends', "A='b' c"]
)
def test_env_file_names_the_line_that_it_cannot_read(tmp_path: Path, line: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"UI_PORT=1\n\n  # more\n\n{line}\n")
    with pytest.raises(EnvFileError, match=rf"\.env line 5 .*{re.escape(repr(line))}"):
        read_env_file(file)


def test_env_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("A=é".encode("latin-1"))
    for path in (tmp_path, tmp_path / "latin"):
        with pytest.raises(EnvFileError, match=f"{path} cannot be read: "):
            read_env_file(path)
