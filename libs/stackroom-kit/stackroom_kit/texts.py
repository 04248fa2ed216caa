"""The one normal form of a text of the register: whoever sends it, and wherever it is looked for or compared."""

import unicodedata

# White space as Unicode has it, and the two marks of no width that part or join words. Joiners inside words, and what
# the register refuses anyway (control characters, a byte order mark), are none.
ASCII_SPACES = "\t\n\r "
WIDE_SPACES = (
    "\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f"
    "\u2060\u3000"
)
SPACES = ASCII_SPACES + WIDE_SPACES
# Inside a class of a regular expression: control characters and marks that turn the direction of text, which nobody
# types, and which forge what others read; of a single line also what ends one.
FORBIDDEN_IN_TEXT = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff"
FORBIDDEN_IN_LINE = rf"{FORBIDDEN_IN_TEXT}\t\n\r\x80-\x9f\u2028\u2029"


def normal_text(text: str) -> str | None:
    """Composed (NFC), without spaces at both ends; None where nothing is left: an empty text is null."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.strip(SPACES) or None
