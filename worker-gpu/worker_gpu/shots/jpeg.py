"""JPEG files, written by FFmpeg."""

from fractions import Fraction
from typing import cast

import numpy as np
from av import CodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

QUALITY = 4  # FFmpeg's scale: 2 is best, 31 worst


def upright(picture: VideoFrame, rotation: int) -> NDArray[np.uint8]:
    """RGB pixels (height, width, 3), turned counterclockwise by ``rotation`` degrees."""
    pixels = cast("NDArray[np.uint8]", picture.reformat(format="rgb24").to_ndarray())
    return np.ascontiguousarray(np.rot90(pixels, rotation // 90 % 4))


def jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """One file. Sides are even, since colours are stored for two by two pixels."""
    frame = VideoFrame.from_ndarray(pixels, "rgb24")
    frame = frame.reformat(format="yuvj420p", dst_color_range=ColorRange.JPEG)
    codec = CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = frame.width, frame.height, "yuvj420p"
    codec.time_base = Fraction(1, 1)
    codec.color_range = ColorRange.JPEG
    codec.qmin = codec.qmax = QUALITY
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])
