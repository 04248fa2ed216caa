"""When frames are shown, in seconds from the first. One odd time stamp alone does not move the frames behind it."""

# Seconds. Frames come in order, so a time stamp that falls so far is that of another recording, put behind the first.
JUMP_BACK = 1.0
LEAP = 10.0  # seconds: what is shown longer, after an even pace, is believed only if more frames or the sound agree
PACE_FRAMES = 10  # before which there is no pace
PACE = 10  # times as long as any frame so far


class FrameTimes:
    """``time`` of the last frame never falls; ``end`` is until when it is shown."""

    def __init__(self) -> None:
        self.time = self.end = 0.0
        self._count = 0
        self.longest = 0.0  # seconds that a frame was shown
        self.has_stray = False
        self._interval = 0.0
        self._first: float | None = None  # the time stamp that counts as 0 s

    def is_odd(self, stamp: float | None) -> bool:
        """Whether this time stamp jumps so far that only the next frame shows whether it is right."""
        if stamp is None or self._first is None:
            return False
        leap = stamp - self._first - self.time
        return leap < -JUMP_BACK or self._is_leap(leap)

    def follows(self, odd: float, stamp: float | None) -> bool:
        """Whether ``stamp`` goes on from ``odd``, so that both are right."""
        return stamp is not None and stamp - odd >= -JUMP_BACK and not self._is_leap(stamp - odd)

    def tick(self, stamp: float | None, length: float) -> float:
        """The time of the next frame, shown for ``length``. A stamp that falls far begins a new recording."""
        time = self.end
        if stamp is not None:
            if self._first is None or stamp - self._first < self.time - JUMP_BACK:
                self._first = stamp - self.end
            time = max(self.time, stamp - self._first)
        self._interval = time - self.time if self._count else length
        is_stray = self._is_leap(length)
        self.has_stray |= is_stray
        self.longest = max(self.longest, time - self.time)
        self._count += 1
        self.time = time
        self.end = time + (self._interval if is_stray else length)
        return time

    def _is_leap(self, seconds: float) -> bool:
        return self._count >= PACE_FRAMES and seconds > max(LEAP, PACE * self.longest)
