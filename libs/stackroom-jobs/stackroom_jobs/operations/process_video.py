"""One record names a media file: what video it is, and its shots. The function is the GPU worker's alone."""

from stackroom_jobs.operation import describe
from stackroom_jobs.records import Record
from stackroom_jobs.videos import VideoResult

PROCESS_VIDEO = describe(
    "process_video",
    Record,
    VideoResult,
    queue="gpu",
    rows=(1, 1),
    title="Cut videos into shots",
    time_limit=6 * 3600,  # the last resort: the function has a limit of its own, by the length of the video
    hang_seconds=600,  # a GPU whose driver hangs answers nothing, and raises nothing
    reads_media=True,
    unit="frames",
)
