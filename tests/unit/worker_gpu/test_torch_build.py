"""Which torch `make environment TORCH=1` installs."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(("build", "is_alone"), [("+cpu", True), ("", False), ("+cu128", False)])
def test_build_for_a_gpu_comes_with_the_libraries_that_it_needs(build: str, is_alone: bool) -> None:
    """The CPU build needs nothing that is not pinned by hash; NVIDIA's libraries are in no lock of ours."""
    command = ["make", "--dry-run", "--what-if=worker-gpu/torch.txt", "environment", "TORCH=1", f"TORCH_BUILD={build}"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = said.replace("\\\n", " ").splitlines()
    (install,) = [line for line in lines if "pip install" in line and "torch.txt" in line]
    assert f'torch.txt){build}"' in install
    assert ("--no-deps" in install) is is_alone
