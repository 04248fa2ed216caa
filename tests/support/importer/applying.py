"""Loads that are computed and wait for the catalog, and the one who applies them."""

from typing import Any

from flask.testing import FlaskClient

from importer.app import create_app
from importer.ledger.apply import Applier, ApplyingChunk
from importer.loads.apply import apply_next, take_readable
from importer.loads.catalog import Catalog
from importer.loads.lines import LoadLines
from importer.settings import Settings
from tests.support.importer.ledger import LEASE, Ledger
from tests.support.importer.loads import load


def queueing(settings: Settings) -> FlaskClient:
    """Of an importer that leaves the work to workers."""
    return create_app(Settings(**{**vars(settings), "celery_task_always_eager": False})).test_client()


def applying(client: FlaskClient, ledger: Ledger, rows: list[Any]) -> str:
    """A load that is computed and not applied."""
    batch_id = str(load(queueing(settings_of(client)), rows, "&on_conflict=update")["id"])
    ledger.operations = ("load_groups",)
    ledger.report(ledger.must_claim())
    assert ledger.states(batch_id) == ["applying"]
    return batch_id


def settings_of(client: FlaskClient) -> Settings:
    found: Settings = client.application.extensions["importer"].settings
    return found


def apply_one(ledger: Ledger, settings: Settings) -> bool:
    return apply_next(ledger.engine, Applier("one", LEASE), Catalog(settings))


def taken_chunk(ledger: Ledger, name: str) -> tuple[ApplyingChunk, LoadLines]:
    """As a dispatcher of this name that does not go on with it."""
    taken = take_readable(ledger.engine, Applier(name, LEASE))
    assert taken is not None
    return taken


def run_out(ledger: Ledger) -> None:
    ledger.run("UPDATE importer.chunk SET due_at = now() WHERE state = 'applying'")


def apply_all(ledger: Ledger, settings: Settings, calls: int) -> None:
    """What is refused is asked for again at once; so many times at most."""
    for _ in range(calls):
        run_out(ledger)
        if not apply_one(ledger, settings):
            break
