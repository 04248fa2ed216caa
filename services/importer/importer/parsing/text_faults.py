"""Where bytes are no text of the encoding that they should be in, and the problems that say so."""

import codecs
import re
from collections.abc import Sequence
from typing import IO, Any, NamedTuple

from importer.parsing.encodings import CODECS, NAMES, UTF_8, Encoding
from importer.parsing.spool import blocks
from importer.problems import AMBIGUOUS_ENCODING, WRONG_ENCODING
from stackroom_kit.problems import FieldError, Problem

SHOWN_LINES, SHOWN_CHARACTERS = 3, 100  # of a text that may be in several encodings
_LEADS = bytes(range(0xC2, 0xF5))
_PARTS = re.compile(
    rb"([\xd0\xd1][\x80-\xbf])|([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})|[\x80-\xff]"
)
# Words in ISO-8859-5 and CP866 have some such pairs by chance, but hardly any that are Cyrillic letters in UTF-8.
LOOKED_AT_BYTES = 16 * 1024
CYRILLIC_FOR_A_WRONG, OTHERS_FOR_A_WRONG = 2, 4


class Fault(NamedTuple):
    """The first byte that is no text: ``offset`` from 0, ``line`` from 1; ``byte`` is its value."""

    offset: int
    line: int
    byte: int


def first_fault(file: IO[Any], encoding: Encoding) -> Fault | None:
    """Where the file is not in this encoding; None where all of it is. Leaves the file anywhere."""
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    read = encoding.marks
    waiting = 0  # bytes of a character that goes on in the next block
    try:
        for block in blocks(file, read):
            if waiting or encoding.name != UTF_8 or not block.isascii():
                decoder.decode(block)
                waiting = len(decoder.getstate()[0])
            read += len(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return _fault(file, encoding, read - waiting + error.start)
    return None


def _fault(file: IO[Any], encoding: Encoding, offset: int) -> Fault:
    decoder = codecs.getincrementaldecoder(encoding.codec)("replace")
    line, left = 1, offset
    for block in blocks(file):
        line += decoder.decode(block[:left]).count("\n")
        left -= min(left, len(block))
        if not left:
            break
    file.seek(offset)
    return Fault(offset, line, file.read(1)[0])


def is_damaged_utf8(file: IO[Any], offset: int) -> bool:
    """Whether the file is UTF-8 but for some bytes; ``offset`` is that of the first. Not all behind it is read."""
    cyrillic, others = _before(file, offset)
    wrong = 0
    file.seek(offset)
    for letter, other in _PARTS.findall(file.read(LOOKED_AT_BYTES)):
        cyrillic += bool(letter)
        others += bool(other)
        wrong += not (letter or other)
    return cyrillic / CYRILLIC_FOR_A_WRONG + others / OTHERS_FOR_A_WRONG >= wrong


def _before(file: IO[Any], offset: int) -> tuple[int, int]:
    """Characters of several bytes in what is valid: Cyrillic letters, and others."""
    cyrillic, leads, left = 0, 0, offset
    for block in blocks(file):
        part = block[:left]
        cyrillic += sum(map(part.count, (b"\xd0", b"\xd1")))
        leads += len(part) - len(part.translate(None, _LEADS))
        left -= len(part)
        if not left:
            break
    return cyrillic, leads - cyrillic


def wrong_encoding(detail: str) -> Problem:
    return WRONG_ENCODING.at("", detail)


def not_in(name: str, fault: Fault) -> Problem:
    """Of a file that is said to be in this encoding, or is so but for a few bytes."""
    place = f"byte {fault.offset} (counted from 0), on line {fault.line}"
    return wrong_encoding(f"The text is not all {name}: {place}, is 0x{fault.byte:02X}, which is no character there.")


def unknown_charset(charset: str) -> Problem:
    return wrong_encoding(f"The content type says charset {charset[:50]!r}; known: {', '.join(NAMES)}.")


def mark_contradicts(said: str, mark: str) -> Problem:
    detail = f"The text is said to be {said}, but byte 0, on line 1, begins the byte order mark of {mark}."
    return wrong_encoding(detail)


def ambiguous(start: bytes, names: Sequence[str]) -> Problem:
    """``start`` holds the lines that are shown; ``names`` are those of the encodings, the likeliest first."""
    detail = f"The text is not UTF-8, and may be one of: {', '.join(names)}. Say which it is with encoding=."
    errors = [FieldError(f"?encoding={name}", "ambiguous_encoding", _lines(start.decode(CODECS[name], "replace")))
              for name in names]  # fmt: skip
    return AMBIGUOUS_ENCODING(detail, *errors)


def _lines(text: str) -> str:
    return "\n".join(line[:SHOWN_CHARACTERS] for line in text.splitlines()[:SHOWN_LINES])
