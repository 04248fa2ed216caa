"""Titles that services give to resources, fields and operations: English, and translated where there are words."""

from flask_babel import gettext


def translated(title: str) -> str:
    """The title itself where there is no translation of it. An empty text is Babel's word for its own header."""
    return str(gettext(title)) if title else ""


def inside(title: str) -> str:
    """As it stands within a sentence: with a small letter, unless its word has none, such as ISBN."""
    return title if title[1:2].isupper() or len(title) == 1 else title[:1].lower() + title[1:]
