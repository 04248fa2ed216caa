"""The page of workers: what each computes on, and why one does no work."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from stackroom_jobs.protocol import CONTRACT_VERSION, Device, Heartbeat
from stackroom_jobs.worker.client import ContractError
from stackroom_jobs.worker.registration import WorkerName
from tests.support.browser.chromium import Watched
from tests.support.stacks.whole import WholeStack

GPU = Device("cuda", "NVIDIA H100 80GB HBM3", "GPU-1", 80 << 30, 3 << 30, 97, "570.86", "12.8")


def beat(name: str, contract: int = CONTRACT_VERSION, unhealthy: str = "") -> Heartbeat:
    versions = {"torch": "2.13.0"}
    return Heartbeat(name, "gpu-host", contract, ["gpu"], 1, ["process_video"], versions, "a1", GPU, unhealthy)


@pytest.mark.parametrize("width", [1200, 360])
def test_page_shows_devices_and_why_a_worker_does_no_work(
    visit: Callable[..., Watched], stack: WholeStack, width: int
) -> None:
    api = stack.importer.as_worker()
    api.heartbeat(beat("gpu-0"))
    api.heartbeat(beat("gpu-1", unhealthy="CUDA error: device lost"))
    with pytest.raises(ContractError):
        api.heartbeat(beat("gpu-2", contract=CONTRACT_VERSION + 1))
    try:
        watched = visit(width=width)
        page = watched.open("/workers")
        healthy, ill, refused = (page.locator("tr").filter(has_text=f"gpu-{number}") for number in range(3))
        for words in ("работает", "NVIDIA H100 80GB HBM3", "3 ГБ / 80 ГБ", "97", "CUDA 12.8", "570.86", "torch 2.13.0"):
            expect(healthy).to_contain_text(words)
        expect(ill).to_contain_text("неисправен")
        expect(ill).to_contain_text("CUDA error: device lost")
        expect(refused).to_contain_text("отвергнут")
        expect(refused).to_contain_text(f"{CONTRACT_VERSION + 1}")
        expect(page.locator("tr").filter(has_text="неисправен: 1")).to_contain_text("gpu")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert watched.accessibility_faults() == []
        watched.assert_quiet()
    finally:
        for number in range(3):
            api.goodbye(WorkerName(f"gpu-{number}", "a1"))
