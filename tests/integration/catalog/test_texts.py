"""Texts of the register on real servers: rows that others wrote, and servers of other locales."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import String, bindparam, create_engine, select, text

from catalog.adoption import AdoptionError
from catalog.app import create_app
from catalog.crud.texts import Normal, OrderKey
from catalog.database import make_engine
from catalog.migrate import migrate
from catalog.settings import Settings
from deploy.local.postgres_server import PostgresServer
from stackroom_kit.texts import SPACES, normal_text
from tests.support.catalog.bulk import GROUPS, TYPES, bulk, words
from tests.support.servers.embedded import fresh_database

LOCALES = ("C", "C.UTF-8")
UPDATE = "?on_conflict=update"
OLD = "\u00a0Звуки\u0438\u0306 "  # as somebody wrote it who knew no normal form
NEW = "Звуки\u0439"
MIXED = [
    None,
    "",
    "Ель",
    "еда",
    "Ёж",
    "ёж",
    "еж",
    "Жук",
    "Яма",
    "Zebra",
    "apple",
    "\u00c9t\u00e9",
    "-1",
    OLD,
    "\u0130I",
    "".join(map(chr, range(0x20, 0x7F))),
    "".join(map(chr, range(0x400, 0x460))),
    "Ё" + "".join(map(chr, range(0x410, 0x450))) + "ё AZ",
]


@pytest.fixture(params=LOCALES)
def uri(request: pytest.FixtureRequest, postgres_server: PostgresServer) -> Iterator[str]:
    options = f"LC_COLLATE '{request.param}' LC_CTYPE '{request.param}'"
    with fresh_database(postgres_server, options=options) as uri:
        migrate(uri)
        yield uri


@pytest.fixture
def client(uri: str) -> FlaskClient:
    with create_engine(uri).begin() as connection:
        statement = text("INSERT INTO tbc.books_files_groups VALUES (:id, :name, :comment)")
        old = [{"id": 1, "name": OLD, "comment": ""}, {"id": 2, "name": NEW + "!", "comment": "x"}]
        connection.execute(statement, old)
    return create_app(Settings(sqlalchemy_database_uri=uri)).test_client()


def test_old_row_is_found_by_its_name_and_by_a_search(client: FlaskClient) -> None:
    items = [{"id": 5, "group": f"\u2009{NEW}"}, {"id": 6, "group": "\u0438\u0306"}, {"id": 7, "group": " "}]
    assert words(bulk(client, TYPES, items)) == ["created", "unknown_group", "missing_field"]
    assert words(bulk(client, TYPES, [{"id": 8, "file_name": "a", "comments": None, "group": OLD}])) == ["created"]
    assert [client.get(f"/api/types/{row}").get_json()["group_id"] for row in (5, 8)] == [1, 1]
    for path, rows in (("groups", [1, 2]), ("types", [5, 8])):
        found = client.get(f"/api/{path}/", query_string={"q": f"{NEW[:-1].upper()}\u0439 "}).get_json()
        assert [row["id"] for row in found["items"]] == rows


def test_names_that_are_one_in_their_normal_form_are_ambiguous(client: FlaskClient) -> None:
    bulk(client, GROUPS, [{"id": 3, "name": NEW}])
    assert words(bulk(client, TYPES, [{"id": 5, "group": NEW}])) == ["ambiguous_group"]


@pytest.mark.parametrize(
    "items",
    [
        [{"id": 1, "name": NEW, "comment": None}],
        [{"id": 1, "name": OLD, "comment": "\u3000"}],
        [{"id": 1, "name": f"{NEW}\u200b"}, {"id": 2, "name": f"{NEW}!", "comment": "x"}],
    ],
    ids=["normal", "as it was", "in part"],
)
def test_row_in_another_form_is_unchanged_and_stays_as_it_is(
    client: FlaskClient, items: list[dict[str, object]]
) -> None:
    before = client.get("/api/groups/").data
    assert set(words(bulk(client, GROUPS, items, UPDATE))) == {"unchanged"}
    assert client.get("/api/groups/").data == before
    assert client.put("/api/groups/1", json={"name": OLD}).get_json()["name"] == NEW


def test_bulk_keeps_every_text_in_its_normal_form(client: FlaskClient) -> None:
    sent = [f"\u2003a{row}\u0438\u0306\n" for row in range(3)] + ["e\u0301" * 50, "", " \u00a0", "x\u2060"]
    kept = [normal_text(name) for name in sent]
    assert kept[3:] == ["\u00e9" * 50, None, None, "x"]
    for extra in ({}, {"comment": None}):
        items = [{"id": 10 + at, "name": name, **extra} for at, name in enumerate(sent)]
        outcomes = bulk(client, GROUPS, items, UPDATE)["outcomes"]
        for at, one in enumerate(outcomes):
            row = client.get(f"/api/groups/{10 + at}")
            assert row.get_json()["name"] == kept[at]
            assert one.get("etag", row.headers["ETag"]) == row.headers["ETag"]
    assert (
        words(bulk(client, GROUPS, [{"id": 30, "name": "\u0958" * 26}, {"id": 31, "name": "x" * 51}]))
        == ["too_long"] * 2
    )


def test_expressions_say_the_same_on_every_server_as_in_python(uri: str) -> None:
    """SQLite runs the same rules in Python."""
    value = bindparam("value", type_=String)
    statement = select(Normal(value), OrderKey(value))
    engines = [make_engine(address, 1) for address in (uri, "sqlite+pysqlite:///:memory:")]
    for one in [*MIXED, *(f"{space}a{space}b{space}" for space in SPACES)]:
        answers = []
        for engine in engines:
            with engine.connect() as connection:
                answers.append(tuple(connection.execute(statement, {"value": one}).one()))
        assert answers[0] == answers[1], (one, answers)
        assert answers[0][0] == (None if one is None else normal_text(one))


def test_migration_names_an_encoding_that_has_no_place_for_every_text(postgres_server: PostgresServer) -> None:
    options = "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    refused = pytest.raises(AdoptionError, match="encoded as SQL_ASCII, expected UTF8")
    with fresh_database(postgres_server, options=options) as uri, refused:
        migrate(uri)
