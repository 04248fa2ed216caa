"""apply: take a chunk, call the catalog, store what it says. A repeat is answered from the catalog's own ledger."""

import dataclasses
import json
import logging

import msgspec
from sqlalchemy import Engine

from importer.ledger.apply import (
    Applier,
    ApplyingChunk,
    cancel_applying,
    count_refusal,
    fail_unreadable,
    finish,
    put_back,
    split_applying,
    take,
)
from importer.ledger.report_lines import MAX_DETAIL
from importer.ledger.split import Failure
from importer.loads.catalog import BulkCall, Catalog, CatalogAnswer, CatalogAwayError, Verdict, sender_of
from importer.loads.lines import AppliedLines, LoadLines
from importer.registry.loads import resource_of
from stackroom_kit.request_id import set_request_id

MAX_REFUSALS = 3
logger = logging.getLogger(__name__)


def apply_next(engine: Engine, applier: Applier, catalog: Catalog) -> bool:
    """Whether there was a chunk. CatalogAwayError: it is put back, and nothing was counted."""
    taken = take_readable(engine, applier)
    if taken is None:
        return False
    chunk, lines = taken
    set_request_id(chunk.request_id)
    try:
        answer = _call(catalog, chunk, lines)
        if answer.verdict is Verdict.REFUSED and _count_refusal(engine, chunk, answer.reason) >= MAX_REFUSALS:
            answer = close_key(catalog, chunk, answer.reason)
        store(engine, chunk, lines, answer)
    except CatalogAwayError:
        put_back(engine, chunk)
        raise
    return True


def take_readable(engine: Engine, applier: Applier) -> tuple[ApplyingChunk, LoadLines] | None:
    """The next chunk and its lines. One whose lines cannot be read fails, and the one after it is taken."""
    while (chunk := take(engine, applier)) is not None:
        try:
            return chunk, LoadLines(chunk.output)
        except msgspec.MsgspecError as error:
            detail = f"What was computed cannot be read: {error}"[:MAX_DETAIL]
            fail_unreadable(engine, chunk, Failure("wrong_report", detail))
    return None


def _call(catalog: Catalog, chunk: ApplyingChunk, lines: LoadLines) -> CatalogAnswer:
    """The key of a cancelled batch's chunk is closed: it was applied before, or never will be."""
    if lines.is_empty:
        return CatalogAnswer(Verdict.APPLIED)
    if chunk.is_cancelled:
        return catalog.close(chunk.key, sender_of(chunk.actor_id, chunk.actor_name))
    return catalog.apply(bulk_call(chunk, lines))


def bulk_call(chunk: ApplyingChunk, lines: LoadLines) -> BulkCall:
    resource, sender = resource_of(chunk.operation), sender_of(chunk.actor_id, chunk.actor_name)
    if chunk.is_undo:
        return BulkCall(f"/internal/{resource}/remove", chunk.key, lines.items(), sender)
    on_conflict = str(json.loads(chunk.options)["on_conflict"])
    query = {"on_conflict": on_conflict, "dry_run": str(chunk.is_dry_run).lower()}
    return BulkCall(f"/api/{resource}/bulk", chunk.key, lines.items(), sender, query)


def _count_refusal(engine: Engine, chunk: ApplyingChunk, reason: str) -> int:
    logger.warning("batch=%s rows=%s refused by the catalog: %s", chunk.batch_id, chunk.key, reason)
    return count_refusal(engine, chunk, reason)


def close_key(catalog: Catalog, chunk: ApplyingChunk, reason: str) -> CatalogAnswer:
    """Close the key, so that a call still on its way applies nothing of what is split now. APPLIED: one did before."""
    return dataclasses.replace(catalog.close(chunk.key, sender_of(chunk.actor_id, chunk.actor_name)), reason=reason)


def store(engine: Engine, chunk: ApplyingChunk, lines: LoadLines, answer: CatalogAnswer) -> None:
    """What was refused stays as it is: it is offered again after its pause."""
    if answer.verdict is Verdict.APPLIED:
        _finish(engine, chunk, lines.applied(answer.outcomes, chunk.is_dry_run))
    elif answer.verdict is Verdict.CLOSED and chunk.is_cancelled:
        cancel_applying(engine, chunk)
    elif answer.verdict is Verdict.CLOSED and lines.is_single:
        detail = f"The catalog refused this row: {answer.reason}"
        _finish(engine, chunk, lines.refused("refused_by_catalog", detail))
    elif answer.verdict is Verdict.CLOSED:
        split_applying(engine, chunk, answer.reason)


def _finish(engine: Engine, chunk: ApplyingChunk, done: AppliedLines) -> None:
    finish(engine, chunk, done.output, done.failed_rows, done.changes)
    changes = " ".join(f"{name}={count}" for name, count in sorted(done.changes.items()))
    logger.info("batch=%s rows=%s applied: %s", chunk.batch_id, chunk.key, changes)
