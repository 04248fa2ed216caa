"""A video file, opened so that it can do no harm: its own bytes alone are read, and frames have a limit."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import av
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from stackroom_jobs.outcomes import RecordError
from worker_gpu.video.frames import Frames

# Formats that hold their frames themselves. Playlists (hls, dash, concat, image2) would open other files and addresses.
FORMATS = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,mxf,ivf,m4v,h264,hevc,mpegvideo,av1,obu,gif,apng,dv,nut,"
    "yuv4mpegpipe"
)
OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
MAX_PIXELS = 8192 * 8192  # of one frame: more is a file made to eat memory
# NVDEC has 32 surfaces: each thread keeps one beside the 18 that H.264 may want, and FFmpeg would start up to 16.
THREADS_ON_GPU = 4


@contextmanager
def open_video(file: BinaryIO, device: str) -> Iterator[Frames]:
    """RecordError ``not_a_video``, ``no_video_stream`` or ``too_large``.

    On a GPU frames are decoded by its own decoder, if it and FFmpeg's build can; quietly on the CPU otherwise.
    """
    with _open(file, _hardware(device)) as container:
        yield Frames(container, choose_stream(container), file)


class Seekable:
    """``file`` as FFmpeg reads it: it is no fault of the disk that a header names a place that no file has."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.read, self.tell = file, file.read, file.tell

    def seek(self, offset: int, whence: int = 0) -> int:
        """A negative number where there is no such place, as FFmpeg has it. OSError for another reason."""
        try:
            return self._file.seek(offset, whence)
        except ValueError:
            return -errno.EINVAL
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return -errno.EINVAL


def _hardware(device: str) -> HWAccel | None:
    if device.startswith("cuda") and "cuda" in hwdevices_available():
        return HWAccel("cuda", device=device.partition(":")[2] or "0", allow_software_fallback=True)
    return None


def _open(file: BinaryIO, hardware: HWAccel | None) -> InputContainer:
    try:
        return av.open(Seekable(file), mode="r", options=OPTIONS, metadata_errors="replace", hwaccel=hardware)
    except (FFmpegError, RuntimeError) as error:
        if hardware is not None:  # no driver, no decoder for it, no memory left
            file.seek(0)
            return _open(file, None)
        if not isinstance(error, FFmpegError):
            raise
    raise RecordError("not_a_video", "the file is broken, not whole, or in no video format that is read here")


def choose_stream(container: InputContainer) -> VideoStream:
    """The first with moving pictures: the cover of a piece of music is a video to FFmpeg, too."""
    streams = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
    if not streams:
        raise RecordError("no_video_stream", "the file has no video in it")
    stream = streams[0]
    if stream.codec_context is None:
        raise RecordError("not_a_video", "there is no decoder for this video")
    if stream.codec_context.width * stream.codec_context.height > MAX_PIXELS:
        raise RecordError("too_large", f"frames of more than {MAX_PIXELS} pixels are not decoded")
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    stream.thread_type = "AUTO"
    if stream.codec_context.is_hwaccel:
        stream.codec_context.thread_count = THREADS_ON_GPU
    return stream
