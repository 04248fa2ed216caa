"""``python -m tests.bench.encodings.model``: makes the importer's ``cyrillic_trigrams.bin`` anew from ``hunspell-ru``.

Of every word but those held out, and of a word's forms as one: how many bits a letter costs behind the two before it.
"""

import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from importer.parsing.cyrillic import LETTERS, SIZE, TRIGRAMS, UNITS_A_BIT
from tests.bench.encodings.words import is_held_out, words
from tests.support.importer.russian_words import WORDS

EDGE = SIZE - 1
PAIRS_WEIGH = 4.0  # as this many trigrams of the same beginning
LETTERS_WEIGH = 8.0
Counts = Counter[tuple[int, ...]]


def _sequences() -> Iterator[tuple[list[int], float]]:
    """Words as numbers, with their weights; texts are written with and without the dots of Ё."""
    tested = {word.lower().replace("ё", "е") for word in WORDS}
    for word, forms in words():
        plain = {form.replace("ё", "е") for form in forms}
        if is_held_out(word) or plain & tested:
            continue
        spelt = plain | set(forms)
        for form in spelt:
            yield [LETTERS.index(letter) for letter in form], 1 / math.sqrt(len(spelt))


def _counted(sequences: Iterable[tuple[list[int], float]]) -> tuple[Counts, Counts, Counts]:
    ones: Counts = Counter()
    twos: Counts = Counter()
    threes: Counts = Counter()
    for numbers, weight in sequences:
        padded = [EDGE, EDGE, *numbers, EDGE]
        for first, second, third in zip(padded, padded[1:], padded[2:], strict=False):
            ones[(third,)] += weight  # type: ignore[assignment]
            twos[second, third] += weight  # type: ignore[assignment]
            threes[first, second, third] += weight  # type: ignore[assignment]
    return ones, twos, threes


def _costs(ones: Counts, twos: Counts, threes: Counts) -> bytes:
    total = sum(ones.values())
    after_one: Counts = Counter()
    after_two: Counts = Counter()
    for (first, _), count in twos.items():
        after_one[(first,)] += count
    for (first, second, _), count in threes.items():
        after_two[first, second] += count
    costs = bytearray()
    for first in range(SIZE):
        for second in range(SIZE):
            for third in range(SIZE):
                one = (ones[(third,)] + 1) / (total + SIZE)
                two = (twos[second, third] + LETTERS_WEIGH * one) / (after_one[(second,)] + LETTERS_WEIGH)
                three = (threes[first, second, third] + PAIRS_WEIGH * two) / (after_two[first, second] + PAIRS_WEIGH)
                costs.append(min(round(-math.log2(three) * UNITS_A_BIT), 255))
    return bytes(costs)


def main() -> None:
    made = zlib.compress(_costs(*_counted(_sequences())), 9)
    Path(TRIGRAMS).write_bytes(made)
    print(f"{TRIGRAMS.name}: {len(made):,} bytes")


if __name__ == "__main__":
    main()
