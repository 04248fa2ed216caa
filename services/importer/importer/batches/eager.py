"""Eager mode: claim, compute and report in the request, for tests and for a laptop without Redis or workers."""

import logging
import uuid
from typing import Any

import msgspec

from importer.ledger.apply import Applier
from importer.ledger.claim import Claimant, ClaimedChunk, claim
from importer.ledger.lease import fail_whole
from importer.ledger.report import Report, report
from importer.loads.apply import apply_next
from importer.loads.catalog import Catalog, CatalogAwayError
from importer.problems import CATALOG_UNAVAILABLE, EAGER_FAILURE, NO_LOCAL_FUNCTION
from importer.registry.loads import resource_of
from importer.registry.registry import options_for
from importer.services import Services, services
from stackroom_jobs.compute import RecordFunction, compute
from stackroom_jobs.context import context_without_worker
from stackroom_jobs.operation import Operation
from stackroom_jobs.operations.load import LOAD

WORKER = "eager"
logger = logging.getLogger(__name__)


def check_can_run_now(operation: Operation) -> None:
    """Problem 422 before anything is written, for an operation whose function only a worker has."""
    _function(operation)


def _computing(operation: Operation) -> Operation:
    """The one by which a worker would compute it."""
    return LOAD if operation.loads is not None else operation


def _function(operation: Operation, options: dict[str, Any] | None = None) -> RecordFunction:
    function = _computing(operation).function
    if function is None:
        detail = f"{operation.name} needs a worker, and the eager mode has none."
        raise NO_LOCAL_FUNCTION(detail)
    context = context_without_worker(options)
    return lambda _row, record: function(record, context)


def finish_now_if_eager(name: str, batch_id: str) -> None:
    """Every chunk of the batch, one after the other. An exception is a 500, or a failed outcome, by the setting."""
    here = services()
    if not here.settings.celery_task_always_eager:
        return
    operation = here.registry.get(name)
    while operation and (chunk := _claim(here, operation, batch_id)):
        _compute(here, operation, chunk)
    if resource_of(name) is not None:
        _apply(here, batch_id)


def _apply(here: Services, batch_id: str) -> None:
    """Problem 503 while the catalog is away. The batch stays, for a dispatcher to go on with."""
    applier, catalog = Applier(WORKER, here.settings.lease_seconds, batch_id), Catalog(here.settings)
    try:
        while apply_next(here.engine, applier, catalog):
            pass
    except CatalogAwayError as error:
        raise CATALOG_UNAVAILABLE(f"The catalog does not answer ({error}).") from None


def _claim(here: Services, operation: Operation, batch_id: str) -> ClaimedChunk | None:
    token = uuid.uuid4().hex
    lease = here.settings.lease_seconds
    for queue in operation.queues:
        claimant = Claimant(WORKER, queue, (operation.name,), token, token, only_batch=batch_id)
        if chunk := claim(here.engine, claimant, lease):
            return chunk
    return None


def _compute(here: Services, operation: Operation, chunk: ClaimedChunk) -> None:
    try:
        options = msgspec.json.decode(options_for(here.registry, chunk.operation, chunk.options))
        output = compute(_computing(operation), _function(operation, options), chunk.first_row, chunk.records.encode())
    except Exception as error:
        logger.exception("batch=%s first_row=%d failed", chunk.batch_id, chunk.first_row)
        fail_whole(here.engine, chunk.token, type(error).__name__, str(error))
        if here.settings.celery_task_eager_propagates:
            raise EAGER_FAILURE(f"The operation failed: {type(error).__name__}.") from error
        return
    report(here.engine, here.registry, Report(chunk.token, output), None, here.settings.lease_seconds)
