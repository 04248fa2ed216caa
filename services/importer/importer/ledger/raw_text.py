"""Text on its way into a text column as the bytes that it came as: the driver would decode, encode and escape it."""

import dataclasses


class NulInTextError(Exception):
    """PostgreSQL keeps no U+0000."""


@dataclasses.dataclass(frozen=True)
class RawText:
    """UTF-8 without NUL, bound in the place of a str: psycopg2 asks an adapter how it is written in the statement.

    The engine's connections speak UTF-8 with standard strings (``SERVER_OPTIONS``), where only the quote is special.
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
