"""Holes in the middle of a video: time without a frame, where the file has bytes that nobody can read.

Time alone proves nothing: a frame may be shown for any time. Nor do bytes alone: a container may hold what is no frame.
Both at one place do.
"""

import zlib
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from worker_gpu.video.asf import asf_packet_bytes
from worker_gpu.video.endings import FLV_TAGS

LEAST_BYTES = 512  # headers of packets are shorter
LEAST_FRAMES = 2.5  # of time without a frame
MOST_LOOKED_AT = 4_000_000  # bytes of one place
ASF_PACKET = b"\x82\0\0"  # how each begins: error correction
TS_PACKETS = (188, 192, 204)  # bytes
# Formats in which packets follow each other closely, each where it says.
CLOSE = {"matroska", "flv", "nut", "mxf"}
FLV_HEAD, FLV_TAIL = 11, 4  # bytes around the data of a tag


class Holes:
    """``note`` all packets in the order of the file; ``found``: whether there was a hole between two of the video."""

    def __init__(self, file: BinaryIO, container: InputContainer, video: Stream, frame_seconds: float) -> None:
        self.found = False
        self.has_unread = False  # bytes between packets: a container may hold what is no frame, too
        self._file, self._video, self._frame_seconds = file, video, frame_seconds
        names = set(container.format.name.split(","))
        self._is_close = bool(names & CLOSE)
        self._broken = next((check for name, check in BROKEN.items() if name in names), None)
        if "asf" in names:
            self._broken = partial(_breaks_asf, asf_packet_bytes(file))
        self.read_to: int | None = None  # where the packets so far end
        self._is_unread = False  # whether bytes were passed over since the last packet of the video
        # Where the last packets of the video begin. Ogg pages behind a hole are timed as if there were none, so that
        # the hole is seen a page or two later.
        self._places = deque[int](maxlen=4)
        self._latest: float | None = None  # seconds

    def note(self, packet: "Packet[Stream]") -> None:
        place = packet.pos
        if self.found or place is None or place < 0 or not packet.size:
            return
        self._is_unread |= self.read_to is not None and place - self.read_to > LEAST_BYTES
        self.has_unread |= self._is_unread
        self.read_to = max(self.read_to or 0, place + packet.size)
        if packet.stream.index == self._video.index and packet.pts is not None and packet.time_base:
            self._note_video(place, float(packet.pts * packet.time_base))

    def _note_video(self, place: int, time: float) -> None:
        if self._latest is not None and time - self._latest > LEAST_FRAMES * self._frame_seconds:
            self.found = (self._is_close and self._is_unread) or self._is_broken(place)
        self._is_unread = False
        if place not in self._places:
            self._places.append(place)
        self._latest = time if self._latest is None else max(self._latest, time)

    def _is_broken(self, place: int) -> bool:
        if self._broken is None or not self._places or not 0 < place - self._places[0] <= MOST_LOOKED_AT:
            return False
        now = self._file.tell()
        try:
            self._file.seek(self._places[0])
            size = place - self._places[0]
            return self._broken(self._file.read(size + len(ASF_PACKET)), size)
        finally:
            self._file.seek(now)


def _breaks_ts(data: bytes, size: int) -> bool:
    """The first ``size`` bytes go from one packet to another: each begins with a sync byte, at even distances."""
    return not any(size % length == 0 and set(data[:size:length]) == {0x47} for length in TS_PACKETS)


def _breaks_asf(length: int, data: bytes, size: int) -> bool:
    """From one packet to another, whose flags are in ``data`` as well: each has ``length`` bytes and the same flags."""
    return length > 0 and any(data[at : at + 3] != ASF_PACKET for at in range(0, size + 1, length))


def _breaks_flv(data: bytes, size: int) -> bool:
    """From one tag to another. The length behind a tag is not checked: some writers get it wrong."""
    place = 0
    while place < size and data[place] & 0x1F in FLV_TAGS:
        place += FLV_HEAD + int.from_bytes(data[place + 1 : place + 4], "big") + FLV_TAIL
    return place != size


def _breaks_ogg(data: bytes, size: int) -> bool:
    """From the start of a page to that of another: pages have check sums, and numbers, those of each stream apart."""
    place, numbers = 0, dict[bytes, int]()
    while place < size:
        head = data[place : place + 27 + 255]
        end = place + 27 + head[26] + sum(head[27 : 27 + head[26]]) if len(head) >= 27 else size + 1
        if head[:4] != b"OggS" or end > size or _ogg_sum(data[place:end]) != int.from_bytes(head[22:26], "little"):
            return True
        stream, number = head[14:18], int.from_bytes(head[18:22], "little")
        if number != numbers.get(stream, number - 1) + 1:
            return True
        numbers[stream], place = number, end
    return False


def _ogg_sum(page: bytes) -> int:
    """CRC-32 as zlib has it, but with the bits of each byte and of the sum in the other order, and not inverted."""
    blank = page[:22] + bytes(4) + page[26:]
    turned = zlib.crc32(blank.translate(TURNED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{turned:032b}"[::-1], 2)


TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
BROKEN: dict[str, Callable[[bytes, int], bool]] = {"mpegts": _breaks_ts, "flv": _breaks_flv, "ogg": _breaks_ogg}
