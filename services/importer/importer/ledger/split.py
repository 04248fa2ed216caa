"""split: one poison record never costs its neighbours.

A chunk with too much trouble becomes up to sixteen smaller ones; a lone record becomes a failed outcome.
"""

import dataclasses
from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, Engine
from stackroom_jobs.outcomes import failed_line

from importer.database import transaction
from importer.ledger.limits import MAX_EXPIRED, MAX_PIECES
from importer.ledger.statements import (
    DELETE_CHUNK,
    EXPIRED_TOO_OFTEN,
    FINISH_LONE_RECORD,
    INSERT_PIECE,
    LOCK_BATCH,
    LOCK_CHUNK,
)

_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True)
class Trouble:
    """Why a chunk is split, and the outcome of a lone record."""

    code: str
    detail: str


@dataclasses.dataclass(frozen=True)
class Piece:
    first_row: int
    last_row: int
    rows: int
    records: str


def pieces_of(first_row: int, records: str) -> Iterator[Piece]:
    """Cut a JSON array of records into at most sixteen; nulls (refused rows) count as nothing."""
    items = _decoder.decode(records)
    size = -(-len(items) // MAX_PIECES)
    for start in range(0, len(items), size):
        part = items[start : start + size]
        rows = sum(bytes(item) != b"null" for item in part)
        if rows:
            first = first_row + start
            yield Piece(first, first + len(part) - 1, rows, _encoder.encode(part).decode())


def lone_record(first_row: int, records: str) -> tuple[int, bytes]:
    """Row number and JSON of the only record of an array whose other items are null."""
    for offset, item in enumerate(_decoder.decode(records)):
        if bytes(item) != b"null":
            return first_row + offset, bytes(item)
    raise ValueError("a chunk without records")


def split(connection: Connection, batch_id: str, first_row: int, trouble: Trouble) -> None:
    """Inside a transaction. Takes the batch's row first: a cancel then sees all the pieces, or none."""
    connection.execute(LOCK_BATCH, {"batch_id": batch_id})
    place = {"batch_id": batch_id, "first_row": first_row}
    chunk = connection.execute(LOCK_CHUNK, place).first()
    if chunk is None or chunk.held:
        return
    why = {"code": trouble.code, "detail": trouble.detail}
    if chunk.rows == 1:
        row, record = lone_record(chunk.first_row, chunk.records)
        output = failed_line(row, trouble.code, trouble.detail, record).decode()
        connection.execute(FINISH_LONE_RECORD, place | why | {"output": output})
        return
    connection.execute(DELETE_CHUNK, place)
    for piece in pieces_of(chunk.first_row, chunk.records):
        parameters = {"batch_id": batch_id, "queue": chunk.queue, **dataclasses.asdict(piece), **why}
        connection.execute(INSERT_PIECE, parameters)


def split_expired(engine: Engine) -> int:
    """Split what nobody reported in time again and again; gives their number."""
    with engine.connect() as connection:
        found = connection.execute(EXPIRED_TOO_OFTEN, {"max_expired": MAX_EXPIRED}).all()
    for row in found:
        with transaction(engine) as connection:
            split(connection, row.batch_id, row.first_row, Trouble("worker_lost", "Its lease ran out again and again."))
    return len(found)
