"""Whether a file ends before its container says that it does: by what its headers or its last bytes promise.

Only a few bytes are read, by seeking. Where a container promises nothing, nothing is found to be missing.
"""

from collections.abc import Callable
from typing import BinaryIO

from av.container import InputContainer

from worker_gpu.video.asf import is_asf_cut_off
from worker_gpu.video.file_bytes import SLACK, FileBytes

BOXES = set(b"ftyp styp moov moof mdat mfra free skip wide sidx udta uuid meta".split())
EBML, SEGMENT, VOID, CRC = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\xec", b"\xbf"
BLOCKS, BLOCK_HEAD = {b"\xa3", b"\xa0"}, 4  # names, and bytes of a block before its frame
NUT_INDEX, NUT_TAIL_MOST = bytes.fromhex("4e58dd672f23e64e"), 1_000_000
FLV_TAGS = {8, 9, 18}
OGG_PAGE_MOST = 27 + 255 + 255 * 255  # bytes


def is_cut_off(file: BinaryIO, container: InputContainer) -> bool:
    """Whether the file ends before its container says. OSError and RecordError as the file raises them."""
    place = file.tell()
    try:
        data = FileBytes(file)
        return any(_CHECKS[name](data) for name in container.format.name.split(",") if name in _CHECKS)
    finally:
        file.seek(place)


def is_cut_behind(file: BinaryIO, container: InputContainer, end: int) -> bool:
    """Whether what follows the last packet, which ends at ``end``, is the beginning of another that is not whole."""
    place = file.tell()
    try:
        data = FileBytes(file)
        return any(_TAILS[name](data, end) for name in container.format.name.split(",") if name in _TAILS)
    finally:
        file.seek(place)


def _riff(data: FileBytes) -> bool:
    """AVI: a list of RIFF chunks; 0 and all ones are sizes of recordings that were never closed."""
    end = 0
    while data.at(end, 4) == b"RIFF":
        size = data.number(end + 4, 4, "little")
        if size in (0, 0xFFFFFFFF):
            return False
        end += 8 + size + size % 2
    return end > data.size + SLACK


def _matroska(data: FileBytes) -> bool:
    end = 0
    while end < data.size:
        name = data.at(end, 4)
        width = 4 if name in (EBML, SEGMENT) else 1 if name[:1] in (VOID, CRC) else 0
        length, size = _ebml_size(data, end + width)
        if not width or size is None:  # what follows is no part of it, or it was written live
            return False
        end += width + length + size
    return end > data.size + SLACK


def _ebml_size(data: FileBytes, start: int) -> tuple[int, int | None]:
    """How many bytes the size has, and the size: None where it is unknown."""
    first = data.number(start, 1)
    if not first:
        return 1, None
    length = 9 - first.bit_length()
    size = data.number(start, length) & ((1 << 7 * length) - 1)
    return length, None if size == (1 << 7 * length) - 1 else size


def _matroska_tail(data: FileBytes, end: int) -> bool:
    """A file that was written live has no length, but each of its blocks has one."""
    block = end + BLOCK_HEAD
    length, size = _ebml_size(data, block + 1)
    return data.at(block, 1) in BLOCKS and size is not None and block + 1 + length + size > data.size


def _mov(data: FileBytes) -> bool:
    """Boxes one behind the other. Fragments hold no table of the whole, so a hole between them shows here alone."""
    end, has_fragments = 0, False
    while end < data.size and (name := data.at(end + 4, 4)) in BOXES:
        has_fragments |= name == b"moof"
        size = data.number(end, 4)
        if size == 1:
            size = data.number(end + 8, 8)
        if size < 8:  # 0: to the end of the file
            return False
        end += size
    return end > data.size + SLACK or (has_fragments and _is_no_box(data.at(end, 8)))


def _is_no_box(head: bytes) -> bool:
    """Boxes that nobody knows have names all the same; and a file may be filled up with zeros."""
    return any(head) and not (head[4:].isascii() and head[4:].decode("latin-1").isprintable())


def _flv(data: FileBytes) -> bool:
    """The last four bytes say where the last tag begins, which says how long it is."""
    size = data.number(data.size - 4, 4)
    tag = data.at(data.size - 4 - size, 4)
    return len(tag) < 4 or tag[0] & 0x1F not in FLV_TAGS or int.from_bytes(tag[1:], "big") + 11 != size


def _mpegts(data: FileBytes) -> bool:
    """Packets have one length; a file that does not begin with one says nothing."""
    head = data.at(0, 400)
    for length, sync in ((188, 0), (192, 4), (204, 0)):
        if head[sync : sync + length + 1 : length] == b"GG":
            return data.size % length != 0
    return False


def _ogg(data: FileBytes) -> bool:
    start = max(data.size - OGG_PAGE_MOST, 0)
    tail = data.at(start, OGG_PAGE_MOST)
    page = tail[tail.rfind(b"OggS") :]
    return len(page) < 27 or 27 + page[26] + sum(page[27 : 27 + page[26]]) > len(page)


def _gif(data: FileBytes) -> bool:
    """Blocks up to the trailer; its absence alone is no loss, since some writers forget it."""
    place = 13 + _colours(data.number(10, 1))
    while introducer := data.at(place, 1):
        if introducer == b";":
            return False
        if introducer == b"!":
            place += 2
        elif introducer == b",":
            place += 11 + _colours(data.number(place + 9, 1))
        else:
            return True
        while size := data.number(place, 1):
            place += 1 + size
        place += 1
    return place > data.size


def _colours(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _png(data: FileBytes) -> bool:
    place = 8
    while (name := data.at(place + 4, 4)).isalpha() and len(name) == 4:
        place += 12 + data.number(place, 4)
        if name == b"IEND":
            return place > data.size
    return True


def _dv_tail(data: FileBytes, end: int) -> bool:
    """FFmpeg fills the last frame up."""
    return end > data.size


def _nut_tail(data: FileBytes, end: int) -> bool:
    """Its writers end it with an index."""
    return NUT_INDEX not in data.at(end, NUT_TAIL_MOST)


_TAILS: dict[str, Callable[[FileBytes, int], bool]] = {"matroska": _matroska_tail, "dv": _dv_tail, "nut": _nut_tail}
_CHECKS: dict[str, Callable[[FileBytes], bool]] = {
    "avi": _riff,
    "matroska": _matroska,
    "mov": _mov,
    "asf": is_asf_cut_off,
    "flv": _flv,
    "mpegts": _mpegts,
    "ogg": _ogg,
    "gif": _gif,
    "apng": _png,
}
