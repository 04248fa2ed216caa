"""Whether a video is whole: what its packets, its length and its bytes say against it."""

from typing import BinaryIO

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from worker_gpu.video.endings import is_cut_behind, is_cut_off
from worker_gpu.video.holes import Holes

# Formats whose header says how long the whole is. Others tell what their last time stamp says, or a guess by size.
PROMISING = {"mov", "matroska", "avi", "flv", "asf", "mxf", "ivf"}
SHORT_SECONDS, SHORT_PART = 0.5, 0.02  # by how much less than its header says a whole video may be shorter: the larger
EVEN_FRAMES = {"dv"}  # formats whose frames have one size, and blocks of 80 bytes that never begin with 0
DV_BLOCK = 80


class Wholeness:
    """``note`` all packets in the order of the file. ``reached`` is the end of the latest, by the file's own clock."""

    def __init__(self, file: BinaryIO, container: InputContainer, video: VideoStream, rate: float) -> None:
        names = set(container.format.name.split(","))
        self._file, self._container, self._video = file, container, video
        self._holes = Holes(file, container, video, 1 / rate)
        self._is_cut_off = is_cut_off(file, container)
        self._is_promising, self._is_even = bool(names & PROMISING), bool(names & EVEN_FRAMES)
        self._said = video.frames if "avi" in names else 0
        self._packets = self._even_size = 0
        self._is_broken = False
        self.reached: dict[int, float] = {}

    def note(self, packet: "Packet[Stream]") -> None:
        if packet.pts is not None and packet.time_base is not None:
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            self.reached[packet.stream.index] = max(end, self.reached.get(packet.stream.index, end))
        self._holes.note(packet)
        if packet.stream.index == self._video.index:
            self._note_video(packet)

    def _note_video(self, packet: "Packet[Stream]") -> None:
        self._packets += bool(packet.size)
        self._is_broken |= bool(packet.size) and packet.is_corrupt
        if self._is_even and packet.size:
            self._even_size = self._even_size or packet.size
            self._is_broken |= packet.size != self._even_size or 0 in bytes(packet)[::DV_BLOCK]

    def note_end(self) -> None:
        """There are no more packets."""
        if self._holes.read_to is not None:
            self._is_cut_off |= is_cut_behind(self._file, self._container, self._holes.read_to)

    def note_error(self) -> None:
        """Something could not be read or decoded."""
        self._is_broken = True

    def is_damaged(self, longest: float | None) -> bool:
        """``longest`` is for how many seconds a frame is shown at most; None where a stray stamp made the header wrong.

        Fewer frames than the header says are no damage by themselves: a MOV's edit list leaves some out, and an AVI
        counts dropped frames, which have no bytes. In an AVI, whose frames have no times, fewer frames together with
        unread bytes are a hole.
        """
        is_short = longest is not None and self._is_short(longest)
        has_hole = self._holes.found or (self._packets < self._said and self._holes.has_unread)
        return self._is_broken or self._is_cut_off or has_hole or is_short

    def _is_short(self, longest: float) -> bool:
        """All streams count, since the sound may be longer than the pictures. One frame has any length."""
        if not self._is_promising or self._packets < 2 or not self.reached or not self._container.duration:
            return False
        told = self._container.duration / 1_000_000
        missing = told + (self._container.start_time or 0) / 1_000_000 - max(self.reached.values())
        return missing > max(SHORT_SECONDS, SHORT_PART * told, longest)
