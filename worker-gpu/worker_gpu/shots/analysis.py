"""A video through the model: decoding runs ahead in a thread, pictures are delivered as shots end."""

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator

from stackroom_jobs.videos import Shot
from stackroom_jobs.worker import Context
from worker_gpu.model.transnet import Model
from worker_gpu.shots.ahead import Ahead
from worker_gpu.shots.blocks import Block, Pixels, blocks
from worker_gpu.shots.finder import Found, ShotFinder
from worker_gpu.shots.jpeg import jpeg, upright
from worker_gpu.shots.pictures import PictureMaker, PictureStore
from worker_gpu.shots.sheet import ContactSheet
from worker_gpu.shots.windows import runs
from worker_gpu.video.frames import Frames

AHEAD = 8  # blocks of 50 frames that may wait for the model: 2 MB
MOST_KEYFRAMES = 5000  # of one video


@dataclasses.dataclass
class Analysis:
    """``decode_seconds`` and ``model_seconds`` of work; ``contact_sheet`` is a name."""

    shots: list[Shot]
    contact_sheet: str | None
    decode_seconds: float
    model_seconds: float


class Analyst:
    """Goes through one video once. ``look`` is called all the time and may raise."""

    def __init__(self, frames: Frames, model: Model, context: Context, look: Callable[[], None]) -> None:
        self._frames, self._model, self._context, self._look = frames, model, context, look
        self._times: deque[float] = deque()  # of frames that are decoded and not judged
        self._finder, self._store, self._sheet = ShotFinder(), PictureStore(), ContactSheet()
        self._judged = 0
        self._shots: list[Shot] = []

    def run(self) -> Analysis:
        before = self._model.seconds
        make_picture = PictureMaker(self._frames.width, self._frames.height, self._frames.pixel_shape)
        with Ahead(blocks(iter(self._frames), make_picture), AHEAD, self._look) as ahead:
            for frames, judged in runs(self._remembered(ahead), self._model.most):
                for probability in self._model.predict(frames)[:judged]:
                    self._note(self._finder.feed(probability, self._times.popleft()))
                self._judged += judged
                self._context.progress(self._judged, max(self._frames.said, self._judged))
        self._note(self._finder.finish(self._frames.end))
        return Analysis(self._shots, self._deliver_sheet(), ahead.seconds, self._model.seconds - before)

    def _remembered(self, ahead: Ahead[Block]) -> Iterator[Pixels]:
        for block in ahead:
            self._times.extend(block.times)
            self._store.add(block.pictures, self._judged)
            yield block.pixels

    def _note(self, found: Found | None) -> None:
        if found is None:
            return
        keyframe = self._deliver_keyframe(found)
        start, end = round(found.start, 3), round(found.end, 3)
        self._shots.append(Shot(found.start_frame, found.end_frame, start, end, found.probability, keyframe))

    def _deliver_keyframe(self, found: Found) -> str | None:
        picture = self._store.take(found.start_frame, found.end_frame)
        number = len(self._shots) + 1
        if picture is None or number > MOST_KEYFRAMES:
            return None
        self._look()
        pixels = upright(picture, self._frames.rotation)
        self._sheet.add(pixels)
        return self._context.media.put(f"shot-{number:04}.jpg", jpeg(pixels))

    def _deliver_sheet(self) -> str | None:
        sheet = self._sheet.picture()
        return None if sheet is None else self._context.media.put("contact-sheet.jpg", jpeg(sheet))
