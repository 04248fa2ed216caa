"""The GPU-host kit as an operator runs it, on a host whose ``nvidia-smi`` and ``docker`` are scripts of the test."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.processes import ROOT

A, B = "GPU-11111111-aaaa", "GPU-22222222-bbbb"
TWO = f"GPU 0: NVIDIA H100 80GB HBM3 (UUID: {A})\nGPU 3: NVIDIA A10 (UUID: {B})\n"
CUT = (
    f"GPU 0: NVIDIA A100-SXM4-40GB (UUID: {A})\n"
    "  MIG 1g.5gb      Device  0: (UUID: MIG-3333-cccc)\n"
    "  MIG 3g.20gb     Device  1: (UUID: MIG-4444-dddd)\n"
    f"GPU 1: NVIDIA A10 (UUID: {B})\n"
)
BROKER = "rediss://worker:secret-of-the-broker@stack.test:6380/0?ssl_ca_certs=/run/secrets/tls_ca"
SETTINGS = {
    "WORKER_API_URL": "https://stack.test:5443",
    "CELERY_BROKER_URL": BROKER,
    "WORKER_TOKEN": "secret-token",
    "TLS_CA": "a certificate",
}
DOCKER = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
  *" ps "*) cat {folder}/ps ;;
  *" up "*) [ -f {folder}/vanishes ] || exit 0; mv {folder}/vanishes {folder}/listing; exit 1 ;;
esac
"""


class Host:
    """``deploy/gpu-host`` copied alone, as to a GPU host, beside the one compose file that it needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deploy = folder / "deploy"
        shutil.copytree(ROOT / "deploy/gpu-host", self.deploy / "gpu-host", ignore=shutil.ignore_patterns("generated"))
        shutil.copy(ROOT / "deploy/compose.worker.yaml", self.deploy)
        self.log = folder / "docker.log"
        self._program("docker", DOCKER.format(log=self.log, folder=folder))

    def _program(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def gpus(self, listing: str, status: int = 0) -> None:
        (self.folder / "listing").write_text(listing)
        self._program("nvidia-smi", f"#!/bin/sh\ncat {self.folder}/listing\nexit {status}\n")

    def run(self, *words: str, **settings: str) -> tuple[int, str, str]:
        env = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", **SETTINGS, **settings}
        command = [str(self.deploy / "gpu-host/gpu-host"), *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    def composed(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.deploy / "gpu-host/generated/compose.json").read_text())
        return found

    def pins(self) -> dict[str, tuple[str, list[str]]]:
        """Service to the worker's DEVICE and the devices that its container is given."""
        return {
            name: (service["environment"]["DEVICE"], [
                uuid for one in service.get("deploy", {"resources": {"reservations": {"devices": []}}})["resources"][
                    "reservations"]["devices"] for uuid in one["device_ids"]])
            for name, service in self.composed()["services"].items()
        }  # fmt: skip

    def started(self) -> int:
        return self.log.read_text().count(" up ") if self.log.exists() else 0


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_up_starts_one_worker_per_gpu_and_each_sees_its_own(host: Host) -> None:
    """Indices may have gaps; they are for the eye, and pins go by UUID."""
    host.gpus(TWO)
    status, said, _ = host.run("up")
    assert status == 0
    assert "NVIDIA A10, index 3" in said
    assert "2 worker(s) up and healthy" in said
    assert host.pins() == {"gpu-11111111-aaaa": (A, [A]), "gpu-22222222-bbbb": (B, [B])}
    names = [service["environment"]["WORKER_NAME"] for service in host.composed()["services"].values()]
    assert len(set(names)) == 2


def test_up_uses_the_instances_of_a_cut_gpu_and_not_the_whole(host: Host) -> None:
    host.gpus(CUT)
    assert host.run("up")[0] == 0
    assert [devices for _, devices in host.pins().values()] == [["MIG-3333-cccc"], ["MIG-4444-dddd"], [B]]


@pytest.mark.parametrize(("listing", "status"), [("", 0), ("No devices found.\n", 6), ("No devices were found\n", 0)])
def test_up_without_a_gpu_says_so_and_starts_nothing(host: Host, listing: str, status: int) -> None:
    host.gpus(listing, status)
    status, _, error = host.run("up")
    assert status == 1
    assert "no GPU is here" in error
    assert host.started() == 0


def test_up_without_a_driver_says_so_unless_asked_for_the_cpu(host: Host) -> None:
    assert "no GPU is here" in host.run("up")[2]
    assert host.run("up", "--cpu")[0] == 0
    assert host.pins() == {"cpu": ("cpu", [])}


