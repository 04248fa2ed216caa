"""A video in each container that is taken, and what becomes of files: cut, with a hole, with a stray time stamp."""

from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

FRAMES, RATE = 50, 25
WIDTH, HEIGHT = 96, 64
# By file name: codec, form of the pixels, options of the container.
CONTAINERS: dict[str, tuple[str, str, dict[str, str]]] = {
    "plain.mp4": ("libx264", "yuv420p", {}),
    "faststart.mp4": ("libx264", "yuv420p", {"movflags": "faststart"}),
    "fragments.mp4": ("libx264", "yuv420p", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "a.mov": ("mpeg4", "yuv420p", {"movflags": "faststart"}),
    "a.3gp": ("mpeg4", "yuv420p", {"movflags": "faststart"}),
    "a.mkv": ("libx264", "yuv420p", {}),
    "live.mkv": ("libx264", "yuv420p", {"live": "1"}),
    "a.webm": ("libvpx", "yuv420p", {}),
    "live.webm": ("libvpx", "yuv420p", {"live": "1"}),
    "a.avi": ("mpeg4", "yuv420p", {}),
    "a.flv": ("flv", "yuv420p", {}),
    "h264.flv": ("libx264", "yuv420p", {}),
    "a.wmv": ("wmv2", "yuv420p", {}),
    "a.asf": ("msmpeg4", "yuv420p", {}),
    "a.ts": ("mpeg2video", "yuv420p", {}),
    "h264.ts": ("libx264", "yuv420p", {}),
    "a.mpg": ("mpeg2video", "yuv420p", {}),
    "a.ogv": ("libvpx", "yuv420p", {}),
    "a.dv": ("dvvideo", "yuv420p", {}),
    "a.nut": ("mpeg4", "yuv420p", {}),
    "vp8.nut": ("libvpx", "yuv420p", {}),
    "a.gif": ("gif", "rgb8", {}),
    "a.apng": ("apng", "rgb24", {}),
}
SAME_BYTES = {"fflags": "+bitexact"}  # no ids of the moment
DV_FRAMES, DV_SIZE = 5, (720, 576)  # its frames have one size, and are large


def frames_in(name: str) -> int:
    return DV_FRAMES if name.endswith(".dv") else FRAMES


def write_container(
    path: Path, name: str, *, frames: int | None = None, times: list[int] | None = None, sound_seconds: float = 0
) -> Path:
    """``name`` is one of CONTAINERS. ``times`` are in frames; silence of ``sound_seconds`` goes along."""
    codec, pixels, options = CONTAINERS[name]
    size = DV_SIZE if codec == "dvvideo" else (WIDTH, HEIGHT)
    with av.open(str(path), "w", options={**options, **SAME_BYTES}) as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, VideoStream)
        (stream.width, stream.height), stream.pix_fmt = size, pixels
        stream.time_base = Fraction(1, RATE)
        if codec != "dvvideo":
            stream.codec_context.gop_size = 10
        if codec == "libx264":
            stream.options = {"x264-params": "no-asm=1"}  # its assembly writes other bytes now and then
        if codec == "libvpx":
            stream.options = {"deadline": "good", "cpu-used": "5"}  # in real time it looks at the clock
            stream.codec_context.thread_count = 1
        sound = container.add_stream("aac", rate=8000, layout="mono") if sound_seconds else None
        for number, time in enumerate(times or range(frames or frames_in(name))):
            container.mux(stream.encode(_frame(number, time, size, pixels)))
        container.mux(stream.encode(None))
        if sound is not None:
            for number in range(round(sound_seconds * 8000 / 1024)):
                container.mux(sound.encode(_silence(number)))
            container.mux(sound.encode(None))
    return path


def _frame(number: int, time: int, size: tuple[int, int], pixels: str) -> VideoFrame:
    """Stripes that move, so that every frame has some bytes of its own."""
    frame = VideoFrame(*size, "yuv420p")
    for at, plane in enumerate(frame.planes):
        row = bytes((x * 5 + number * (3 + at) * 7) % 256 for x in range(plane.line_size))
        plane.update(b"".join(row[y % 32 :] + row[: y % 32] for y in range(plane.height)))
    if pixels != "yuv420p":
        frame = frame.reformat(format=pixels)
    frame.pts = time
    frame.time_base = Fraction(1, RATE)
    return frame


def _silence(number: int) -> AudioFrame:
    frame = AudioFrame("fltp", "mono", 1024)
    frame.planes[0].update(bytes(frame.planes[0].buffer_size))
    frame.rate, frame.pts, frame.time_base = 8000, number * 1024, Fraction(1, 8000)
    return frame


def cut(data: bytes, percent: int) -> bytes:
    """The first so many per cent, without the last byte, so that no cut falls between two packets of one size."""
    return data[: len(data) * percent // 100 - 1]


def with_zeros(data: bytes) -> bytes:
    """An eighth of the file, a bit before its middle, was never written."""
    start, length = len(data) * 45 // 100, len(data) // 8
    return data[:start] + bytes(length) + data[start + length :]


def with_loss(data: bytes) -> bytes:
    """The same eighth is not there, and what follows comes at once."""
    start, length = len(data) * 45 // 100, len(data) // 8 | 1
    return data[:start] + data[start + length :]
