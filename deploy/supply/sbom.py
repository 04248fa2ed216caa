"""``make sbom``: a bill of materials (CycloneDX, JSON) per image in ``sbom/``, from the lock files alone.

It lists Python's packages with the hashes that an image's build accepts. What a base image brings, Debian's packages,
stands in no lock: a scanner of images sees those.
"""

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.locks import IMAGES, MODEL, ROOT, TORCH, TORCH_CPU
from deploy.supply import run

FOLDER = ROOT / "sbom"
WITH_CPU = "stackroom-worker-gpu"
WITH_CUDA = "stackroom-worker-gpu-cuda"


def locks_of_images() -> dict[str, tuple[str, ...]]:
    """Image to the lock files that it is built from."""
    own = {f"stackroom-{Path(member).name}": (f"{member}/requirements.txt",) for member in IMAGES}
    gpu = own[WITH_CPU]
    return {**own, WITH_CPU: (*gpu, MODEL, TORCH_CPU), WITH_CUDA: (*gpu, MODEL, TORCH)}


def members_of_images() -> Mapping[str, str]:
    members = {f"stackroom-{Path(member).name}": member for member in IMAGES}
    return {**members, WITH_CUDA: members[WITH_CPU]}


def packages(locks: Iterable[str]) -> str:
    """One lock of several: what stands in two of them is of one version, and stands once."""
    entries: dict[str, str] = {}
    for name in locks:
        entry = ""
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                continue
            entry = line if not line.startswith(" ") else entry
            entries[entry] = f"{entries[entry]}{line}\n" if line.startswith(" ") else f"{line}\n"
    return "".join(entries.values())


def write(image: str, locks: Iterable[str]) -> None:
    """SystemExit with the program's words where it cannot."""
    target = FOLDER / f"{image}.cdx.json"
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as lock:
        lock.write(packages(locks))
        lock.flush()
        project = f"{members_of_images()[image]}/pyproject.toml"
        options = ["--output-reproducible", "--validate", "--pyproject", project, "-o", str(target)]
        done = run("cyclonedx-py", "requirements", *options, lock.name)
    if done.returncode != 0:
        raise SystemExit(f"{image}: {done.stderr.strip()}")


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for image, locks in locks_of_images().items():
        write(image, locks)
        sys.stdout.write(f"sbom/{image}.cdx.json, from {', '.join(locks)}\n")
    return 0
