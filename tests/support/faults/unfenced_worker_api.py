"""The worker API with its fence torn down: a late report is written all the same.

Nothing but a test runs this. The fault tests must find what it does, else they prove nothing.
"""

from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, text

from importer.ledger.report import Report, Reported, report
from importer.registry.registry import Registry
from importer.worker_api import routes
from importer.worker_api.app import create_app
from importer.worker_api.messages import claim_answer

_chunks: dict[str, tuple[str, int]] = {}

OVERWRITE = text("UPDATE importer.chunk SET output = :output WHERE batch_id = :batch_id AND first_row = :first_row")


def _answer_and_remember(chunk: Any, lease_seconds: int) -> Any:
    if chunk is not None:
        _chunks[chunk.token] = (chunk.batch_id, chunk.first_row)
    return claim_answer(chunk, lease_seconds)


def _report_anyway(engine: Engine, registry: Registry, done: Report, next_claim: Any, lease_seconds: int) -> Reported:
    outcome = report(engine, registry, done, next_claim, lease_seconds)
    if not outcome.accepted:
        batch_id, first_row = _chunks[done.token]
        with engine.connect() as connection:
            output = done.output.decode()
            connection.execute(OVERWRITE, {"output": output, "batch_id": batch_id, "first_row": first_row})
    return outcome


patch.object(routes, "claim_answer", _answer_and_remember).start()
patch.object(routes, "report", _report_anyway).start()
app = create_app()
