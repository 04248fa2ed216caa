"""The frames of a video, one after the other, and what they say of it: headers lie, frames do not."""

from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO, NamedTuple, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from worker_gpu.video.frame_times import FrameTimes
from worker_gpu.video.wholeness import Wholeness

RATE = 25.0  # frames per second, where nothing says otherwise
MOST_RATE = 1000  # frames per second: DV has 60,000 of them by its header, one frame in WMV 1000
AGREES = 1.0  # second by which the sound may end before the last frame begins


class TimedFrame(NamedTuple):
    """``time`` in seconds from the first frame, never falling; ``rotation`` 0, 90, 180 or 270 counterclockwise."""

    frame: VideoFrame
    time: float
    rotation: int


class Frames:
    """Iterated once; ``count``, ``end``, ``rotation`` and ``is_damaged`` grow with it. ``end`` is in seconds.

    ``said`` is how many frames the file claims to have, or 0; ``pixel_shape`` is width by height of one pixel. ``file``
    is what the container reads.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, file: BinaryIO) -> None:
        self._container, self._stream = container, stream
        codec = stream.codec_context
        self.codec, self.width, self.height = codec.codec.canonical_name, codec.width, codec.height
        self.pixel_shape: Fraction | None = stream.sample_aspect_ratio
        self.said: int = stream.frames
        self.count = 0
        self.rotation = 0
        self._times = FrameTimes()
        self._wholeness = Wholeness(file, container, stream, self.rate or RATE)
        self._odd: VideoFrame | None = None  # waits for the next, which tells whether its time stamp is right

    @property
    def end(self) -> float:
        return self._times.end

    @property
    def rate(self) -> float | None:
        """From the file's header; None where a wrong time stamp has made it useless."""
        average, guessed = self._stream.average_rate, self._stream.guessed_rate
        rates = (guessed, average) if self._times.has_stray else (average, guessed)
        return next((float(rate) for rate in rates if rate and rate < MOST_RATE), None)

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
        return self._wholeness.is_damaged(None if self._times.has_stray else self._times.longest)

    @property
    def duration(self) -> float | None:
        """In seconds, as the file tells it beforehand; where it does not, until the end of the last frame so far."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            told = float(self._stream.duration * self._stream.time_base)
        else:
            told = self._container.duration / av.time_base if self._container.duration is not None else 0.0
        return told or self.end or None

    def __iter__(self) -> Iterator[TimedFrame]:
        for packet in self._packets():
            for frame in self._decode(packet):
                yield from self._in_time(frame)
        yield from self._last_odd()

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        """Those of the video; of all others it is noted how far they go. What cannot be read ends the video."""
        packets = self._container.demux()
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError:
                self._wholeness.note_error()
                return
            if packet is None:
                self._wholeness.note_end()
                return
            self._wholeness.note(packet)
            if packet.stream.index == self._stream.index:
                yield cast("Packet[VideoStream]", packet)

    def _decode(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        """A packet that cannot be decoded damages the video; it does not end it."""
        try:
            return packet.decode()
        except FFmpegError:
            self._wholeness.note_error()
            return []

    def _in_time(self, frame: VideoFrame) -> Iterator[TimedFrame]:
        """A frame whose time stamp is odd comes with the next, at the time that both of them tell."""
        odd, stamp = self._odd, _stamp(frame)
        if odd is not None:
            is_right = self._times.is_odd(stamp) and self._times.follows(odd.time, stamp)
            yield self._judged(odd, is_right)
        self._odd = None
        if self._times.is_odd(stamp):
            self._odd = frame
        else:
            yield self._timed(frame, stamp)

    def _last_odd(self) -> Iterator[TimedFrame]:
        """The sound, or whatever else is in the file, may go as far as the last frame."""
        if self._odd is not None:
            others = [end for index, end in self._wholeness.reached.items() if index != self._stream.index]
            is_right = bool(others) and self._odd.time <= max(others) + AGREES
            yield self._judged(self._odd, is_right)
            self._odd = None

    def _judged(self, odd: VideoFrame, is_right: bool) -> TimedFrame:
        self._times.has_stray |= not is_right
        return self._timed(odd, _stamp(odd) if is_right else None)

    def _timed(self, frame: VideoFrame, stamp: float | None) -> TimedFrame:
        length = 1 / (self.rate or RATE)
        if frame.duration > 0 and frame.time_base:
            length = float(frame.duration * frame.time_base)
        time = self._times.tick(stamp, length)
        if not self.count:
            self.rotation = round(frame.rotation / 90) * 90 % 360
        self.count += 1
        if getattr(frame, "is_corrupt", False):
            self._wholeness.note_error()
        return TimedFrame(frame, time, self.rotation)


def _stamp(frame: VideoFrame) -> float | None:
    """Seconds by the file's own clock."""
    return float(frame.time) if frame.pts is not None else None
