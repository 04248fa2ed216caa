"""Videos of textured scenes with known boundaries: the same seed always gives the same pixels."""

import dataclasses
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

RATE = 25
WIDTH, HEIGHT = 320, 180
Pixels = NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class Scene:
    """So many frames of one look; ``dissolve`` of them are blended with the end of the scene before."""

    frames: int
    dissolve: int = 0


@dataclasses.dataclass(frozen=True)
class Boundary:
    """Between these frames, both in it: one frame for a cut (the last before it), more for a dissolve."""

    first: int
    last: int


def plan(seed: int, scenes: int, dissolves: float) -> list[Scene]:
    """Scenes of 1 to 6 seconds; the given part of the boundaries are dissolves of 8 to 24 frames."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(scenes):
        is_dissolve = number > 0 and random.random() < dissolves
        length = int(random.integers(RATE, 6 * RATE))
        made.append(Scene(length, int(random.integers(8, min(25, length))) if is_dissolve else 0))
    return made


def boundaries(scenes: Sequence[Scene]) -> list[Boundary]:
    found, start = [], scenes[0].frames
    for scene in scenes[1:]:
        found.append(Boundary(start - 1, start - 1 + scene.dissolve))
        start += scene.frames
    return found


class _Look:
    """A texture that a camera pans over, things that move through it, light that changes, and grain."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._wall = _texture(random, HEIGHT + 128, WIDTH + 256)
        self._pan = random.uniform(-1.5, 1.5, 2)
        self._light = random.uniform(-0.2, 0.2)
        self._things = [_texture(random, *random.integers(20, 70, 2)) for _ in range(random.integers(0, 4))]
        self._paths = random.uniform(-4, 4, (len(self._things), 2))
        self._places = random.uniform(0, 1, (len(self._things), 2))

    def frame(self, number: int) -> Pixels:
        top, left = (
            int(64 + 60 * np.sin(self._pan[0] * number / 40)),
            int(128 + 120 * np.sin(self._pan[1] * number / 60)),
        )
        seen = self._wall[top : top + HEIGHT, left : left + WIDTH].copy()
        for thing, path, place in zip(self._things, self._paths, self._places, strict=True):
            height, width = thing.shape[:2]
            y = int(place[0] * HEIGHT + path[0] * number) % (HEIGHT - height)
            x = int(place[1] * WIDTH + path[1] * number) % (WIDTH - width)
            seen[y : y + height, x : x + width] = thing
        lit = seen * (1 + self._light * np.sin(number / 15)) + self._random.normal(0, 4, seen.shape)
        return cast("Pixels", lit.clip(0, 255).astype(np.uint8))


def _texture(random: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """Noise in three sizes around one colour."""
    base = random.uniform(20, 235, 3)
    total = np.zeros((height, width, 3)) + base
    for grain, strength in ((64, 60), (16, 35), (4, 20)):
        noise = random.normal(0, strength, (height // grain + 2, width // grain + 2, 3))
        total += noise.repeat(grain, 0).repeat(grain, 1)[:height, :width]
    return total.clip(0, 255)


def frames_of(scenes: Sequence[Scene], seed: int) -> Iterator[Pixels]:
    random = np.random.default_rng(seed)
    before: _Look | None = None
    for scene in scenes:
        look, length = _Look(random), scene.frames
        for number in range(length):
            pixels = look.frame(number)
            if before is not None and number < scene.dissolve:
                share = (number + 1) / (scene.dissolve + 1)
                old = before.frame(10_000 + number)
                pixels = (share * pixels + (1 - share) * old).astype(np.uint8)
            yield pixels
        before = look


def write_pictures(
    path: Path,
    pictures: Iterator[Pixels],
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    times: Sequence[int] = (),
) -> Path:
    """One frame per picture, at 25 a second; ``times`` are presentation times in thousandths of a second instead."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, options={"preset": "ultrafast"} if codec == "libx264" else {})
        assert isinstance(stream, VideoStream)
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = Fraction(1, 1000 if times else RATE)
        for number, pixels in enumerate(pictures):
            if not number:
                stream.height, stream.width = pixels.shape[:2]
            frame = VideoFrame.from_ndarray(pixels, "rgb24").reformat(format=pixel_format)
            frame.time_base = stream.codec_context.time_base
            frame.pts = times[number] if times else number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_scenes(path: Path, scenes: Sequence[Scene], seed: int) -> Path:
    return write_pictures(path, frames_of(scenes, seed))
