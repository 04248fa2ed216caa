"""Sentences that say more than a code does, with the values that the server's own English sentence names.

A page of another language never shows that sentence itself. A test holds the patterns against what services really say.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from flask_babel import gettext as _


class DetailText(NamedTuple):
    """``pattern`` finds the places of ``text`` in the detail of a problem with this code."""

    code: str
    pattern: str
    text: str


def sentence(texts: Iterable[DetailText], code: str, detail: str) -> str:
    """As reasons.js says it; nothing where none of them fits."""
    for one in texts:
        found = re.search(one.pattern, detail)
        if one.code == code and found:
            return one.text.format(**found.groupdict())
    return ""


def detail_texts() -> list[DetailText]:
    """The first that fits a code and its detail holds."""
    return [*_type_texts(), *_value_texts(), *_file_texts(), *_right_texts()]


def _type_texts() -> list[DetailText]:
    kinds = {
        r"expected `int|whole number": _("Wrong type: a whole number is needed."),
        r"expected `str|must be a text": _("Wrong type: a text is needed."),
        r"expected `float": _("Wrong type: a number is needed."),
        r"expected `bool": _("Wrong type: true or false is needed."),
        r"expected `array": _("Wrong type: a list is needed."),
        r"expected `object": _("Wrong type: an object is needed."),
    }
    return [DetailText("wrong_type", pattern, text) for pattern, text in kinds.items()]


def _value_texts() -> list[DetailText]:
    return [
        DetailText("wrong_value", r" <= (?P<most>-?\d+)", _("This number is too large: at most {most}.")),
        DetailText("wrong_value", r" >= (?P<least>-?\d+)", _("This number is too small: at least {least}.")),
        DetailText(
            "out_of_range",
            r"must be from (?P<least>-?\d+) to (?P<most>-?\d+)",
            _("The number must be from {least} to {most}."),
        ),
        DetailText(
            "too_long",
            r"at most (?P<most>\d+) characters, this one has (?P<found>\d+)",
            _("This text is too long: {found} characters, at most {most} are allowed."),
        ),
        DetailText("duplicate_of", r"[Rr]ow (?P<row>\d+)", _("Row {row} of the file has the same ID.")),
        DetailText("unknown_group", r"called '(?P<name>.*)'", _("There is no group “{name}”.")),
    ]


def _file_texts() -> list[DetailText]:
    return [
        DetailText(
            "wrong_cells",
            r"has (?P<found>\d+) cells, the first line (?P<wanted>\d+)",
            _("The number of cells differs from the header: {found} instead of {wanted}."),
        ),
        DetailText(
            "unknown_column",
            r"column '(?P<name>.*?)'",
            _("The file has the column “{name}”, unknown to this operation."),
        ),
        DetailText("repeated_column", r"column '(?P<name>.*?)'", _("The column “{name}” comes twice.")),
        DetailText(
            "missing_column",
            r"missing: (?P<names>[^;]+?)\.?$",
            _("The first line does not name a required column: {names}."),
        ),
        DetailText(
            "record_too_long",
            r"has (?P<found>\d+) bytes; at most (?P<most>\d+)",
            _("The record is too long: {found} bytes, at most {most} are allowed."),
        ),
        DetailText(
            "too_many_refused",
            r"More than (?P<most>\d+) rows",
            _("More than {most} rows are wrong, so nothing of the file was taken."),
        ),
        DetailText("too_many_rows", r"at most (?P<most>\d+) rows", _("Too many records: at most {most} in one batch.")),
    ]


def _right_texts() -> list[DetailText]:
    """By the highest right that is missing, since a role has all those below."""
    needed = {
        "admin": _("Only an administrator may do this."),
        "editor": _("Only an editor may do this: your role does not have the right to change the register."),
        "operator": _("Only an operator may do this: your role does not have the right to send and cancel."),
        "reader": _("You do not have the right to see this."),
    }
    wait = DetailText("too_many_tries", r" in (?P<seconds>\d+) s", _("Too many tries; the next one in {seconds} s."))
    return [wait, *_forbidden(needed)]


def _forbidden(needed: dict[str, str]) -> list[DetailText]:
    return [DetailText("forbidden", rf"do not have: .*\b{right}\b", text) for right, text in needed.items()]
