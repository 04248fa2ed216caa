"""Which device a worker takes, what it says of it, and when it gives up; NVML and torch are stubs."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from stackroom_jobs.context import DeviceLost
from stackroom_kit.settings import SettingsError, read_settings
from tests.support.stacks.gpu import WITHOUT_GPU
from tests.support.workers.stubs import pynvml
from worker_gpu.device import fake, nvml
from worker_gpu.device.choice import CUDA_VARIABLE, VARIABLE, choose
from worker_gpu.device.watch import MOST_UNANSWERED, GpuWatch
from worker_gpu.settings import GpuWorkerSettings

A, B = {"uuid": "GPU-aaaa", "model": "NVIDIA A10"}, {"uuid": "GPU-bbbb", "model": "NVIDIA H100"}
CUT = {"uuid": "GPU-cccc", "model": "NVIDIA A100", "mig": ["MIG-1", "MIG-2"]}
Machine = Callable[[list[dict[str, Any]]], None]


@pytest.fixture
def gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Says which GPUs there are from now on. Nothing that a test pins outlives it."""
    path = tmp_path / "gpus.json"
    for name, value in {**WITHOUT_GPU, "STUB_CUDA": "12.8", "STUB_GPUS": str(path)}.items():
        monkeypatch.setenv(name, value)
    for name in (CUDA_VARIABLE, VARIABLE, fake.VARIABLE, "STUB_CUDA_ERROR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, "to be restored to what it was")
        monkeypatch.delenv(name)
    monkeypatch.setattr(nvml, "pynvml", pynvml)

    def there_are(found: list[dict[str, Any]]) -> None:
        path.write_text(json.dumps(found))

    return there_are


def test_auto_is_the_processor_where_no_driver_is(gpus: Machine) -> None:
    assert choose("auto").kind == "cpu"


def test_auto_is_the_processor_where_the_driver_knows_no_gpu(gpus: Machine) -> None:
    gpus([])
    assert choose("auto").kind == "cpu"


def test_auto_refuses_a_driver_that_does_not_answer(gpus: Machine) -> None:
    """On a GPU host a broken driver must not turn into slow work that nobody notices."""
    gpus([{**A, "trouble": "unknown"}])
    with pytest.raises(DeviceLost, match=r"the driver does not answer .*Unknown Error.*DEVICE=cpu needs none"):
        choose("auto")
    assert choose("cpu").kind == "cpu"


@pytest.mark.parametrize(
    ("setting", "uuid"),
    [
        ("auto", "GPU-aaaa"),
        ("cuda:0", "GPU-aaaa"),
        ("cuda:1", "MIG-1"),
        ("cuda:2", "MIG-2"),
        ("cuda:3", "GPU-bbbb"),
        ("GPU-bbbb", "GPU-bbbb"),
        ("GPU-bb", "GPU-bbbb"),
        ("MIG-2", "MIG-2"),
    ],
)
def test_gpu_is_found_by_place_and_by_uuid_and_a_cut_one_by_its_instances(
    gpus: Machine, setting: str, uuid: str
) -> None:
    gpus([A, CUT, B])
    assert choose(setting).uuid == uuid


@pytest.mark.parametrize("setting", ["cuda:3", "GPU-cccc", "GPU-nothing", "MIG-"])
def test_gpu_that_is_not_here_is_refused_with_what_is(gpus: Machine, setting: str) -> None:
    """A cut GPU cannot be computed on as a whole; a beginning that fits two is nobody's."""
    gpus([A, CUT])
    with pytest.raises(DeviceLost, match="is not here; found: GPU-aaaa, MIG-1, MIG-2"):
        choose(setting)


@pytest.mark.parametrize(
    ("visible", "uuid"), [("1", "GPU-bbbb"), ("GPU-bbbb,GPU-aaaa", "GPU-bbbb"), ("-1", ""), ("", ""), ("7", "")]
)
def test_auto_follows_what_the_environment_leaves_visible(gpus: Machine, visible: str, uuid: str) -> None:
    gpus([A, B])
    os.environ["CUDA_VISIBLE_DEVICES"] = visible
    assert choose("auto").uuid == uuid


@pytest.mark.parametrize("wrong", ["gpu", "cuda", "cuda:x", "cuda:-1", "0", "fake:", "cpu\n"])
def test_wrong_device_setting_is_one_line_that_says_what_is_allowed(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"^DEVICE=.* is not allowed; allowed: auto, cpu, cuda:"):
        read_settings(GpuWorkerSettings, {"DEVICE": wrong})


def prepared(setting: str, more: Mapping[str, str] | None = None) -> GpuWatch:
    os.environ.update(more or {})
    watch = GpuWatch(setting)
    watch.prepare()
    return watch


def test_prepared_gpu_is_pinned_and_told_of(gpus: Machine) -> None:
    gpus([A, B])
    found = prepared("cuda:1").look()
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "GPU-bbbb"
    assert found is not None
    assert (found.model, found.utilisation, found.memory_used) == ("NVIDIA H100", 42, 2 << 30)


def test_instance_of_a_gpu_tells_no_utilisation(gpus: Machine) -> None:
    gpus([CUT])
    found = prepared("auto").look()
    assert found is not None
    assert (found.uuid, found.utilisation, found.memory_total) == ("MIG-1", None, 80 << 30)


def test_gpu_that_shares_the_hosts_memory_tells_none(gpus: Machine) -> None:
    gpus([{**A, "shares_memory": True}])
    found = prepared("auto").look()
    assert found is not None
    assert (found.model, found.memory_total, found.memory_used) == ("NVIDIA A10", None, None)


@pytest.mark.parametrize("setting", ["cuda:1", "GPU-bbbb"])
def test_gpu_that_is_lost_takes_no_other_with_it(gpus: Machine, setting: str) -> None:
    gpus([{**A, "trouble": "lost"}, B])
    assert choose(setting).uuid == "GPU-bbbb"


@pytest.mark.parametrize("setting", ["auto", "cuda:0"])
def test_gpu_that_is_lost_is_not_replaced_by_another(gpus: Machine, setting: str) -> None:
    """The other has a worker of its own."""
    gpus([{**A, "trouble": "lost"}, B])
    with pytest.raises(DeviceLost, match=f"DEVICE={setting}: this GPU is lost"):
        choose(setting)
    with pytest.raises(DeviceLost, match="GPU-aaaa is not here; found: a lost GPU, GPU-bbbb"):
        choose("GPU-aaaa")
    os.environ["CUDA_VISIBLE_DEVICES"] = "0,1"
    with pytest.raises(DeviceLost, match="this GPU is lost"):
        choose("auto")


def test_gpu_that_does_not_compute_is_refused_with_its_own_words(gpus: Machine) -> None:
    gpus([A])
    with pytest.raises(DeviceLost, match=r"the GPU does not compute: CUDA error: device-side assert triggered$"):
        prepared("auto", {"STUB_CUDA_ERROR": "CUDA error: device-side assert triggered\nCompile with more"})


def test_torch_without_cuda_is_the_processor_by_auto_and_refused_by_name(gpus: Machine) -> None:
    gpus([A])
    os.environ.pop("STUB_CUDA")
    with pytest.raises(DeviceLost, match=r"DEVICE=cuda:0: this torch was built without CUDA; install the CUDA variant"):
        prepared("cuda:0")
    os.environ.pop("CUDA_VISIBLE_DEVICES")
    found = prepared("auto").look()
    assert found is not None
    assert (found.kind, os.environ["CUDA_VISIBLE_DEVICES"]) == ("cpu", "")


def test_gpu_that_is_lost_is_lost_at_the_next_look(gpus: Machine) -> None:
    gpus([A, B])
    watch = prepared("auto")
    gpus([{**A, "trouble": "lost"}, B])
    with pytest.raises(DeviceLost, match="GPU-aaaa is gone: NVML: GPU is lost"):
        watch.look()
    gpus([B])
    with pytest.raises(DeviceLost, match="GPU-aaaa is gone"):
        watch.look()


def test_driver_that_hangs_is_one_that_does_not_answer(gpus: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for it in the heartbeat could neither tell of it nor end the worker."""
    gpus([A])
    watch = prepared("auto")
    monkeypatch.setattr(nvml, "SECONDS", 0.1)
    gpus([{**A, "trouble": "hangs"}])
    assert [watch.look() for _ in range(MOST_UNANSWERED - 1)] == [None] * (MOST_UNANSWERED - 1)
    with pytest.raises(DeviceLost, match=r"the driver does not answer any more: NVML: no answer within 0\.1 s"):
        watch.look()
    with pytest.raises(DeviceLost, match="DEVICE=cuda:0: the driver does not answer"):
        choose("cuda:0")


def test_driver_that_is_silent_for_a_moment_costs_nothing_and_for_longer_the_device(gpus: Machine) -> None:
    gpus([A])
    watch = prepared("auto")
    for _ in range(2):
        gpus([{**A, "trouble": "unknown"}])
        assert [watch.look() for _ in range(MOST_UNANSWERED - 1)] == [None] * (MOST_UNANSWERED - 1)
        gpus([A])
        assert watch.look() is not None
    gpus([{**A, "trouble": "unknown"}])
    for _ in range(MOST_UNANSWERED - 1):
        watch.look()
    with pytest.raises(DeviceLost, match="the driver does not answer any more"):
        watch.look()
