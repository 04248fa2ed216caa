"""Which torch `make environment TORCH=1` and the image install: one build, by the hashes of its own lock."""

import re
import subprocess
from pathlib import Path

import pytest

from deploy.locks import versions_of

ROOT = Path(__file__).resolve().parents[3]


def made(*words: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--dry-run", "environment", "TORCH=1", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("build", "is_alone"), [("+cpu", True), ("", False)])
def test_build_is_installed_by_the_hashes_of_its_lock(build: str, is_alone: bool) -> None:
    """What the CPU build needs is the model's too, so that it comes alone."""
    lock = f"worker-gpu/torch{build}.txt"
    said = made(f"--what-if={lock}", f"TORCH_BUILD={build}").stdout
    lines = said.replace("\\\n", " ").splitlines()
    (install,) = [line for line in lines if "pip install" in line and f"-r {lock}" in line]
    assert "--require-hashes" in install
    assert ("--no-deps" in install) is is_alone


def test_build_without_a_lock_is_not_installed() -> None:
    """Its hashes are known to nobody here: docs/gpu.md says how its file is made."""
    said = made("TORCH_BUILD=+rocm9").stdout
    assert 'echo "worker-gpu/torch+rocm9.txt has to list' in said
    assert "exit 1" in said


@pytest.mark.parametrize("name", ["torch.txt", "torch+cpu.txt"])
def test_every_line_of_a_build_has_hashes(name: str) -> None:
    lock = (ROOT / "worker-gpu" / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    assert {entry.split("==")[0] for entry in entries} == set(versions_of(lock))
    assert [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []
