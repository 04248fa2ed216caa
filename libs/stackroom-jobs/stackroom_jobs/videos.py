"""What ``process_video`` says of a video."""

import msgspec


class Shot(msgspec.Struct, frozen=True, gc=False):
    """Frames ``start_frame`` to ``end_frame``, both in it, counted from 0; the same in seconds from the first frame.

    ``end`` is where the next frame starts to be shown. ``probability`` is that of the boundary at which the shot ends,
    null where the video ends with it. ``keyframe`` is the name of a picture of the shot, null where there are too
    many shots for a picture of each: the first 5000 have one, fewer where ``MAX_PICTURES`` is lower.
    """

    start_frame: int
    end_frame: int
    start: float
    end: float
    probability: float | None
    keyframe: str | None


class VideoResult(msgspec.Struct, frozen=True, gc=False):
    """``duration`` is from the first frame to the end of the last that was decoded, in seconds.

    ``frame_rate`` is in frames per second, null where the file does not tell.
    ``width`` and ``height`` are those of the frames as they are stored; ``rotation`` is by how many degrees they are
    turned counterclockwise to be shown. ``frames`` were decoded, which can differ from what the file says of itself.
    ``damaged`` says that parts of it are missing or could not be decoded. ``shots`` is null where no model is
    installed, and ``shots_code`` says so (``no_model``); there are ``shot_count`` of them, of which the first 20,000
    are listed.
    ``contact_sheet`` is the name of one picture with small ones of at most 100 shots. ``decode_rate`` and
    ``model_rate`` are frames per second of work, without waiting for each other.
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
    shots: list[Shot] | None
    shots_code: str | None
    shot_count: int | None = None
    rotation: int = 0
    contact_sheet: str | None = None
    device: str | None = None
    model: str | None = None
    versions: dict[str, str] = {}
    decode_rate: float | None = None
    model_rate: float | None = None
