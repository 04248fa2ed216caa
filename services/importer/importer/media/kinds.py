"""What kind of file some bytes are: their own beginning says it, never the name or the type that somebody claims."""

import dataclasses
import re
from pathlib import PurePosixPath

HEAD_BYTES = 512
OTHER = "application/octet-stream"


@dataclasses.dataclass(frozen=True)
class Kind:
    """``begins`` matches the first bytes of such a file."""

    suffix: str
    content_type: str
    begins: re.Pattern[bytes]

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


def _kind(suffix: str, content_type: str, begins: bytes) -> Kind:
    return Kind(suffix, content_type, re.compile(begins, re.DOTALL))


# The first that matches counts. No SVG and no HTML: both would run scripts where they are shown.
KINDS = (
    _kind("jpg", "image/jpeg", rb"\xff\xd8\xff"),
    _kind("apng", "image/apng", rb"\x89PNG\r\n\x1a\n(?:(?!IDAT).){8,480}acTL"),
    _kind("png", "image/png", rb"\x89PNG\r\n\x1a\n"),
    _kind("webp", "image/webp", rb"RIFF.{4}WEBP"),
    _kind("gif", "image/gif", rb"GIF8[79]a"),
    _kind("avif", "image/avif", rb".{4}ftypavi[fs]"),
    _kind("heic", OTHER, rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)"),
    _kind("mov", "video/quicktime", rb".{4}(?:ftypqt  |moov|wide|mdat)"),
    _kind("mp4", "video/mp4", rb".{4}ftyp"),
    _kind("webm", "video/webm", rb"\x1aE\xdf\xa3.{0,60}\x42\x82.{1,8}webm"),
    _kind("mkv", "video/x-matroska", rb"\x1aE\xdf\xa3"),
    _kind("avi", "video/x-msvideo", rb"RIFF.{4}AVI "),
    _kind("mpg", "video/mpeg", rb"\0\0\x01(?:\xba|\xb3)"),
    _kind("ts", "video/mp2t", rb"G.{187}G.{187}G"),
    _kind("flv", "video/x-flv", rb"FLV\x01"),
    _kind("ogv", "video/ogg", rb"OggS"),
    _kind("asf", "video/x-ms-asf", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    _kind("dv", "video/dv", rb"\x1f[\x07\x17]\0[\x3f\xbf]"),
    _kind("nut", OTHER, rb"nut/multimedia container\0"),
    _kind("mxf", "application/mxf", rb"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02"),
)
_BY_SUFFIX = {kind.suffix: kind for kind in KINDS}
UNKNOWN = Kind("bin", OTHER, re.compile(b""))


def kind_of_bytes(head: bytes) -> Kind:
    """By the first HEAD_BYTES of a file, UNKNOWN where they say nothing."""
    return next((kind for kind in KINDS if kind.begins.match(head)), UNKNOWN)


def kind_of_name(name: str) -> Kind:
    """Only for names that were given here: their ending was chosen by the bytes."""
    return _BY_SUFFIX.get(PurePosixPath(name).suffix[1:], UNKNOWN)
