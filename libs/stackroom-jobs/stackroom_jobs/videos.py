"""What ``process_video`` says of a video."""

import msgspec


class VideoResult(msgspec.Struct, frozen=True, gc=False):
    """Durations are in seconds, the frame rate in frames per second; both are null where the file does not tell.

    ``frames`` were decoded, which can differ from what the file says of itself. ``damaged`` says that parts of it
    could not be decoded. ``shots`` is null, and ``shots_code`` says why: no model is installed.
    """

    id: str
    file: str
    codec: str
    width: int
    height: int
    frames: int
    duration: float | None
    frame_rate: float | None
    damaged: bool
    shots: None
    shots_code: str
