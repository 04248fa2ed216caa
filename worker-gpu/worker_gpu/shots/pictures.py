"""Small pictures of frames: kept until it is known to which shot they belong, then written as JPEG files."""

from fractions import Fraction
from typing import cast

import numpy as np
from av import CodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from numpy.typing import NDArray

LONGEST_SIDE = 320  # pixels
SHORTEST_SIDE = 16
MOST = 512  # pictures kept at once: 45 MB
QUALITY = 4  # of a JPEG, on FFmpeg's scale: 2 is best, 31 worst


class PictureMaker:
    """All pictures of one video have one size: at most 320 pixels, in the proportions in which it is shown."""

    def __init__(self, width: int, height: int, pixel_shape: Fraction | None) -> None:
        """``pixel_shape``: width by height of one pixel; None where they are square."""
        shown = width * float(pixel_shape or 1) or 1.0
        scale = LONGEST_SIDE / max(shown, height)
        self.width, self.height = (max(SHORTEST_SIDE, round(side * scale / 2) * 2) for side in (shown, height))
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        return self._reformatter.reformat(
            frame, self.width, self.height, "yuvj420p", interpolation=Interpolation.BILINEAR,
            dst_color_range=ColorRange.JPEG, threads=1,
        )  # fmt: skip


class PictureStore:
    """Pictures by frame number, in order. Bounded: when there are too many, the shot at hand gives of its own."""

    def __init__(self) -> None:
        self._pictures: list[tuple[int, VideoFrame]] = []
        self._before: VideoFrame | None = None  # the last that was forgotten

    def __len__(self) -> int:
        return len(self._pictures)

    def add(self, pictures: list[tuple[int, VideoFrame]], decided: int) -> None:
        """Frames before ``decided`` were judged already: those that are left belong to one shot, and a few will do."""
        self._pictures += pictures
        if len(self._pictures) <= MOST:
            return
        old = [one for one in self._pictures if one[0] < decided]
        young = self._pictures[len(old) :]
        if len(young) > MOST // 2:
            young = young[::2]
        self._pictures = _thinned(old) + young

    def take(self, first: int, last: int) -> VideoFrame | None:
        """The picture nearest to the middle of these frames; forgets it and all before ``last``.

        Where the frames have none of their own, the last before them: they look like it, or one were taken of them.
        """
        middle = (first + last) / 2
        passed = [one for one in self._pictures if one[0] <= last]
        self._pictures = self._pictures[len(passed) :]
        inside = [one for one in passed if one[0] >= first]
        nearest = min(inside, key=lambda one: abs(one[0] - middle))[1] if inside else None
        found = nearest or (passed[-1][1] if passed else self._before)
        self._before = passed[-1][1] if passed else self._before
        return found


def _thinned(pictures: list[tuple[int, VideoFrame]]) -> list[tuple[int, VideoFrame]]:
    """At most a quarter of what may be kept, spread evenly."""
    kept: list[tuple[int, VideoFrame]] = []
    least_gap = (pictures[-1][0] - pictures[0][0]) / (MOST // 4 - 1) if pictures else 0
    for one in pictures:
        if not kept or one[0] - kept[-1][0] >= least_gap:
            kept.append(one)
    return kept


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
