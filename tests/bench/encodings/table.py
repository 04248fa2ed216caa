"""``python -m tests.bench.encodings.table``: how often held-out words are read wrong or refused, as Markdown.

A row is 2,000 texts of Debian's ``hunspell-ru`` that the model never saw, through all that looks at a file.
"""

import argparse
import io
import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from importer.parsing.detection import Declared, encoding_of
from importer.parsing.encodings import CODECS, CYRILLIC
from stackroom_kit.problems import Problem
from tests.bench.encodings.words import is_held_out, words

LEAST_LETTERS, LONG = 4, 20
CASES: dict[str, Callable[[str], str]] = {"small": str.lower, "Capitalised": str.title, "CAPITALS": str.upper}


class Counts(NamedTuple):
    wrong: int
    refused: int


def held_out() -> list[str]:
    """One form of every word."""
    forms = [random.choice(forms) for word, forms in words() if is_held_out(word)]
    return [form for form in forms if len(form) >= LEAST_LETTERS]


def texts(forms: list[str], letters: int) -> Iterator[str]:
    """Words until they have so many letters, for ever."""
    while True:
        text = random.choice(forms)
        while len(text.replace(" ", "")) < letters:
            text += " " + random.choice(forms)
        yield text


def counted(name: str, some: list[str]) -> Counts:
    wrong = refused = 0
    for text in some:
        body = text.encode(CODECS[name])
        try:
            wrong += body.decode(encoding_of(io.BytesIO(body), Declared()).codec) != text
        except (Problem, UnicodeDecodeError):
            refused += 1
    return Counts(wrong, refused)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    forms = held_out()
    print(f"| encoding | letters | one word: wrong | refused | {LONG} letters and more: wrong | refused |")
    print("|---|---|---|---|---|---|")
    for name in CYRILLIC:
        for label, case in CASES.items():
            cells = []
            for letters in (LEAST_LETTERS, LONG):
                source = texts(forms, letters)
                some = [case(next(source)) for _ in range(given.texts)]
                cells += [f"{100 * count / given.texts:.2f} %" for count in counted(name, some)]
            print(f"| {name} | {label} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
