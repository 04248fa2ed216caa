"""Which encoding a file is in: what is declared, what its bytes say, and only then what its words look like."""

import dataclasses
from typing import IO, Any

from importer.parsing.eight_bit import cyrillic_encoding
from importer.parsing.encodings import (
    BIG,
    DECLARED,
    DETECTED,
    LITTLE,
    MARK,
    PLAIN,
    UTF_8,
    UTF_16,
    Encoding,
    mark_of,
    named,
)  # fmt: skip
from importer.parsing.text_faults import first_fault, is_damaged_utf8, mark_contradicts, not_in, unknown_charset

HEAD_BYTES = 4096
HIGH_BYTES = b"\x00\x04\x20\x21"  # of UTF-16: Latin, Cyrillic, and the signs of both
MOST_OTHERS = 0.05


@dataclasses.dataclass(frozen=True)
class Declared:
    """What was said of a body: ``encoding``, one of NAMES, was asked for; ``charset`` is that of its content type."""

    encoding: str | None = None
    charset: str | None = None


def encoding_of(file: IO[Any], declared: Declared) -> Encoding:
    """Leaves the file anywhere. Problem 400 for bytes that are not in it, or may be in several.

    UTF-16 without a mark is looked for before UTF-8, since most of it is valid there, with U+0000 in every other place.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    wanted, mark = _wanted(declared), mark_of(head)
    if wanted:
        return _checked(file, _as_declared(wanted, mark, head))
    if mark:
        return _checked(file, Encoding(mark[0], MARK, mark[1]))
    wide = _wide(head)
    if wide:
        return _checked(file, Encoding(wide, DETECTED))
    fault = first_fault(file, PLAIN)
    if fault is None:
        return PLAIN
    if is_damaged_utf8(file, fault.offset):
        raise not_in(UTF_8, fault)
    return Encoding(cyrillic_encoding(file), DETECTED)


def _wanted(declared: Declared) -> str | None:
    if declared.encoding:
        return declared.encoding
    if declared.charset is None:
        return None
    name = named(declared.charset)
    if name is None:
        raise unknown_charset(declared.charset)
    return name


def _as_declared(wanted: str, mark: tuple[str, int] | None, head: bytes) -> Encoding:
    """UTF-16 is that of its mark, else as its bytes say, else that of nearly all who write it."""
    if mark and (mark[0] == wanted or (wanted == UTF_16 and mark[0] in (LITTLE, BIG))):
        return Encoding(mark[0], DECLARED, mark[1])
    if mark:
        raise mark_contradicts(wanted, mark[0])
    return Encoding((_wide(head) or LITTLE) if wanted == UTF_16 else wanted, DECLARED)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark, where every other byte says so: letters of ASCII have U+00 there, and nowhere else."""
    even, odd = head[0::2], head[1::2]
    for name, high, low in ((LITTLE, odd, even), (BIG, even, odd)):
        others = len(high.translate(None, HIGH_BYTES))
        if b"\0" in high and b"\0" not in low and others <= MOST_OTHERS * len(high):
            return name
    return None


def _checked(file: IO[Any], encoding: Encoding) -> Encoding:
    fault = first_fault(file, encoding)
    if fault:
        raise not_in(encoding.name, fault)
    return encoding
