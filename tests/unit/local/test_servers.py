"""The embedded servers take connections only with their password, and only on this machine."""

from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis

from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from tests.support.servers.embedded import libpq_uri, running_redis


def test_postgres_gives_each_test_an_empty_database(postgres: str) -> None:
    connection = psycopg2.connect(libpq_uri(postgres))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        assert cursor.fetchone() == (0,)
    connection.close()


def test_postgres_refuses_a_connection_without_its_password(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(host="127.0.0.1", port=postgres_server.port, user="postgres", password="wrong")


def test_redis_gives_each_test_an_empty_database(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.dbsize() == 0
    client.set("left", "behind")
    client.close()


def test_redis_refuses_a_connection_without_its_password(redis_server: RedisServer) -> None:
    client = redis.Redis(host="127.0.0.1", port=redis_server.port)
    with pytest.raises(redis.AuthenticationError):
        client.ping()
    client.close()


def test_redis_reads_what_an_older_version_left(tmp_path: Path) -> None:
    """Redis before 7 kept one file of commands; newer ones keep a folder."""
    (tmp_path / "data").mkdir()
    commands = [("SELECT", "3"), ("RPUSH", "cpu", "a bell"), ("SETEX", "result", "3600", "{}")]
    lines = [part for words in commands for part in (f"*{len(words)}", *(f"${len(w)}\r\n{w}" for w in words))]
    (tmp_path / "data" / "appendonly.aof").write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    with running_redis(tmp_path, append_only=True) as server, closing(redis.Redis.from_url(server.url(3))) as client:
        assert client.lrange("cpu", 0, -1) == [b"a bell"]
        assert client.get("result") == b"{}"
