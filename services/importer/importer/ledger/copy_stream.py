"""Rows on their way into ``COPY ... FROM STDIN`` (text form), made while PostgreSQL reads them."""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg2
from sqlalchemy import Connection

COPY_BLOCK_BYTES = 256 * 1024


NULL = b"\\N"


def copy_row(*values: str | int | bytes | None) -> bytes:
    """One line of COPY's text form. Values hold no tab or line break: JSON escapes them."""
    return b"\t".join(map(_copy_value, values)) + b"\n"


def _copy_value(value: str | int | bytes | None) -> bytes:
    if value is None:
        return NULL
    text = value if isinstance(value, bytes) else str(value).encode()
    return text.replace(b"\\", b"\\\\")


class CopyStream:
    """The file that psycopg2 reads from; an empty line is passed over.

    An error of the iterator ends the COPY and its transaction. psycopg2 makes a cancelled query of it, so it is kept
    here for ``copy`` to raise.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines: Iterator[bytes] = iter(lines)
        self._line = memoryview(b"")
        self.error: Exception | None = None

    def read(self, size: int) -> bytes:
        try:
            while not self._line:
                self._line = memoryview(next(self._lines))
        except StopIteration:
            return b""
        except Exception as error:
            self.error = error
            raise
        part, self._line = self._line[:size], self._line[size:]
        return bytes(part)

    def readline(self, size: int = -1) -> bytes:
        raise NotImplementedError("COPY reads blocks")


def copy(connection: Connection, statement: str, lines: Iterable[bytes]) -> None:
    """``lines`` are of COPY's text form; what they raise is raised here as it is."""
    raw: Any = connection.connection.driver_connection
    stream = CopyStream(lines)
    try:
        with raw.cursor() as cursor:
            cursor.copy_expert(statement, stream, COPY_BLOCK_BYTES)
    except psycopg2.Error:
        if stream.error is not None:
            raise stream.error from None
        raise
