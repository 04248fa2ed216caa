"""A function whose device is lost: the chunk goes back as it was, and nothing is reported of it."""

from pathlib import Path

import msgspec

from stackroom_jobs.context import Context, DeviceLost
from stackroom_jobs.operations.process_video import PROCESS_VIDEO
from stackroom_jobs.protocol import ClaimedChunk, ClaimRequest, FailRequest, ReleaseRequest
from stackroom_jobs.records import Record
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.lifecycle import Deadline, StopFlag
from stackroom_jobs.worker.registration import WorkerName
from stackroom_jobs.worker.round import Doorbell, Round

CHUNK = ClaimedChunk(
    "t", "b", 1, "process_video", msgspec.Raw(b"{}"), "r", 1, 30, msgspec.Raw(b'[{"id":1,"payload":"a"}]')
)


class Calls:
    """What the worker would have told the importer."""

    def __init__(self) -> None:
        self.released: list[ReleaseRequest] = []
        self.failed: list[FailRequest] = []
        self.claims = 0

    def claim(self, _asked: ClaimRequest, _deadline: Deadline) -> ClaimedChunk | None:
        self.claims += 1
        return CHUNK if self.claims == 1 else None

    def release(self, asked: ReleaseRequest, _deadline: Deadline) -> None:
        self.released.append(asked)

    def fail(self, asked: FailRequest, _deadline: Deadline) -> None:
        self.failed.append(asked)


def lose_device(_record: Record, _context: Context) -> msgspec.Struct:
    raise DeviceLost("CUDA error: unspecified launch failure")


def run_round(api: Calls, stop_flag: StopFlag) -> None:
    operations = {"process_video": PROCESS_VIDEO.with_function(lose_device)}
    Round(api, WorkerSettings(), operations, WorkerName("w", "aa"), stop_flag, Doorbell("gpu", "d", 60)).run()  # type: ignore[arg-type]


def test_chunk_of_a_lost_device_goes_back_with_the_reason_and_is_not_failed(tmp_path: Path) -> None:
    api, stop_flag = Calls(), StopFlag(tmp_path / "stop")
    run_round(api, stop_flag)
    assert api.released == [ReleaseRequest("t", lost_device="CUDA error: unspecified launch failure")]
    assert api.failed == []


def test_worker_takes_nothing_more_after_its_device_is_lost(tmp_path: Path) -> None:
    api, stop_flag = Calls(), StopFlag(tmp_path / "stop")
    run_round(api, stop_flag)
    assert stop_flag.reason() == "CUDA error: unspecified launch failure"
    run_round(api, stop_flag)
    assert api.claims == 1


def test_reason_of_a_lost_device_is_one_line_of_bounded_length() -> None:
    reason = DeviceLost("CUDA error: bad\nFor debugging consider\n" + "x" * 1000).reason
    assert reason.startswith("CUDA error: bad For debugging")
    assert len(reason) == 300
