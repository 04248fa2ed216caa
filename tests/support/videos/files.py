"""Small real videos, made with PyAV."""

import io
import itertools
import struct
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.stream import Disposition
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


def write_video(path: Path, frames: int, codec: str = "mpeg4", options: dict[str, str] | None = None) -> Path:
    """So many frames of 96x64 at 25 per second; the format is that of the path's suffix, with FFmpeg's ``options``."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, PIXEL_FORMATS.get(codec, "yuv420p")
        stream.time_base = Fraction(1, RATE)
        container.start_encoding()
        for number in range(frames):
            container.mux(stream.encode(_frame(number)))
        container.mux(stream.encode(None))
    return path


def copy_beginning(source: Path, target: Path, frames: int) -> Path:
    """The first packets of a video, as they are."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        packets = (packet for packet in old.demux(old.streams.video[0]) if packet.dts is not None)
        for packet in itertools.islice(packets, frames):
            packet.stream = stream
            new.mux(packet)
    return target


def turn(path: Path) -> Path:
    """Let an MP4 say of itself that it is shown turned by 90 degrees clockwise: its display matrix is overwritten."""
    data = path.read_bytes()
    plain = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    at = data.index(plain, data.index(b"tkhd"))
    turned = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, HEIGHT << 16, 0, 1 << 30)
    path.write_bytes(data[:at] + turned + data[at + len(turned) :])
    return path


def write_sound_with_cover(path: Path) -> Path:
    """Silence, and one picture that players show beside it."""
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=8000, layout="mono")
        cover = container.add_stream("mjpeg")
        assert isinstance(cover, VideoStream)
        cover.width, cover.height, cover.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        container.mux(cover.encode(_frame(0)))
        container.mux(cover.encode(None))
        frame = AudioFrame("fltp", "mono", 1024)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.rate = 8000
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
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


def picture() -> bytes:
    """A small grey JPEG."""
    file = io.BytesIO()
    with av.open(file, "w", "mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 96, 54, "yuvj420p"
        frame = av.VideoFrame(96, 54, "yuvj420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
