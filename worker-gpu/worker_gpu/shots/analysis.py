"""A video through the model: decoding runs ahead in a thread, pictures are delivered as shots end."""

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator

from stackroom_jobs.context import Context
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.videos import Shot
from worker_gpu.model.transnet import Model
from worker_gpu.shots.blocks import FrameBlock, Pixels, blocks, windows
from worker_gpu.shots.finder import FoundShot, ShotFinder
from worker_gpu.shots.pictures import PictureMaker, PictureStore, jpeg, upright
from worker_gpu.shots.prefetch import Prefetcher
from worker_gpu.shots.sheet import ContactSheet
from worker_gpu.video.frames import Frames

PREFETCHED_BLOCKS = 8  # blocks of 50 frames that may wait for the model: 2 MB
MOST_SHOTS = 20_000  # that are listed: a film has some thousands, and a flicker as many as it likes
MOST_KEYFRAMES = 5000  # of one video


@dataclasses.dataclass
class Analysis:
    """``shots`` are the first of ``count``; ``contact_sheet`` is a name; ``…_seconds`` of work."""

    shots: list[Shot]
    count: int
    contact_sheet: str | None
    decode_seconds: float
    model_seconds: float


class Analyst:
    """Goes through one video once. ``look`` is called all the time and may raise."""

    def __init__(self, frames: Frames, model: Model, context: Context, look: Callable[[], None]) -> None:
        self._frames, self._model, self._context, self._look = frames, model, context, look
        self._times: deque[float] = deque()  # of frames that are decoded and not judged
        self._finder, self._store, self._sheet = ShotFinder(), PictureStore(), ContactSheet()
        self._judged = self._count = 0
        self._shots: list[Shot] = []
        self._is_full = False  # no more pictures are taken of this video

    def run(self) -> Analysis:
        self._model.begin()
        before = self._model.seconds
        make_picture = PictureMaker(self._frames.width, self._frames.height, self._frames.pixel_shape)
        with Prefetcher(blocks(iter(self._frames), make_picture), PREFETCHED_BLOCKS, self._look) as fetched:
            for frames, judged in windows(self._noted(fetched), self._model.most):
                for probability in self._model.predict(frames)[:judged]:
                    self._note(self._finder.feed(probability, self._times.popleft()))
                self._judged += judged
                self._context.progress(self._judged, self._frames.expected)
        self._note(self._finder.finish(self._frames.end))
        sheet, model_seconds = self._deliver_sheet(), self._model.seconds - before
        return Analysis(self._shots, self._count, sheet, fetched.seconds, model_seconds)

    def _noted(self, fetched: Prefetcher[FrameBlock]) -> Iterator[Pixels]:
        for block in fetched:
            self._times.extend(block.times)
            self._store.add(block.pictures, self._judged)
            yield block.pixels

    def _note(self, found: FoundShot | None) -> None:
        if found is None:
            return
        self._count += 1
        keyframe = self._deliver_keyframe(found)
        if self._count <= MOST_SHOTS:
            start, end = round(found.start, 3), round(found.end, 3)
            self._shots.append(Shot(found.start_frame, found.end_frame, start, end, found.probability, keyframe))

    def _deliver_keyframe(self, found: FoundShot) -> str | None:
        """Every shot may come onto the contact sheet, and the first ones have pictures of their own as well."""
        picture = self._store.take(found.start_frame, found.end_frame)
        if picture is None:
            return None
        self._look()
        self._context.note_life()
        pixels = upright(picture, self._frames.rotation)
        self._sheet.add(pixels)
        return self._deliver(f"shot-{self._count:04}.jpg", pixels) if self._count <= MOST_KEYFRAMES else None

    def _deliver_sheet(self) -> str | None:
        sheet = self._sheet.picture()
        return None if sheet is None else self._deliver("contact-sheet.jpg", sheet)

    def _deliver(self, file_name: str, pixels: Pixels) -> str | None:
        """The picture's name; None once the importer takes no more of this record (MAX_PICTURES)."""
        if self._is_full:
            return None
        try:
            return self._context.media.put(file_name, jpeg(pixels))
        except RecordError as error:
            if error.code != "too_many":
                raise
        self._is_full = True
        return None
