"""report: the outcomes of a chunk, accepted once, only under its current token, and only when every line is right."""

import dataclasses

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from importer.ledger.claim import CLAIMED, MINE, PICK_AND_TAKE, Claimant, ClaimedChunk, claimed_chunk
from importer.ledger.lease import fail
from importer.ledger.report_lines import ReportedChunk, WrongReportError, failed_lines
from importer.registry.registry import Registry

NOT_HELD = {"output": "", "rows": -1, "failed_rows": 0}  # no chunk has so many rows, so nothing is written


# report: under the current token only; a repeat of a report that was accepted is accepted again. What loads the
# catalog is not done with that, but waits to be applied.
_ACCEPT_REPORT = """
UPDATE importer.chunk SET state = CASE WHEN applies THEN 'applying' ELSE 'done' END, output = :output,
  failed_rows = :failed_rows, finished_at = clock_timestamp(), due_at = now()
WHERE token = :token AND state = 'leased' AND rows = :rows RETURNING 1"""
_ALREADY_REPORTED = "SELECT 1 FROM importer.chunk WHERE token = :token AND state IN ('applying', 'done')"
REPORT = text(f"""
WITH did AS ({_ACCEPT_REPORT}) SELECT * FROM did UNION ALL {_ALREADY_REPORTED}""")

# ... and the answer to a report carries the next claim, only if the report was accepted and never its own chunk.
_NEXT = PICK_AND_TAKE.format(
    condition="""NOT EXISTS (SELECT FROM mine) AND EXISTS (SELECT FROM ok)
    AND (c.batch_id, c.first_row) NOT IN (SELECT batch_id, first_row FROM importer.chunk WHERE token = :token)"""
)
REPORT_AND_CLAIM = text(f"""
WITH did AS ({_ACCEPT_REPORT}), ok AS (SELECT * FROM did UNION ALL {_ALREADY_REPORTED}), mine AS ({MINE}), {_NEXT},
claimed AS ({CLAIMED})
SELECT claimed.* FROM ok LEFT JOIN claimed ON true""")
# ... what is reported, so that its lines can be checked before. Records are read back only where they are needed.
HELD_CHUNK = text("""
SELECT c.first_row, c.last_row, c.rows, c.gaps, b.operation,
  CASE WHEN c.applies OR c.gaps IS NULL AND c.rows <= c.last_row - c.first_row THEN c.records END AS records
FROM importer.chunk c JOIN importer.batch b ON b.id = c.batch_id WHERE c.token = :token AND c.state = 'leased'""")


class NulInTextError(Exception):
    """PostgreSQL keeps no U+0000."""


@dataclasses.dataclass(frozen=True)
class RawText:
    """UTF-8 without NUL, bound in the place of a str: the driver would decode, encode and escape it.

    psycopg2 asks an adapter how it is written in the statement. The engine's connections speak UTF-8 with standard
    strings (``SERVER_OPTIONS``), where only the quote is special.
    UnicodeDecodeError for what is not UTF-8, NulInTextError for a NUL.
    """

    data: bytes

    def __post_init__(self) -> None:
        self.data.decode("utf-8")
        if b"\0" in self.data:
            raise NulInTextError("The text holds the character U+0000.")

    def __conform__(self, _protocol: object) -> "RawText":
        return self

    def getquoted(self) -> bytes:
        return b"'" + self.data.replace(b"'", b"''") + b"'"


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


def report(
    engine: Engine, registry: Registry, done: Report, next_claim: Claimant | None, lease_seconds: int
) -> Reported:
    """Store the outcomes and take the next chunk in one statement.

    WrongReportError for a report that is not the chunk's: the chunk has failed as a whole then, and is tried again.
    """
    try:
        checked = _checked(engine, registry, done)
    except WrongReportError as error:
        fail(engine, done.token, "wrong_report", str(error))
        raise
    try:
        return _report(engine, checked, next_claim, lease_seconds)
    except IntegrityError:  # two copies of this report ran at once: the second finds what the first one did
        return _report(engine, checked, next_claim, lease_seconds)


def _checked(engine: Engine, registry: Registry, done: Report) -> dict[str, object]:
    """The parameters of the statement. Where the token holds nothing, only an earlier report can be found under it."""
    with engine.connect() as connection:
        held = _held(connection, done.token)
    if held is None:
        return {"token": done.token, **NOT_HELD}
    operation = registry.get(held.operation)
    if operation is None:
        raise WrongReportError(f"Nobody knows the operation {held.operation} any more.")
    failed_rows = failed_lines(done.output, held, operation)
    return {"token": done.token, "output": RawText(done.output), "rows": held.rows, "failed_rows": failed_rows}


def _held(connection: Connection, token: str) -> ReportedChunk | None:
    row = connection.execute(HELD_CHUNK, {"token": token}).first()
    return None if row is None else ReportedChunk(**row._mapping)


def _report(engine: Engine, checked: dict[str, object], next_claim: Claimant | None, lease_seconds: int) -> Reported:
    with engine.connect() as connection:
        if next_claim is None:
            return Reported(connection.execute(REPORT, checked).first() is not None)
        row = connection.execute(REPORT_AND_CLAIM, checked | next_claim.parameters(lease_seconds)).first()
    if row is None:
        return Reported(False)
    return Reported(True, None if row.batch_id is None else claimed_chunk(row, next_claim.token))
