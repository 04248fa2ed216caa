"""From the probability of each frame to shots, one frame after the other."""

import dataclasses

THRESHOLD = 0.5


@dataclasses.dataclass(frozen=True)
class FoundShot:
    """Both frames belong to it; ``end`` is where the frame behind it starts. ``probability`` None: the video ended."""

    start_frame: int
    end_frame: int
    start: float
    end: float
    probability: float | None


class ShotFinder:
    """A run of frames above the threshold is one boundary, as the model's authors read it.

    The shot before it ends with the first of them, the next starts behind the last. What is above the threshold at
    the very beginning or end belongs to no shot, unless it is the whole video.
    """

    def __init__(self) -> None:
        self._count = 0
        self._start = (0, 0.0)  # of the shot at hand: frame, seconds
        self._closing: tuple[int, float] | None = None  # its last frame, and when that ends
        self._peak = 0.0
        self._is_boundary = False

    def feed(self, probability: float, time: float) -> FoundShot | None:
        """``time`` is when this frame starts, in seconds. Gives the shot that ended with the frame before."""
        number, was_boundary = self._count, self._is_boundary
        self._count, self._is_boundary = number + 1, probability > THRESHOLD
        self._end_closing(number - 1, time)
        if self._is_boundary:
            if number and not was_boundary:
                self._closing, self._peak = (number, time), 0.0
            self._peak = max(self._peak, probability)
            return None
        found = self._closed()
        if was_boundary:
            self._start = (number, time)
        return found

    def finish(self, end: float) -> FoundShot | None:
        """``end`` is when the last frame ends to be shown, in seconds. Gives the last shot."""
        last = self._count - 1
        self._end_closing(last, end)
        if last < 0 or self._closing is not None:
            return self._closed()
        return FoundShot(self._start[0], last, self._start[1], end, None)

    def _end_closing(self, frame: int, time: float) -> None:
        if self._closing is not None and self._closing[0] == frame:
            self._closing = (frame, time)

    def _closed(self) -> FoundShot | None:
        if self._closing is None:
            return None
        (first, start), (last, end) = self._start, self._closing
        self._closing = None
        return FoundShot(first, last, start, end, round(self._peak, 4))
