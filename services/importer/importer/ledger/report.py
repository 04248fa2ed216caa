"""report: the outcomes of a chunk, accepted once and only under its current token."""

import dataclasses

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from importer.ledger.claim import Claimant, ClaimedChunk, claimed_chunk
from importer.ledger.raw_text import RawText
from importer.ledger.statements import HELD_ROWS, REPORT, REPORT_AND_CLAIM

FAILED_MARK = b'"outcome":"failed"'


class WrongLineCountError(Exception):
    """A report must have one line per record of its chunk."""


@dataclasses.dataclass(frozen=True)
class Report:
    """``output`` is NDJSON, one outcome per record; a quote inside a text is escaped, so the mark cannot be forged."""

    token: str
    output: bytes

    def parameters(self) -> dict[str, object]:
        return {
            "token": self.token,
            "output": RawText(self.output),
            "rows": self.output.count(b"\n"),
            "failed_rows": self.output.count(FAILED_MARK),
        }


@dataclasses.dataclass(frozen=True)
class Reported:
    """Whether the report was accepted, and the next chunk where one was asked for and is due."""

    accepted: bool
    next_chunk: ClaimedChunk | None = None


def report(engine: Engine, done: Report, next_claim: Claimant | None, lease_seconds: int) -> Reported:
    """Store the outcomes and take the next chunk in one statement; WrongLineCountError if lines are missing."""
    try:
        outcome = _report(engine, done, next_claim, lease_seconds)
    except IntegrityError:  # two copies of this report ran at once: the second finds what the first one did
        outcome = _report(engine, done, next_claim, lease_seconds)
    if not outcome.accepted:
        _check_line_count(engine, done)
    return outcome


def _report(engine: Engine, done: Report, next_claim: Claimant | None, lease_seconds: int) -> Reported:
    with engine.connect() as connection:
        if next_claim is None:
            return Reported(connection.execute(REPORT, done.parameters()).first() is not None)
        parameters = done.parameters() | next_claim.parameters(lease_seconds)
        row = connection.execute(REPORT_AND_CLAIM, parameters).first()
    if row is None:
        return Reported(False)
    return Reported(True, None if row.batch_id is None else claimed_chunk(row, next_claim.token))


def _check_line_count(engine: Engine, done: Report) -> None:
    with engine.connect() as connection:
        rows = connection.execute(HELD_ROWS, {"token": done.token}).scalar()
    sent = done.output.count(b"\n")
    if rows is not None and rows != sent:
        raise WrongLineCountError(f"The chunk has {rows} records, the report {sent} lines.")
