"""What the gateway lets through. One line adds a route; whatever is not here is 404.

A team's own calls need no line: what is below ``/api/importer/`` goes to the importer, which says what methods it has.

``<int>``, ``<batch>``, ``<task>``, ``<file>`` and ``<path>`` are typed parts (``route_table.SEGMENT_TYPES``). A route
names the methods, the public path, the service, and the service's own path where it is another one.
"""

from ui.proxy.route_table import PAGES, Route

CATALOG = "catalog"
IMPORTER = "importer"
MEDIA = "importer-media"
ANY = "GET POST PUT PATCH DELETE"


def resource(name: str) -> list[Route]:
    """The routes that every CRUD resource of the catalog has."""
    return [
        Route("GET POST", f"/api/{name}/", CATALOG),
        Route("GET POST", f"/api/{name}", CATALOG, f"/api/{name}/"),
        Route("GET PUT DELETE", f"/api/{name}/<int>", CATALOG),
        Route("POST", f"/api/{name}/bulk", CATALOG),
    ]


ROUTES = [
    *resource("groups"),
    *resource("types"),
    Route("GET", "/api/db-status", CATALOG),
    Route("POST", "/api/importer/ingest", IMPORTER, takes_turns=True),
    Route("POST", "/api/importer/progress", IMPORTER, takes_turns=True),
    Route("GET", "/api/importer/status/<task>", IMPORTER),
    Route("GET POST", "/api/importer/batches", IMPORTER, takes_turns=True),
    Route("GET DELETE", "/api/importer/batches/<batch>", IMPORTER),
    Route("GET", "/api/importer/batches/<batch>/results", IMPORTER),
    Route("POST", "/api/importer/batches/<batch>/cancel", IMPORTER),
    Route("POST", "/api/importer/batches/<batch>/retry", IMPORTER, is_long=True),
    Route("POST", "/api/importer/batches/<batch>/undo", IMPORTER, is_long=True),
    Route("POST", "/api/importer/preview", IMPORTER),
    Route("GET", "/api/importer/operations", IMPORTER),
    Route("GET", "/api/importer/queues", IMPORTER),
    Route("GET", "/api/importer/workers", IMPORTER),
    Route("GET POST", "/api/importer/media", MEDIA, streams=True),
    Route("GET DELETE", "/api/importer/media/uploads/<file>", MEDIA),
    Route("GET", "/api/importer/media/results/<batch>/<int>/<file>", MEDIA),
    Route("GET", "/api/importer/media/tasks/<batch>/<file>", MEDIA),
    Route("GET", "/api/importer/batches/<batch>/events", PAGES),
    Route(ANY, "/api/importer/media/<path>", MEDIA, is_json=True),
    Route(ANY, "/api/importer/<path>", IMPORTER, is_json=True),
]
