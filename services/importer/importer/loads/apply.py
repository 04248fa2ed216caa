"""One chunk into the catalog. A repeat is answered from the catalog's own ledger, so it changes nothing."""

import logging

from importer.loads.catalog import Answer, BulkCall, Catalog, CatalogAwayError, Verdict
from importer.loads.chunks import ApplyingChunk, ApplyingChunks
from importer.loads.lines import AppliedLines
from stackroom_jobs.operations import OPERATIONS
from stackroom_kit.request_id import set_request_id

MAX_REFUSALS = 3
logger = logging.getLogger(__name__)


class Applier:
    def __init__(self, chunks: ApplyingChunks, catalog: Catalog) -> None:
        self._chunks = chunks
        self._catalog = catalog

    def apply_next(self, only_batch: str | None = None) -> bool:
        """Whether there was a chunk. CatalogAwayError: it is put back, and nothing was counted."""
        chunk = self._chunks.take(only_batch)
        if chunk is None:
            return False
        set_request_id(chunk.request_id)
        try:
            self._apply(chunk)
        except CatalogAwayError:
            self._chunks.put_back(chunk)
            raise
        return True

    def _apply(self, chunk: ApplyingChunk) -> None:
        if chunk.lines.is_empty:
            self._finish(chunk, Answer(Verdict.APPLIED))
        elif chunk.is_cancelled:
            self._settle_cancelled(chunk)
        else:
            self._offer(chunk)

    def _settle_cancelled(self, chunk: ApplyingChunk) -> None:
        """It was offered before its batch was cancelled: applied then, or never to be."""
        closed = self._catalog.close(chunk.key)
        if closed.verdict is Verdict.APPLIED:
            self._finish(chunk, closed)
        else:
            self._chunks.cancel(chunk)

    def _offer(self, chunk: ApplyingChunk) -> None:
        answer = self._catalog.apply(self.call_of(chunk))
        if answer.verdict is Verdict.APPLIED:
            self._finish(chunk, answer)
        elif answer.verdict is Verdict.CLOSED:  # by a dispatcher that died before it had cut the chunk
            self._cut(chunk, "its key was closed")
        else:
            logger.warning("batch=%s rows=%s refused by the catalog: %s", chunk.batch_id, chunk.key, answer.reason)
            if self._chunks.count_refusal(chunk, answer.reason) >= MAX_REFUSALS:
                self.give_up_after_refusals(chunk, answer.reason)

    def give_up_after_refusals(self, chunk: ApplyingChunk, reason: str) -> None:
        """Close its key, so that no late copy of a call can apply what is cut now; unless it was applied after all."""
        closed = self._catalog.close(chunk.key)
        if closed.verdict is Verdict.APPLIED:
            self._finish(chunk, closed)
        else:
            self._cut(chunk, reason)

    def _cut(self, chunk: ApplyingChunk, reason: str) -> None:
        detail = f"The catalog refused this row: {reason}"
        if chunk.lines.is_single:
            self._store(chunk, chunk.lines.refused("refused_by_catalog", detail))
        else:
            self._chunks.split(chunk, reason)

    @staticmethod
    def call_of(chunk: ApplyingChunk) -> BulkCall:
        resource = OPERATIONS[chunk.operation].loads
        if chunk.is_undo:
            return BulkCall(f"/internal/{resource}/remove", chunk.key, chunk.lines.items())
        query = {"on_conflict": str(chunk.options["on_conflict"]), "dry_run": str(_is_dry_run(chunk)).lower()}
        return BulkCall(f"/api/{resource}/bulk", chunk.key, chunk.lines.items(), query)

    def _finish(self, chunk: ApplyingChunk, answer: Answer) -> None:
        self._store(chunk, chunk.lines.applied(answer.outcomes, _is_dry_run(chunk)))

    def _store(self, chunk: ApplyingChunk, done: AppliedLines) -> None:
        self._chunks.finish(chunk, done)
        changes = " ".join(f"{name}={count}" for name, count in sorted(done.changes.items()))
        logger.info("batch=%s rows=%s applied: %s", chunk.batch_id, chunk.key, changes)


def _is_dry_run(chunk: ApplyingChunk) -> bool:
    return bool(chunk.options.get("dry_run"))
