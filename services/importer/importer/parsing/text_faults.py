"""Where bytes are no text of the encoding that they should be in."""

import codecs
from typing import IO, Any, NamedTuple

from importer.parsing.encodings import UTF_8, Encoding
from importer.parsing.spool import blocks


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
