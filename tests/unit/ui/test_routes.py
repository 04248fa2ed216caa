import pytest

from stackroom_kit.problems import Problem
from ui.proxy.routes import CATALOG, IMPORTER, MEDIA, Bodies, bodies_of, is_api, service_of


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/groups/", CATALOG),
        ("/api/groups", CATALOG),
        ("/api/types/-3", CATALOG),
        ("/api/groups/bulk", CATALOG),
        ("/api/db-status", CATALOG),
        ("/api/shelves/1/history", CATALOG),
        ("/api/importers", CATALOG),
        ("/api/importer-media", CATALOG),
        ("/api/healthy", CATALOG),
        ("/api", CATALOG),
        ("/api/importer", IMPORTER),
        ("/api/importer/", IMPORTER),
        ("/api/importer/status/ab-1.7", IMPORTER),
        ("/api/importer/batches/ab-1/results", IMPORTER),
        ("/api/importer/mediation", IMPORTER),
        ("/api/importer/mails/7/a.b~c-d_e/f/", IMPORTER),
        ("/api/importer/a/b/c/d/e/" + "f" * 100, IMPORTER),
        ("/api/importer/...", IMPORTER),
        ("/api/importer/media", MEDIA),
        ("/api/importer/media/", MEDIA),
        ("/api/importer/media/uploads/a.mp4", MEDIA),
        ("/api/health", None),
        ("/api/health/ready", None),
        ("/api/docs", None),
        ("/api/docs/assets/swagger-ui.css", None),
        ("/api/importer/batches/ab-1/events", None),
        ("/api/importer/batches/ab-1/events/", None),
        ("/api/importer/batches/ab-1/events/7", IMPORTER),
    ],
)
def test_service_of_a_path_is_found_by_its_beginning(path: str, service: str | None) -> None:
    assert service_of(path) == service


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/api/importer/../internal/claim",
        "/api/groups/../../internal/x",
        "/api/groups/..",
        "/api/groups/../",
        "/api/groups/.",
        "/api/./groups",
        "/api/groups/%2e%2e",
        "/api/groups/1%2f..",
        "/api/groups/%31",
        "/api/groups/1\n",
        "/api/groups/..\n",
        "/api/groups/+1",
        "/api/groups/a b",
        "/api/groups/a;b",
        "/api/groups/\uff11\uff12",
        "/api/groups/\u0451",
        "/api/groups/@evil",
        "/api/groups/..\\internal",
        "//api/groups/1",
        "/api//groups",
        "/api/groups//",
        "/api/importer/mails//7",
        "/api/importer/a/b/c/d/e/f/g",
        "/api/importer/media/b/c/d/e/f/g/",
        "/api/groups/" + "a" * 101,
        "/api/" + "a/" * 5000,
    ],
)
def test_path_that_needs_encoding_or_leads_elsewhere_or_is_too_long_is_404(path: str) -> None:
    with pytest.raises(Problem) as problem:
        service_of(path)
    assert (problem.value.status, problem.value.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "is_one"),
    [("/api", True), ("/api/", True), ("/api/x", True), ("/apis", False), ("/", False), ("/internal/claim", False)],
)
def test_api_is_what_begins_with_it(path: str, is_one: bool) -> None:
    assert is_api(path) is is_one


@pytest.mark.parametrize(
    ("call", "bodies"),
    [
        ("POST /api/importer/media", Bodies(is_media=True)),
        ("PUT /api/importer/media", Bodies()),
        ("POST /api/importer/media/uploads", Bodies()),
        ("DELETE /api/importer/media/uploads/a.mp4", Bodies()),
        ("POST /api/importer/batches", Bodies(is_long=True)),
        ("POST /api/importer/ingest/", Bodies(is_long=True)),
        ("POST /api/importer/progress", Bodies(is_long=True)),
        ("POST /api/importer/preview", Bodies(is_long=True)),
        ("POST /api/groups/bulk", Bodies(is_long=True)),
        ("POST /api/shelves/bulk/", Bodies(is_long=True)),
        ("POST /api/importer/batches/ab1/retry", Bodies(is_slow=True)),
        ("POST /api/importer/batches/ab1/undo", Bodies(is_slow=True)),
        ("POST /api/importer/batches/ab1/cancel", Bodies()),
        ("POST /api/importer/mails", Bodies()),
        ("POST /api/groups/", Bodies()),
        ("PATCH /api/groups/bulk", Bodies()),
        ("GET /api/importer/batches", Bodies()),
    ],
)
def test_bodies_are_json_unless_the_call_is_known_for_others(call: str, bodies: Bodies) -> None:
    method, _, path = call.partition(" ")
    assert bodies_of(method, path) == bodies
