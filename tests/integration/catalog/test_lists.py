"""Lists of any length: all rows, once each, in the same memory; searches that end in time."""

import csv
import dataclasses
import hashlib
import http.client
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest
from flask.testing import FlaskClient

from catalog.app import create_app
from catalog.crud.listing import MAX_LIMIT
from catalog.settings import Settings
from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.process import running_gateway
from tests.support.servers.embedded import libpq_uri
from tests.support.servers.processes import Process
from tests.support.servers.services import running_service
from tests.support.waiting import wait_until

ROWS = 40_000  # 30 MB of JSON
GROUPS, FEW = 2 * MAX_LIMIT + 7, 20
FILL = f"""
INSERT INTO tbc.books_files_groups SELECT row, 'группа ' || row % 1500, NULL FROM generate_series(1, {GROUPS}) AS row;
INSERT INTO tbc.books_files_types SELECT row, 'файл ' || row % 977, repeat('x', 400) || row, row % {FEW} + 1
  FROM generate_series(1, {ROWS}) AS row;
"""
OPEN = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"""
LONGEST_GROWTH = 16  # megabytes
PATHS = ["/api/types/", "/api/types/?format=csv", "/api/types/?sort=-file_name", "/api/types/?q=xxx"]


def execute(uri: str, statement: str) -> None:
    with closing(psycopg2.connect(libpq_uri(uri))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)


def value(uri: str, query: str) -> object:
    with closing(psycopg2.connect(libpq_uri(uri))) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
        return row and row[0]


@pytest.fixture(scope="module")
def filled(make_migrated: Callable[[], str]) -> str:
    uri = make_migrated()
    execute(uri, FILL)
    return uri


@pytest.fixture(scope="module")
def client(filled: str) -> FlaskClient:
    """With one connection: whoever kept it would stop the next call."""
    return create_app(Settings(sqlalchemy_database_uri=filled, db_pool_size=1, search_seconds=60)).test_client()


@pytest.fixture(scope="module")
def service(filled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Process]]:
    settings = {"SQLALCHEMY_DATABASE_URI": filled, "WEB_PROCESSES": "1"}
    with running_service("catalog.wsgi:app", tmp_path_factory.mktemp("lists"), settings) as started:
        yield started


@pytest.fixture(scope="module")
def gateway(service: tuple[str, Process], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with running_gateway(tmp_path_factory.mktemp("gateway"), service[0], nowhere, {}) as (url, _):
        yield url


def pages(client: FlaskClient, query: str) -> list[dict[str, object]]:
    items, after = [], ""
    while True:
        page = client.get(f"/api/groups/?limit={MAX_LIMIT}{query}{after}").get_json()
        items += page["items"]
        if page["next"] is None:
            return items
        after = f"&after={page['next']}"


@pytest.mark.parametrize("query", ["", "&sort=-id", "&sort=name", "&sort=-name&q=ГРУППА", "&q=группа 1", "&q=77"])
def test_all_rows_are_those_of_the_pages(client: FlaskClient, query: str) -> None:
    whole = client.get(f"/api/groups/?{query}").get_json()
    assert whole["items"] == pages(client, query)
    assert whole["total"] == len(whole["items"])
    assert whole.keys() == {"items", "total"}


@pytest.mark.parametrize("query", ["", "&sort=name", "&q=группа 1", "&q=nothing", "&limit=3"])
def test_csv_has_the_rows_of_the_json(client: FlaskClient, query: str) -> None:
    text = client.get(f"/api/groups/?format=csv{query}").data.decode("utf-8-sig")
    rows = [(int(row["id"]), row["name"]) for row in csv.DictReader(io.StringIO(text))]
    assert rows == [(item["id"], item["name"]) for item in client.get(f"/api/groups/?{query}").get_json()["items"]]


def test_short_lists_have_a_length(client: FlaskClient) -> None:
    answer = client.get("/api/groups/?q=группа 77")
    assert answer.content_length == len(answer.data)
    assert client.get("/api/groups/").content_length is None


def test_list_that_nobody_reads_to_its_end_gives_its_connection_back(client: FlaskClient) -> None:
    for path in PATHS:
        assert client.head(path).status_code == 200
        answer = client.get(path, buffered=False)
        assert next(iter(answer.response))
        answer.close()
    assert client.get("/api/groups/1").status_code == 200


def drained(url: str, path: str) -> tuple[int, str]:
    """How many bytes came, and their digest."""
    digest, length = hashlib.sha256(), 0
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        for block in iter(lambda: answer.read(65536), b""):
            digest.update(block)
            length += len(block)
    return length, digest.hexdigest()


def peak_megabytes(process: Process) -> float:
    (worker,) = psutil.Process(process.pid).children()
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


@dataclasses.dataclass(frozen=True)
class Drained:
    """What came for each of PATHS, and by how many megabytes the service grew over all of them."""

    answers: dict[str, tuple[int, str]]
    growth: float


@pytest.fixture(scope="module")
def lists(service: tuple[str, Process]) -> Drained:
    url, process = service
    drained(url, "/api/groups/1")
    before = peak_megabytes(process)
    answers = {path: drained(url, path) for path in PATHS}
    return Drained(answers, peak_megabytes(process) - before)


def test_lists_of_any_length_take_the_same_memory(lists: Drained) -> None:
    assert min(lists.answers.values()) > (15_000_000, "")
    assert lists.growth < LONGEST_GROWTH


@pytest.mark.parametrize("path", ["/api/types/", "/api/types/?format=csv"])
def test_all_rows_pass_through_the_gateway_as_they_are(lists: Drained, gateway: str, path: str) -> None:
    assert drained(gateway, path) == lists.answers[path]


@pytest.mark.parametrize("path", PATHS)
def test_slow_reader_keeps_no_transaction(service: tuple[str, Process], filled: str, path: str) -> None:
    """One that is open for hours keeps VACUUM from the dead rows of all tables."""
    with closing(http.client.HTTPConnection(urlsplit(service[0]).netloc, timeout=60)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.read(1000)
        wait_until(lambda: value(filled, OPEN) == 0, 20, "no transaction while the client reads nothing")
        assert len(answer.read()) > 15_000_000


@pytest.mark.parametrize("door", ["catalog", "gateway"])
def test_list_that_breaks_off_never_looks_whole(
    service: tuple[str, Process], gateway: str, filled: str, door: str
) -> None:
    """PostgreSQL ends the connection in the middle; the next call gets another one."""
    url = gateway if door == "gateway" else service[0]
    end = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request("GET", "/api/types/")
        answer = connection.getresponse()
        assert answer.read(65536).startswith(b'{"items":[{"id":1,')
        execute(filled, end)
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()
    assert drained(url, "/api/groups/") > (0, "")


@pytest.mark.parametrize("path", ["/api/types/?limit=5&q=77", "/api/types/?q=77", "/api/types/?q=77&format=csv"])
def test_search_that_takes_too_long_is_ended(filled: str, path: str) -> None:
    """Waiting for a lock counts as well, which makes any search slow. Other calls go on."""
    client = create_app(Settings(sqlalchemy_database_uri=filled, db_pool_size=1, search_seconds=1)).test_client()
    with closing(psycopg2.connect(libpq_uri(filled))) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE tbc.books_files_types")
        answer = client.get(path)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "search_too_slow")
        assert "Retry-After" not in answer.headers
    assert client.get("/api/types/?sort=-file_name").status_code == 200
