"""Files that are no UTF-8: a sample of their words, and which 8-bit encoding of Cyrillic letters they are in."""

import re
from itertools import islice
from typing import IO, Any, NamedTuple

from importer.parsing.cyrillic import candidates, likeliest
from importer.parsing.encodings import CODECS, CYRILLIC, WESTERN
from importer.parsing.spool import blocks
from importer.parsing.text_faults import ambiguous

FIRST_RUNS, RUNS_A_BLOCK = 2000, 50
_RUN = re.compile(rb"[\x80-\xff]{1,64}")
_ESCAPE = re.compile(rb"\\[bfnrt]")
MOST_TOUCHING = 0.25  # of runs that touch a Latin letter: above it they are the accents of a Western language
SHOWN_BYTES = 400


class Sample(NamedTuple):
    """``runs`` of bytes above ASCII; ``touching`` stand beside a Latin letter; ``used`` holds each byte once."""

    runs: list[bytes]
    touching: int
    used: bytes
    first: int  # offset of the first run


def cyrillic_encoding(file: IO[Any]) -> str:
    """Its name. Problem 400 where it cannot be told; leaves the file anywhere."""
    sample = _sample(file)
    possible = [name for name in CYRILLIC if _can_read(name, sample.used)]
    words = {name: [run.decode(CODECS[name]) for run in sample.runs] for name in possible}
    found = candidates(words)
    name = likeliest(found)
    is_western = sample.touching > MOST_TOUCHING * len(sample.runs)
    if name and not is_western:
        return name
    western = [WESTERN] if _can_read(WESTERN, sample.used) else []
    listed = [candidate.name for candidate in found]
    raise ambiguous(_shown(file, sample.first), western + listed if is_western else listed + western)


def _sample(file: IO[Any]) -> Sample:
    """Some of every block, since a file may begin with anything."""
    runs: list[bytes] = []
    touching, used, first = 0, b"", -1
    for number, block in enumerate(blocks(file)):
        used += bytes(set(block.translate(None, used)))
        for found in islice(_RUN.finditer(block), RUNS_A_BLOCK if number else FIRST_RUNS):
            runs.append(found[0])
            touching += _touches(block, found.start(), found.end())
        if runs and first < 0:
            first = file.tell() - len(block) + block.index(runs[0])
    return Sample(runs, touching, used, first)


def _touches(block: bytes, start: int, end: int) -> bool:
    """Beside a Latin letter that is not the end of an escape of JSON."""
    before = block[max(start - 2, 0) : start]
    return (before[-1:].isalpha() and not _ESCAPE.fullmatch(before)) or block[end : end + 1].isalpha()


def _can_read(name: str, used: bytes) -> bool:
    try:
        used.decode(CODECS[name])
    except UnicodeDecodeError:
        return False
    return True


def _shown(file: IO[Any], first: int) -> bytes:
    """The lines from the first one that is not ASCII, as far as people want to see them."""
    start = max(first - SHOWN_BYTES // 2, 0)
    file.seek(start)
    part: bytes = file.read(SHOWN_BYTES)
    return part[part.rfind(b"\n", 0, first - start) + 1 :]
