"""Which 8-bit encoding Russian words are in, by what their letters cost as trigrams and by upper and lower case.

The table of costs is made by ``python -m tests.bench.encodings.model``; ``docs/encodings.md`` says from what.
"""

import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from importer.parsing.encodings import WINDOWS_1251

LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
SIZE = len(LETTERS) + 1
EDGE = len(LETTERS)  # stands for the start and the end of a word
UNITS_A_BIT = 4
TRIGRAMS = Path(__file__).with_name("cyrillic_trigrams.bin")
_UNITS = zlib.decompress(TRIGRAMS.read_bytes())
# Letters of the neighbours, counted as those that stand in their places, and dearer.
_NEIGHBOURS = {"і": "и", "ї": "и", "є": "е", "ґ": "г", "ў": "у", "ј": "й", "ѕ": "з"}
_NUMBERS = {letter: LETTERS.index(_NEIGHBOURS.get(letter, letter)) for letter in (*LETTERS, *_NEIGHBOURS)}
_SIGNS = frozenset("«»„“”‘’‚–—…•№§©®°·\xa0\xad")
_OPENING = frozenset("‚„…‘’“”•–—")  # what stands before a word, and in MacCyrillic is its capital letter
# All in bits, found on the words that the table is made of.
_NEIGHBOUR, _SIGN, _SIGN_BEFORE_SMALL, _FOREIGN, _OTHER = 4, 6, 18, 24, 26
_SMALL, _CAPITALISED, _CAPITALS, _MIXED, _CHANGE = 0.5, 2, 3, 9, 4
_LONG = 20  # letters: from there on no encoding is favoured
_USUAL = 6  # taken off the cost of Windows-1251 for a short text: spreadsheets write it
_MARGIN = 4  # by which an encoding must be likelier than the next
_MOST_A_LETTER, _MOST_AT_ALL = 8, 16  # above it the words are no language that is written in these letters


class Candidate(NamedTuple):
    """Words as an encoding would read them, or several that differ in nothing here. ``cost`` is in bits."""

    name: str
    cost: float
    letters: int


def candidates(words: Mapping[str, Sequence[str]]) -> list[Candidate]:
    """The likeliest first; encodings that read the same are one, by the first of their names."""
    found: dict[str, Candidate] = {}
    for name, texts in words.items():
        found.setdefault(" ".join(texts), _candidate(name, texts))
    return sorted(found.values(), key=lambda one: one.cost)


def likeliest(found: Sequence[Candidate]) -> str | None:
    """Of ``candidates``; None where it cannot be told."""
    first, *others = found
    is_usual = first.name == WINDOWS_1251 and first.letters < _LONG
    is_clear = is_usual or not others or others[0].cost - first.cost >= _MARGIN
    is_language = first.cost <= _MOST_A_LETTER * first.letters + _MOST_AT_ALL
    return first.name if is_clear and is_language else None


def _candidate(name: str, texts: Sequence[str]) -> Candidate:
    letters = sum(map(len, texts))
    bonus = _USUAL if name == WINDOWS_1251 and letters < _LONG else 0
    return Candidate(name, sum(map(cost_of, texts)) - bonus, letters)


def cost_of(word: str) -> float:
    """Bits; the fewer, the more it looks like Russian."""
    cost, units = _case(word), 0
    first = second = EDGE
    small = word.lower()
    for at, letter in enumerate(small):
        number = _NUMBERS.get(letter, EDGE)
        if number == EDGE:
            cost += _sign(letter, word[at + 1 : at + 2] if second == EDGE else "")
        elif letter in _NEIGHBOURS:
            cost += _NEIGHBOUR
        if number != EDGE or second != EDGE:
            units += _UNITS[(first * SIZE + second) * SIZE + number]
        first, second = (EDGE, EDGE) if number == EDGE else (second, number)
    if second != EDGE:
        units += _UNITS[(first * SIZE + second) * SIZE + EDGE]
    return cost + units / UNITS_A_BIT


def _case(word: str) -> float:
    """Words are small, begin with a capital, or are all capitals; anything else costs, and more for each change."""
    capitals = [letter.isupper() for letter in word if letter.isalpha()]
    if not any(capitals):
        return _SMALL
    if not any(capitals[1:]):
        return _CAPITALISED
    if all(capitals):
        return _CAPITALS
    return _MIXED + _CHANGE * sum(one != other for one, other in pairwise(capitals[1:]))


def _sign(sign: str, behind: str) -> float:
    """Of what is no letter; ``behind`` is what follows it where nothing stands before it."""
    if sign not in _SIGNS:
        return _FOREIGN if sign.isalpha() else _OTHER
    return _SIGN + (_SIGN_BEFORE_SMALL if sign in _OPENING and behind.islower() else 0)
