"""The encodings that text may come in: their names, and the bytes that mark them."""

import codecs
import dataclasses
import io
from typing import IO, Any

UTF_8, UTF_16, LITTLE, BIG = "utf-8", "utf-16", "utf-16le", "utf-16be"
WINDOWS_1251, WESTERN = "windows-1251", "windows-1252"
CYRILLIC = (WINDOWS_1251, "koi8-r", "cp866", "mac-cyrillic", "iso-8859-5")  # those that are told apart by looking
CODECS = {
    UTF_8: "utf-8",
    LITTLE: "utf-16-le",
    BIG: "utf-16-be",
    WINDOWS_1251: "cp1251",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "cp866": "cp866",
    "mac-cyrillic": "mac-cyrillic",
    "iso-8859-5": "iso8859-5",
    WESTERN: "cp1252",
    "us-ascii": "ascii",
}
NAMES = (UTF_8, UTF_16, *(name for name in CODECS if name != UTF_8))  # what can be asked for
# As a content type may call them; what the web calls ISO-8859-1 is windows-1252 in every browser.
ALIASES = {
    **{name: name for name in NAMES},
    **dict.fromkeys(("utf8", "unicode-1-1-utf-8"), UTF_8),
    "utf16": UTF_16,
    "utf-16-le": LITTLE,
    "utf-16-be": BIG,
    "ascii": "us-ascii",
    **dict.fromkeys(("cp1251", "win-1251", "windows1251"), WINDOWS_1251),
    **dict.fromkeys(("koi8", "koi"), "koi8-r"),
    **dict.fromkeys(("ibm866", "866", "csibm866"), "cp866"),
    **dict.fromkeys(("maccyrillic", "mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("iso8859-5", "iso88595", "cyrillic"), "iso-8859-5"),
    **dict.fromkeys(("cp1252", "iso-8859-1", "iso8859-1", "latin1", "latin-1"), WESTERN),
}
MARKS = {UTF_8: codecs.BOM_UTF8, LITTLE: codecs.BOM_UTF16_LE, BIG: codecs.BOM_UTF16_BE}
DECLARED, MARK, VALID, DETECTED = SOURCES = ("declared", "mark", "valid", "detected")


@dataclasses.dataclass(frozen=True)
class Encoding:
    """What a file is read as, and why (one of SOURCES); its marks have ``marks`` bytes and are passed over."""

    name: str
    source: str
    marks: int = 0

    @property
    def codec(self) -> str:
        """The name by which Python knows it."""
        return CODECS[self.name]

    def found(self) -> dict[str, Any]:
        """What an answer says of it."""
        return {"encoding": self.name, "encoding_source": self.source, "byte_order_mark": self.marks > 0}

    def text(self, file: IO[Any]) -> io.TextIOWrapper:
        """The whole file as text, its line ends as they are; ``detach`` it, else it closes the file."""
        file.seek(self.marks)
        return io.TextIOWrapper(file, self.codec, newline="")


PLAIN = Encoding(UTF_8, VALID)


def named(charset: str) -> str | None:
    """The name of an encoding that a content type calls so; None for one that is not read."""
    return ALIASES.get(charset.strip().lower().replace("_", "-").removeprefix("x-"))


def mark_of(head: bytes) -> tuple[str, int] | None:
    """The encoding whose mark a file begins with, and the bytes of its marks: some editors set two."""
    for name, mark in MARKS.items():
        length = 0
        while head.startswith(mark, length):
            length += len(mark)
        if length:
            return name, length
    return None
