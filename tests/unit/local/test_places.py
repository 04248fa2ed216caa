"""PostgreSQL and Redis run wherever a checkout may lie, and one sentence says why where they cannot."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from deploy.local import postgres_server
from deploy.local.errors import ServerError
from deploy.local.postgres_server import PostgresServer
from tests.support.servers.embedded import libpq_uri, running_postgres, running_redis
from tests.support.servers.small_disk import mounted

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another account")
# The long one is longer than a Unix socket's path (107 bytes) and than the first line of a script (255).
NAMES = {"spaces and other letters": "Полка книг «№ 1» 'a' \"b\" \\ $x", "long": "/".join(["a" * 100] * 7)}


@pytest.fixture
def closed_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """PostgreSQL's programs as an environment in root's own home has them: other accounts cannot enter the folder."""
    programs = Path(postgres_server.binary("postgres")).parent
    package = programs.parents[1]
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    for one in (programs.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(one, folder / one.relative_to(package.parent), symlinks=True)
    programs = folder / programs.relative_to(package.parent)
    monkeypatch.setattr(postgres_server, "binary", lambda name: str(programs / name))
    yield folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def answer(server: PostgresServer) -> int:
    connection = psycopg2.connect(libpq_uri(server.uri()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        (found,) = cursor.fetchone() or (None,)
    connection.close()
    return int(found or 0)


@ROOT_ONLY
def test_postgres_runs_for_root_from_a_folder_that_others_cannot_enter(closed_programs: Path) -> None:
    with running_postgres(closed_programs) as server:
        assert answer(server) == 1


@ROOT_ONLY
def test_postgres_runs_for_the_root_of_a_container(closed_programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_server, "_held_capabilities", lambda: 1 << postgres_server.WAYS_IN["dac_override"])
    with running_postgres(closed_programs) as server:
        assert "--inh-caps=+dac_override" in server.command()
        assert answer(server) == 1


@ROOT_ONLY
def test_postgres_is_refused_in_one_sentence_where_root_has_no_capabilities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_server, "_held_capabilities", lambda: 0)
    with pytest.raises(ServerError, match=r"refuses to run as root.* has none of .*ordinary user, or set"):
        PostgresServer(tmp_path / "data", 1, "secret").initialise()


@ROOT_ONLY
@pytest.mark.parametrize(
    ("setpriv", "reason"),
    [
        ("", r"needs setpriv \(util-linux\)"),
        ("#!/bin/sh\necho 'setpriv: setresuid failed' >&2\nexit 1\n", "may not lend it the account.*setresuid failed"),
    ],
    ids=["not installed", "not permitted"],
)
def test_postgres_is_refused_in_one_sentence_where_root_cannot_lend_an_account(
    setpriv: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if setpriv:
        (tmp_path / "setpriv").write_text(setpriv)
        (tmp_path / "setpriv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError, match=f"^PostgreSQL refuses to run as root.*{reason}.*or set POSTGRES_HOST"):
        PostgresServer(tmp_path / "data", 1, "secret").initialise()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_both_servers_keep_their_data_in_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir(parents=True)
    with running_postgres(folder / "postgres") as postgres, running_redis(folder / "redis") as server:
        assert answer(postgres) == 1
        client = redis.Redis.from_url(server.url())
        assert client.config_get("dir") == {"dir": str(server.data)}
        client.close()


def test_both_servers_keep_their_data_on_another_file_system(tmp_path: Path) -> None:
    with (
        mounted(tmp_path / "disk", 200) as disk,
        running_postgres(disk.folder / "postgres") as postgres,
        running_redis(disk.folder / "redis"),
    ):
        assert answer(postgres) == 1


def test_postgres_names_the_folder_that_is_in_its_way(tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text("a file")
    with pytest.raises(ServerError, match=r"cannot keep data in .*/data: Not a directory; choose another folder"):
        PostgresServer(tmp_path / "postgres" / "data", 1, "secret").initialise()


def test_postgres_says_that_a_path_is_too_long_for_it(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a" * 200] * 5)
    with pytest.raises(ServerError, match=r"has 1\d{3} bytes, and PostgreSQL takes 900: use a folder"):
        PostgresServer(folder / "data", 1, "secret").initialise()
