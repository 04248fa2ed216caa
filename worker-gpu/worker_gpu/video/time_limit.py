"""How long a video may take: by its length, so that a long film has long and a short clip cannot block a GPU."""

import time

from stackroom_jobs.context import Context, Stopped
from stackroom_jobs.operations.process_video import PROCESS_VIDEO
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.protocol import Loss
from worker_gpu.video.frames import Frames

LEAST_SECONDS = 300.0
PER_SECOND = 4.0  # seconds of work for one second of video
MOST_SECONDS = 0.75 * (PROCESS_VIDEO.time_limit or 0)  # well before the process is killed


class VideoTimeLimit:
    """``look()``: Stopped when the worker is to end or the lease is over, RecordError ``timed_out`` after too long.

    It notes that something moves, too, as long as frames come.
    """

    def __init__(self, frames: Frames, context: Context, started: float) -> None:
        """``started`` by the monotonic clock."""
        self._frames, self._context, self._started = frames, context, started
        self._seen = 0

    def look(self) -> None:
        if self._context.should_stop():
            raise Stopped
        if self._frames.count > self._seen:
            self._seen = self._frames.count
            self._context.note_life()
        spent = time.monotonic() - self._started
        if spent > self.allowed():
            detail = f"not done after {spent:.0f} s, at {self._frames.end:.0f} s of the video"
            raise RecordError(Loss.TIMED_OUT, detail)

    def allowed(self) -> float:
        """Seconds. What is decoded counts, too: a header that tells less than there is ends nothing too soon."""
        length = max(self._frames.duration or 0.0, self._frames.end)
        return min(MOST_SECONDS, LEAST_SECONDS + PER_SECOND * length)
