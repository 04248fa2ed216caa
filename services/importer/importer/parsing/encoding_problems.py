"""Problems of text whose encoding is not what was said, or cannot be told."""

from collections.abc import Sequence

from importer.parsing.encodings import CODECS, NAMES
from importer.parsing.text_faults import Fault
from importer.problems import AMBIGUOUS_ENCODING, WRONG_ENCODING
from stackroom_kit.problems import FieldError, Problem

SHOWN_LINES, SHOWN_CHARACTERS = 3, 100


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
