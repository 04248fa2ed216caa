"""Names that somebody gives and others read: of himself, of a token, of a program that wants to be let in."""

import re

from stackroom_kit.arguments import BAD_TEXT
from stackroom_kit.texts import FORBIDDEN_IN_LINE, normal_text

_FORBIDDEN = re.compile(f"[{FORBIDDEN_IN_LINE}]")


def shown_line(offered: str, pointer: str) -> str:
    """In its normal form. Problem 400 where it is empty, has several lines, or looks like something else."""
    line = normal_text(offered)
    if line is None or _FORBIDDEN.search(line):
        raise BAD_TEXT.at(pointer, "This has to be one line, without control characters and marks that turn text.")
    return line


def cleaned_line(offered: str) -> str | None:
    """Of somebody who cannot be told: without what is forbidden. None where nothing is left."""
    return normal_text(_FORBIDDEN.sub("", offered))
