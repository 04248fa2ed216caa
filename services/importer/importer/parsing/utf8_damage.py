"""Whether a file that is not valid UTF-8 is UTF-8 all the same, with a few wrong bytes or its last character cut."""

import re
from typing import IO, Any

from importer.parsing.spool import blocks

_LEADS = bytes(range(0xC2, 0xF5))
_PARTS = re.compile(
    rb"([\xd0\xd1][\x80-\xbf])|([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})|[\x80-\xff]"
)
# Words in ISO-8859-5 and CP866 have some such pairs by chance, but hardly any that are Cyrillic letters in UTF-8.
LOOKED_AT_BYTES = 16 * 1024
CYRILLIC_FOR_A_WRONG, OTHERS_FOR_A_WRONG = 2, 4


def is_damaged_utf8(file: IO[Any], offset: int) -> bool:
    """``offset`` is that of the first wrong byte; what is before it counts whole, and some of what begins there."""
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