@pytest.mark.parametrize(
    ("listing", "status", "named"),
    [
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", 9, "failed (9): NVIDIA-SMI"),
        (f"GPU 0: NVIDIA H100 (UUID: {A})\nUnable to determine the device handle", 0, "not understood: 'Unable"),
        (f"GPU 0: NVIDIA H100 (UUID: {A})\nGPU 1: NVIDIA H100 (UUID: {A})", 0, "lists one GPU twice"),
        ("  MIG 1g.5gb      Device  0: (UUID: MIG-3333-cccc)", 0, "not understood: 'MIG"),
        ("", 15, "failed (15): without a word"),
    ],
)
def test_broken_driver_is_named_and_nothing_is_started(host: Host, listing: str, status: int, named: str) -> None:
    host.gpus(listing, status)
    status, _, error = host.run("up")
    assert status == 1
    assert named in error
    assert len(error.splitlines()) == 1
    assert host.started() == 0


def test_gpu_that_vanishes_before_its_worker_starts_leaves_the_others(host: Host) -> None:
    host.gpus(TWO)
    (host.folder / "vanishes").write_text(TWO.splitlines()[0])
    status, said, _ = host.run("up")
    assert status == 0
    assert "gone meanwhile: gpu-22222222-bbbb" in said
    assert list(host.pins()) == ["gpu-11111111-aaaa"]


def test_worker_that_does_not_become_healthy_is_an_error_and_not_tried_for_ever(host: Host) -> None:
    host.gpus(TWO)
    (host.folder / "vanishes").write_text(TWO)
    status, _, error = host.run("up")
    assert status == 1
    assert "not all workers became healthy" in error
    assert host.started() == 1


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"WORKER_TOKEN": ""}, "worker_token is missing or empty"),
        ({"WORKER_API_URL": ""}, "WORKER_API_URL must be"),
        ({"WORKER_API_URL": "stack.test:5443"}, "WORKER_API_URL must be"),
        ({"WORKER_API_URL": "http://stack.test:5003"}, "WORKER_API_URL has no TLS"),
        ({"CELERY_BROKER_URL": BROKER.replace("rediss:", "redis:")}, "broker's URL has no TLS"),
        ({"CELERY_BROKER_URL": f"{BROKER}&ssl_cert_reqs=none"}, "switches the check of its certificate off"),
    ],
)
def test_up_names_the_first_thing_that_is_missing_or_unsafe(host: Host, settings: dict[str, str], named: str) -> None:
    host.gpus(TWO)
    status, said, error = host.run("up", **settings)
    assert status == 1
    assert named in error
    assert "secret" not in (said + error).replace("secrets", "")
    assert host.started() == 0


def test_secrets_become_files_in_a_closed_folder_and_stand_in_no_compose_file(host: Host) -> None:
    host.gpus(TWO)
    host.run("up")
    folder = host.deploy / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "broker_url_remote").read_text() == BROKER
    assert "secret-" not in json.dumps(host.composed())
    assert host.run("up", **dict.fromkeys(("CELERY_BROKER_URL", "WORKER_TOKEN", "TLS_CA"), ""))[0] == 0


PS: Callable[[str, str], str] = lambda name, health: json.dumps({"Service": name, "Health": health, "State": "running"})  # noqa: E731


def test_status_is_good_only_where_every_gpu_has_a_healthy_worker(host: Host) -> None:
    host.gpus(TWO)
    assert host.run("status")[:2] == (1, "nothing was started here\n")
    host.run("up")
    (host.folder / "ps").write_text(PS("gpu-11111111-aaaa", "healthy") + "\n" + PS("gpu-22222222-bbbb", "healthy"))
    assert host.run("status")[0] == 0
    (host.folder / "ps").write_text(PS("gpu-11111111-aaaa", "unhealthy"))
    host.gpus(TWO.splitlines()[0] + "\nGPU 4: NVIDIA L4 (UUID: GPU-55555555-eeee)\n")
    status, said, _ = host.run("status")
    assert status == 1
    assert said.splitlines() == [
        "gpu-11111111-aaaa: NVIDIA H100 80GB HBM3: unhealthy",
        "gpu-22222222-bbbb: not running: its GPU is gone",
        "gpu-55555555-eeee: NVIDIA L4: has no worker; `up` starts one",
    ]


def test_down_ends_what_was_started_and_repeats_without_harm(host: Host) -> None:
    host.gpus(TWO)
    host.run("up")
    assert host.run("down")[0] == 0
    assert "down --timeout 35" in host.log.read_text()
    assert host.run("down")[:2] == (0, "nothing was started here\n")
