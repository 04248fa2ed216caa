import pytest

from ui.proxy.route_table import Match, Route, RouteTable
from ui.proxy.routes import ROUTES

TABLE = RouteTable(ROUTES)


@pytest.mark.parametrize(
    ("path", "upstream", "target"),
    [
        ("/api/groups/", "catalog", "/api/groups/"),
        ("/api/groups", "catalog", "/api/groups/"),
        ("/api/types/12", "catalog", "/api/types/12"),
        ("/api/types/0012", "catalog", "/api/types/12"),
        ("/api/types/-3", "catalog", "/api/types/-3"),
        ("/api/groups/bulk", "catalog", "/api/groups/bulk"),
        ("/api/db-status", "catalog", "/api/db-status"),
        ("/api/importer/ingest", "importer", "/api/importer/ingest"),
        ("/api/importer/status/ab-1.7", "importer", "/api/importer/status/ab-1.7"),
        ("/api/importer/batches/ab-1/results", "importer", "/api/importer/batches/ab-1/results"),
        ("/api/importer/mails", "importer", "/api/importer/mails"),
        ("/api/importer/mails/", "importer", "/api/importer/mails/"),
        ("/api/importer/mails/7/a.b~c-d_e/f", "importer", "/api/importer/mails/7/a.b~c-d_e/f"),
        ("/api/importer/a/b/c/d/e/" + "f" * 100, "importer", "/api/importer/a/b/c/d/e/" + "f" * 100),
        ("/api/importer/...", "importer", "/api/importer/..."),
        ("/api/importer/media/own", "importer-media", "/api/importer/media/own"),
    ],
)
def test_route_table_finds_service_and_rebuilt_path(path: str, upstream: str, target: str) -> None:
    match = TABLE.match(path)
    assert match is not None
    assert (match.upstream, match.path) == (upstream, target)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/internal/claim",
        "/api/importer/../internal/claim",
        "/api/groups/../../internal/x",
        "/api/groups/..",
        "/api/groups/%2e%2e",
        "/api/groups/1%2f..",
        "/api/groups/1/",
        "/api/groups/1\n",
        "/api/groups/--1",
        "/api/groups/+1",
        "/api/groups/\uff11\uff12",
        "/api/groups/12345678901",
        "/api/groups/@evil",
        "//api/groups/1",
        "/api/importer/batches/a/events",
        "/api/importer",
        "/api/importer/",
        "/api/importer//mails",
        "/api/importer/mails//",
        "/api/importer/mails//7",
        "/api/importer/.",
        "/api/importer/./mails",
        "/api/importer/mails/..",
        "/api/importer/mails/../7",
        "/api/importer/mails/%37",
        "/api/importer/mails/a b",
        "/api/importer/mails/\u0451",
        "/api/importer/mails/7\n",
        "/api/importer/a/b/c/d/e/f/g",
        "/api/importer/" + "a" * 101,
        "/api/importer/media/..",
    ],
)
def test_route_table_finds_nothing_outside_its_routes(path: str) -> None:
    assert TABLE.match(path) is None


def test_route_table_takes_another_path_at_the_service() -> None:
    table = RouteTable([Route("GET", "/docs/<int>/x", "catalog", "/inner/<int>")])
    assert table.match("/docs/07/x") == Match("catalog", "/inner/7", frozenset({"GET", "HEAD", "OPTIONS"}))


def test_route_table_refuses_a_route_that_stands_twice() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        RouteTable([Route("GET", "/a", "catalog"), Route("POST", "/a", "catalog")])


def test_routes_lead_to_no_internal_call() -> None:
    assert not [route for route in ROUTES if "internal" in (route.target or route.path)]
