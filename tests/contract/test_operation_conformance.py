"""Every operation of our own workers keeps every promise; a new one is tested by being there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from deploy.locks import WORKERS
from stackroom_jobs.conformance.cases import Case
from stackroom_jobs.conformance.plugin import check, conformance_subject, pytest_generate_tests
from stackroom_jobs.conformance.samples import Json
from stackroom_jobs.conformance.subject import Subject
from stackroom_jobs.context import Context
from stackroom_jobs.worker.found import package_of
from stackroom_jobs.worker.lifecycle import StopFlag
from tests.support.videos.files import write_video
from tests.support.workers.local_media import LocalMedia
from worker_gpu.settings import GpuWorkerSettings

__all__ = ["conformance_subject", "pytest_generate_tests"]  # what pytest finds here
OPERATION_PACKAGES = tuple(f"{package_of(name)}.operations" for name in WORKERS)


@pytest.fixture
def operation_examples() -> Mapping[str, Sequence[Json]]:
    return {
        "load": [{"id": 1, "file_name": " a.pdf ", "group": "Texts"}],
        "process_video": [{"id": 1, "payload": "a.mp4"}, {"id": 2, "payload": "none.mp4"}],
    }


@pytest.fixture
def operation_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    """A short video, and no model: how many frames a second it sees depends on the clock."""
    monkeypatch.setattr("worker_gpu.operations.process_video.is_installed", lambda: False)
    write_video(tmp_path / "a.mp4", 20, "mpeg4")
    return Context(GpuWorkerSettings(), {}, StopFlag(tmp_path / "stop"), LocalMedia(tmp_path))


def test_operation_is_conformant(conformance_case: Case, conformance_subject: Subject) -> None:
    check(conformance_case, conformance_subject)
