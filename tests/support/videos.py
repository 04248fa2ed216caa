"""Small real videos, made with PyAV."""

from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

WIDTH, HEIGHT, RATE = 96, 64, 25
PIXEL_FORMATS = {"mjpeg": "yuvj420p"}


def _frame(number: int) -> VideoFrame:
    frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes([number * 7 % 256]) * plane.buffer_size)
    frame.pts = number
    return frame


def write_video(path: Path, frames: int, codec: str = "mpeg4") -> Path:
    """So many frames of 96x64 at 25 per second; the format is that of the path's suffix."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, PIXEL_FORMATS.get(codec, "yuv420p")
        stream.time_base = Fraction(1, RATE)
        container.start_encoding()
        for number in range(frames):
            container.mux(stream.encode(_frame(number)))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path) -> Path:
    """A tenth of a second of silence, and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = AudioFrame("s16", "mono", 800)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
