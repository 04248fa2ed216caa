"""One record names a media file: what video it is, measured by decoding the whole of it."""

from stackroom_jobs.records import Record
from stackroom_jobs.videos import VideoResult
from stackroom_jobs.worker import Context
from worker_gpu.video.probe import probe


class ProcessVideo:
    """The function of the operation ``process_video``. RecordError for what is no video that can be read."""

    def __call__(self, record: Record, context: Context) -> VideoResult:
        with context.media.open(record.payload) as file:
            found = probe(file, context)
        return VideoResult(
            id=str(record.id),
            file=record.payload,
            codec=found.codec,
            width=found.width,
            height=found.height,
            frames=found.frames,
            duration=found.duration,
            frame_rate=found.frame_rate,
            damaged=found.damaged,
            shots=None,
            shots_code="no_model",
        )
