"""The frames of a video, one after the other, and what they say of it: headers lie, frames do not."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

RATE = 25.0  # frames per second, where nothing says otherwise
# Seconds. Frames come in order, so a clock that falls so far began anew: recordings were put together.
JUMP_BACK = 1.0


class TimedFrame(NamedTuple):
    """``time`` in seconds from the first frame, never falling; ``rotation`` 0, 90, 180 or 270 counterclockwise."""

    frame: VideoFrame
    time: float
    rotation: int


class Frames:
    """Iterated once; ``count``, ``end``, ``rotation`` and ``is_damaged`` grow with it. ``end`` is in seconds.

    ``said`` is how many frames the file claims to have, or 0; ``pixel_shape`` is width by height of one pixel.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container, self._stream = container, stream
        codec = stream.codec_context
        self.codec, self.width, self.height = codec.codec.canonical_name, codec.width, codec.height
        self.pixel_shape: Fraction | None = stream.sample_aspect_ratio
        self.said: int = stream.frames
        self.count = 0
        self.end = 0.0
        self.rotation = 0
        self._packets = 0
        self._is_corrupt = False
        self._first: float | None = None
        self._time = 0.0

    @property
    def rate(self) -> float | None:
        rate = self._stream.average_rate or self._stream.guessed_rate
        return float(rate) if rate else None

    @property
    def is_on_gpu(self) -> bool:
        """Whether the GPU's own decoder was asked to decode it."""
        return self._stream.codec_context.is_hwaccel

    @property
    def expected(self) -> int:
        """How many frames there will be: what the file says, or its length leaves to expect; never fewer than were."""
        return max(self.said or round((self.duration or 0.0) * (self.rate or RATE)), self.count)

    @property
    def is_damaged(self) -> bool:
        """Packets are compared, not frames: a file may ask for some frames not to be shown."""
        return self._is_corrupt or self._packets < self.said

    @property
    def duration(self) -> float | None:
        """In seconds, as the file tells it beforehand; where it does not, until the end of the last frame so far."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            told = float(self._stream.duration * self._stream.time_base)
        else:
            told = self._container.duration / av.time_base if self._container.duration is not None else 0.0
        return told or self.end or None

    def __iter__(self) -> Iterator[TimedFrame]:
        for packet in self._container.demux(self._stream):
            for frame in self._decode(packet):
                yield self._timed(frame)

    def _decode(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        """A packet that cannot be decoded damages the video; it does not end it."""
        self._packets += bool(packet.size)  # the last one is empty and asks for the frames that are still inside
        try:
            return packet.decode()
        except FFmpegError:
            self._is_corrupt = True
            return []

    def _timed(self, frame: VideoFrame) -> TimedFrame:
        length = 1 / (self.rate or RATE)
        if frame.duration and frame.time_base:
            length = float(frame.duration * frame.time_base)
        self._time = max(self._time, self._time_of(frame))
        if not self.count:
            self.rotation = round(frame.rotation / 90) * 90 % 360
        self.count += 1
        self.end = self._time + length
        self._is_corrupt |= bool(getattr(frame, "is_corrupt", False))
        return TimedFrame(frame, self._time, self.rotation)

    def _time_of(self, frame: VideoFrame) -> float:
        if frame.pts is None:
            return self.end
        if self._first is None or frame.time - self._first < self._time - JUMP_BACK:
            self._first = frame.time - self.end
        return float(frame.time - self._first)
