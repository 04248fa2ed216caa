"""report: the outcomes of a chunk, accepted once, only under its current token, and only when every line is right."""

import dataclasses

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from importer.ledger.claim import Claimant, ClaimedChunk, claimed_chunk
from importer.ledger.failure import fail
from importer.ledger.raw_text import RawText
from importer.ledger.report_lines import HeldChunk, WrongReportError, failed_lines
from importer.ledger.statements import HELD_CHUNK, REPORT, REPORT_AND_CLAIM

NOT_HELD = {"output": "", "rows": -1, "failed_rows": 0}  # no chunk has so many rows, so nothing is written


@dataclasses.dataclass(frozen=True)
class Report:
    """``output`` is NDJSON, one outcome per record."""

    token: str
    output: bytes


@dataclasses.dataclass(frozen=True)
class Reported:
    """Whether the report was accepted, and the next chunk where one was asked for and is due."""

    accepted: bool
    next_chunk: ClaimedChunk | None = None


def report(engine: Engine, done: Report, next_claim: Claimant | None, lease_seconds: int) -> Reported:
    """Store the outcomes and take the next chunk in one statement.

    WrongReportError for a report that is not the chunk's: the chunk has failed as a whole then, and is tried again.
    """
    try:
        checked = _checked(engine, done)
    except WrongReportError as error:
        fail(engine, done.token, "wrong_report", str(error))
        raise
    try:
        return _report(engine, checked, next_claim, lease_seconds)
    except IntegrityError:  # two copies of this report ran at once: the second finds what the first one did
        return _report(engine, checked, next_claim, lease_seconds)


def _checked(engine: Engine, done: Report) -> dict[str, object]:
    """The parameters of the statement. A token that holds nothing can only have reported before."""
    with engine.connect() as connection:
        held = _held(connection, done.token)
    if held is None:
        return {"token": done.token, **NOT_HELD}
    failed_rows = failed_lines(done.output, held)
    return {"token": done.token, "output": RawText(done.output), "rows": held.rows, "failed_rows": failed_rows}


def _held(connection: Connection, token: str) -> HeldChunk | None:
    row = connection.execute(HELD_CHUNK, {"token": token}).first()
    return None if row is None else HeldChunk(**row._mapping)


def _report(engine: Engine, checked: dict[str, object], next_claim: Claimant | None, lease_seconds: int) -> Reported:
    with engine.connect() as connection:
        if next_claim is None:
            return Reported(connection.execute(REPORT, checked).first() is not None)
        row = connection.execute(REPORT_AND_CLAIM, checked | next_claim.parameters(lease_seconds)).first()
    if row is None:
        return Reported(False)
    return Reported(True, None if row.batch_id is None else claimed_chunk(row, next_claim.token))
