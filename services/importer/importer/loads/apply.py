"""apply: take a chunk, call the catalog, store what it says. A repeat is answered from the catalog's own ledger."""

import dataclasses
import json
import logging

import msgspec
from sqlalchemy import Engine

from importer.ledger.apply import (
    TakenChunk,
    Taker,
    cancel_taken,
    count_refusal,
    fail_unreadable,
    finish,
    put_back,
    split_taken,
    take,
)
from importer.ledger.report_lines import MAX_DETAIL
from importer.ledger.split import Failure
from importer.loads.catalog import Answer, BulkCall, Catalog, CatalogAwayError, Verdict
from importer.loads.lines import AppliedLines, LoadLines
from importer.registry.registry import resource_of
from stackroom_kit.request_id import set_request_id

MAX_REFUSALS = 3
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Load:
    """A chunk that was taken, and its lines."""

    chunk: TakenChunk
    lines: LoadLines

    @property
    def is_dry_run(self) -> bool:
        return bool(json.loads(self.chunk.options).get("dry_run"))


def apply_next(engine: Engine, taker: Taker, catalog: Catalog) -> bool:
    """Whether there was a chunk. CatalogAwayError: it is put back, and nothing was counted."""
    load = take_load(engine, taker)
    if load is None:
        return False
    set_request_id(load.chunk.request_id)
    try:
        answer = _called(catalog, load)
        if answer.verdict is Verdict.REFUSED and _refusals(engine, load.chunk, answer.reason) >= MAX_REFUSALS:
            answer = closed(catalog, load.chunk, answer.reason)
        store(engine, load, answer)
    except CatalogAwayError:
        put_back(engine, load.chunk)
        raise
    return True


def take_load(engine: Engine, taker: Taker) -> Load | None:
    """What cannot be read has failed instead, and the next one is taken."""
    while (chunk := take(engine, taker)) is not None:
        try:
            return Load(chunk, LoadLines(chunk.output))
        except msgspec.MsgspecError as error:
            detail = f"What was computed cannot be read: {error}"[:MAX_DETAIL]
            fail_unreadable(engine, chunk, Failure("wrong_report", detail))
    return None


def _called(catalog: Catalog, load: Load) -> Answer:
    """The key of a cancelled batch's chunk is closed: it was applied before, or never will be."""
    if load.lines.is_empty:
        return Answer(Verdict.APPLIED)
    if load.chunk.is_cancelled:
        return catalog.close(load.chunk.key)
    return catalog.apply(call_of(load))


def call_of(load: Load) -> BulkCall:
    chunk, items = load.chunk, load.lines.items()
    resource = resource_of(chunk.operation)
    if chunk.is_undo:
        return BulkCall(f"/internal/{resource}/remove", chunk.key, items)
    on_conflict = str(json.loads(chunk.options)["on_conflict"])
    query = {"on_conflict": on_conflict, "dry_run": str(load.is_dry_run).lower()}
    return BulkCall(f"/api/{resource}/bulk", chunk.key, items, query)


def _refusals(engine: Engine, chunk: TakenChunk, reason: str) -> int:
    logger.warning("batch=%s rows=%s refused by the catalog: %s", chunk.batch_id, chunk.key, reason)
    return count_refusal(engine, chunk, reason)


def closed(catalog: Catalog, chunk: TakenChunk, reason: str) -> Answer:
    """Closes the key, so that a call still on its way can apply nothing of what is split now. APPLIED where one had."""
    return dataclasses.replace(catalog.close(chunk.key), reason=reason)


def store(engine: Engine, load: Load, answer: Answer) -> None:
    """One that is refused stays as it is: it is offered again after its pause."""
    if answer.verdict is Verdict.APPLIED:
        _finish(engine, load.chunk, load.lines.applied(answer.outcomes, load.is_dry_run))
    elif answer.verdict is Verdict.CLOSED and load.chunk.is_cancelled:
        cancel_taken(engine, load.chunk)
    elif answer.verdict is Verdict.CLOSED and load.lines.is_single:
        detail = f"The catalog refused this row: {answer.reason}"
        _finish(engine, load.chunk, load.lines.refused("refused_by_catalog", detail))
    elif answer.verdict is Verdict.CLOSED:
        split_taken(engine, load.chunk, answer.reason)


def _finish(engine: Engine, chunk: TakenChunk, done: AppliedLines) -> None:
    finish(engine, chunk, done.output, done.failed_rows, done.changes)
    changes = " ".join(f"{name}={count}" for name, count in sorted(done.changes.items()))
    logger.info("batch=%s rows=%s applied: %s", chunk.batch_id, chunk.key, changes)
