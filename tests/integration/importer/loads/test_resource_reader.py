"""What the catalog told of its resources, where its next answer is none."""

import pytest
from flask import Flask

from importer.loads.catalog import Catalog
from importer.loads.resources import ResourceReader
from importer.registry.registry import Registry
from importer.registry.store import keep_resources
from importer.settings import Settings
from tests.support.importer.ledger import Ledger
from tests.support.importer.resources import LISTED
from tests.support.servers.served import served

ANSWERS = {
    "no-such-call": (404, "{}"),
    "wrong-token": (401, "{}"),
    "broken": (500, "{}"),
    "no-json": (200, "<html>"),
    "another-shape": (200, '{"items": [{"name": 5}]}'),
}


@pytest.mark.parametrize(("status", "body"), ANSWERS.values(), ids=ANSWERS)
def test_what_was_told_stays_while_the_answer_is_none(
    ledger: Ledger, settings: Settings, caplog: pytest.LogCaptureFixture, status: int, body: str
) -> None:
    keep_resources(ledger.engine, LISTED)
    app = Flask("odd")
    app.add_url_rule("/internal/resources", "resources", lambda: (body, status))
    with served(app) as address:
        reader = ResourceReader(ledger.engine, Catalog(Settings(**{**vars(settings), "catalog_url": address})))
        reader.read()
    assert set(Registry(ledger.engine).loads()) >= {"load_groups", "load_types"}
    assert "cannot read what the catalog holds" in caplog.text
