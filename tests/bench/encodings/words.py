"""Russian words of Debian's ``hunspell-ru``: every form of every word, each word in one of two sets by its hash."""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path("/usr/share/hunspell")
HELD_OUT_IN = 5  # one word of five is kept for the table
RUSSIAN = re.compile(r"[А-Яа-яЁё]+")


class Ending(NamedTuple):
    """Of a word that ends in ``when``, ``cut`` becomes ``new``."""

    cut: str
    new: str
    when: re.Pattern[str]


def _endings(folder: Path) -> dict[str, list[Ending]]:
    found: dict[str, list[Ending]] = defaultdict(list)
    for line in (folder / "ru_RU.aff").read_text("utf-8").splitlines():
        parts = line.split()
        if len(parts) >= 5 and parts[0] == "SFX":
            flag, cut, new, when = parts[1:5]
            found[flag].append(Ending(cut.strip("0"), new.strip("0"), re.compile(f"(?:{when})$")))
    return found


def _forms(word: str, endings: list[Ending]) -> Iterator[str]:
    yield word
    for ending in endings:
        if ending.when.search(word):
            yield word[: len(word) - len(ending.cut)] + ending.new


def words(folder: Path = FOLDER) -> Iterator[tuple[str, list[str]]]:
    """A word as the dictionary has it, with its forms in lower case; no abbreviations."""
    endings = _endings(folder)
    for line in (folder / "ru_RU.dic").read_text("utf-8").splitlines()[1:]:
        word, _, flags = line.strip().partition("/")
        if RUSSIAN.fullmatch(word) and not word[1:].isupper():
            forms = _forms(word, [ending for flag in flags for ending in endings[flag]])
            yield word, sorted({form.lower() for form in forms if RUSSIAN.fullmatch(form)})


def is_held_out(word: str) -> bool:
    """By its first five letters, so that what is made of one stem is in one set."""
    return zlib.crc32(word.lower()[:5].encode()) % HELD_OUT_IN == 0
