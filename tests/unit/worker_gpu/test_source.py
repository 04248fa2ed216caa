"""How a video is opened."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from av.container import InputContainer
from av.stream import Disposition

from worker_gpu.video.source import THREADS_ON_GPU, choose_stream

NVDEC_SURFACES, H264_SURFACES = 32, 18  # as FFmpeg counts: 16 pictures that are referred to, and two more


@pytest.mark.parametrize(("is_hwaccel", "threads"), [(True, THREADS_ON_GPU), (False, 0)])
def test_gpus_decoder_gets_no_more_threads_than_it_has_surfaces_for(is_hwaccel: bool, threads: int) -> None:
    """With a thread per core, on a host of 16 cores, it would not start, and FFmpeg would quietly use the CPU."""
    codec: Any = SimpleNamespace(is_hwaccel=is_hwaccel, width=1920, height=1080, thread_count=0)
    stream = SimpleNamespace(codec_context=codec, disposition=Disposition(0))
    choose_stream(cast("InputContainer", SimpleNamespace(streams=SimpleNamespace(video=[stream]))))
    assert codec.thread_count == threads
    assert H264_SURFACES + THREADS_ON_GPU <= NVDEC_SURFACES
