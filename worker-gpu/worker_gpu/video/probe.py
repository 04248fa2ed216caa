"""What a video is, found by decoding it: headers lie, frames do not."""

import dataclasses
import errno
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.worker import Context, Stopped

# Formats that hold their frames themselves. Playlists (hls, dash, concat, image2) would open other files and addresses.
FORMATS = "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,mxf,ivf,m4v,h264,hevc,mpegvideo,av1,obu,gif,yuv4mpegpipe"
OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
MAX_PIXELS = 8192 * 8192  # of one frame: more is a file made to eat memory
CHECK_EVERY = 32  # frames between two looks at whether to stop


@dataclasses.dataclass
class Video:
    """``frames`` counts what was decoded; ``duration`` is in seconds, ``frame_rate`` in frames per second."""

    codec: str
    width: int
    height: int
    frames: int
    duration: float | None
    frame_rate: float | None
    damaged: bool


def probe(file: BinaryIO, context: Context) -> Video:
    """Decode all frames. Stopped when the context says so.

    RecordError ``not_a_video``, ``no_video_stream``, ``no_frames`` or ``too_large``.
    """
    with _open(file) as container:
        stream = _stream(container)
        count = _Count(stream, context)
        for packet in container.demux(stream):
            count.decode(packet)
        if not count.frames:
            raise RecordError("no_frames", "not one frame of the video could be decoded")
        return count.video(_duration(container, stream))


def _open(file: BinaryIO) -> InputContainer:
    try:
        return av.open(file, mode="r", options=OPTIONS, metadata_errors="replace")
    except FFmpegError:
        pass
    except OSError as error:
        if error.errno != errno.EINVAL:  # a header that sends the reader to before the start is no fault of the disk
            raise
    raise RecordError("not_a_video", "the file is in no video format that is read here")


def _stream(container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise RecordError("no_video_stream", "the file has no video in it")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise RecordError("not_a_video", "there is no decoder for this video")
    if stream.codec_context.width * stream.codec_context.height > MAX_PIXELS:
        raise RecordError("too_large", f"frames of more than {MAX_PIXELS} pixels are not decoded")
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    stream.thread_type = "AUTO"
    return stream


def _duration(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration is not None else None


class _Count:
    """Counts the frames of a stream, and keeps what a frame says of the video."""

    def __init__(self, stream: VideoStream, context: Context) -> None:
        self._stream = stream
        self._context = context
        self._said = stream.frames  # 0 where the file does not tell
        self._last_end = 0.0
        self._packets = 0
        self.frames = 0
        self.damaged = False

    def decode(self, packet: "Packet[VideoStream]") -> None:
        """A packet that cannot be decoded damages the video; it does not end it."""
        self._packets += bool(packet.size)  # the last one is empty and asks for the frames that are still inside
        try:
            frames = packet.decode()
        except FFmpegError:
            self.damaged = True
            return
        for frame in frames:
            self.frames += 1
            self.damaged |= bool(getattr(frame, "is_corrupt", False))
            if frame.time is not None:
                self._last_end = max(self._last_end, frame.time)
            if self.frames % CHECK_EVERY == 0:
                self._look_up()

    def _look_up(self) -> None:
        self._context.progress(self.frames, max(self._said, self.frames))
        if self._context.should_stop():
            raise Stopped

    def video(self, duration: float | None) -> Video:
        """``duration`` as the file tells it; where it does not, until the last frame."""
        codec = self._stream.codec_context
        rate = self._stream.average_rate or self._stream.guessed_rate
        return Video(
            codec=codec.name,
            width=codec.width,
            height=codec.height,
            frames=self.frames,
            duration=round(duration or self._last_end, 3) or None,
            frame_rate=round(float(rate), 3) if rate else None,
            # Packets are compared, not frames: a file may ask for some frames not to be shown.
            damaged=self.damaged or self._packets < self._said,
        )
