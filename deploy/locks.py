"""``python -m deploy.locks write|check``: the lock files, all of one resolution, with hashes, without an index address.

``requirements-dev.txt`` is resolved first, over every member and the development tools; each image's
``requirements.txt`` is then cut out of it, so no two places ever run two versions of one package, whatever interpreter
they have. The peers of ``make bench`` and the provider that tests sign on at have locks and environments of their own,
with the same versions of what they share with us. What the model for shots needs is listed whole, so that nothing is
resolved: torch would come with it. torch is in the locks of its own builds alone: that of pip's own index with all that
it needs, and the CPU build.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT = "requirements-dev.txt"
LIBRARIES = ("libs/stackroom-kit", "libs/stackroom-sql", "libs/stackroom-jobs")
WORKERS = tuple(sorted(path.parent.name for path in ROOT.glob("worker-*/pyproject.toml")))
IMAGES = ("services/catalog", "services/identity", "services/importer", "services/ui", *WORKERS)
WITHOUT_IMAGE = ("client",)
APART = (
    "tests/bench/peers/requirements",
    "tests/bench/video/requirements",
    "deploy/supply/requirements",
    "tests/support/sign_on/canaille",
)
MODEL = "worker-gpu/requirements-model.txt"
TORCH = "worker-gpu/torch.txt"
TORCH_CPU = "worker-gpu/torch+cpu.txt"
NPM = "tests/support/sign_on/oidc_provider/package-lock.json"  # npm itself keeps it: `npm update`, then `make lock`
INTERPRETERS = ("3.11", "3.12", "3.13")  # what members say in requires-python; the resolver looks at its lower end only
# Of each its first release, which has what later ones left out.
FIRST_RELEASES = tuple({"python_version": one, "python_full_version": f"{one}.0"} for one in INTERPRETERS)
FORBIDDEN = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host", re.MULTILINE)

PINNED = re.compile(r"^([a-z0-9][^\\\n]*==[^\\\n]*)", re.MULTILINE)

OPTIONS = (
    "--universal", "--python-version=3.11", "--fork-strategy=fewest", "--generate-hashes", "--no-emit-index-url",
    "--no-header", "--no-annotate", "--quiet",
)  # fmt: skip


def write(upgrade: bool) -> None:
    """Resolve anew; versions that still fit stay, unless ``upgrade``."""
    _compile(DEVELOPMENT, [*LIBRARIES, *IMAGES, *WITHOUT_IMAGE], ["--group=dev", *(["--upgrade"] if upgrade else [])])
    for image in IMAGES:
        # Nothing of an image's old lock is kept: the development lock alone says which version it is.
        _compile(f"{image}/requirements.txt", with_libraries(image), [f"--constraints={DEVELOPMENT}", "--upgrade"])
    _compile(MODEL, [], ["--group=worker-gpu/pyproject.toml:model", "--no-deps", f"--constraints={DEVELOPMENT}"])
    torch = [f"--constraints={DEVELOPMENT}", f"--constraints={MODEL}", *(["--upgrade"] if upgrade else [])]
    _compile(TORCH, [], ["--group=worker-gpu/pyproject.toml:torch", *torch])
    for name in APART:
        wanted = (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
        _compile(f"{name}.txt", wanted, [f"--constraints={DEVELOPMENT}", *(["--upgrade"] if upgrade else [])])
    _forget_funding()


def _forget_funding() -> None:
    """npm notes at which addresses a package asks for money; no lock carries an address."""
    lock = json.loads(_read(NPM))
    for package in lock["packages"].values():
        package.pop("funding", None)
    with keeping_mtime_if_unchanged(ROOT / NPM):
        (ROOT / NPM).write_text(f"{json.dumps(lock, indent=2, ensure_ascii=False)}\n", encoding="utf-8")


def wrong_locks() -> list[str]:
    """A line for each lock that is missing, or has what no lock may have."""
    ours = [DEVELOPMENT, *(f"{image}/requirements.txt" for image in IMAGES), MODEL, *(f"{name}.txt" for name in APART)]
    wrong = [f"{name} {wrong}" for name in (*ours, TORCH, TORCH_CPU) for wrong in _what_is_wrong(ROOT / name)]
    wrong += [f"{name} has torch, which no such lock may" for name in ours if "torch" in versions_of(_read(name))]
    return [*wrong, *_wrong_builds(), *_wrong_npm_lock()]


def _wrong_builds() -> Iterator[str]:
    """A line where the builds of torch are of several versions."""
    (wanted,) = versions_of(_read(TORCH)).get("torch", {"none"})
    (cpu,) = versions_of(_read(TORCH_CPU)).get("torch", {"none"})
    if cpu != f"{wanted}+cpu":
        yield f"{TORCH_CPU} has torch{cpu}, and {TORCH} torch{wanted}: take those of PyTorch's index of CPU builds"


def _wrong_npm_lock() -> Iterator[str]:
    """A line where it carries an address, and for each package that says where it is from, or has no hash."""
    if "://" in _read(NPM):
        yield f"{NPM} carries an address, which no lock may: run `make lock`"
    for name, package in json.loads(_read(NPM) or "{}").get("packages", {}).items():
        if name and ("resolved" in package or "integrity" not in package):
            yield f"{NPM} has {name} with the address of a registry, or without a hash"


def _read(name: str) -> str:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _what_is_wrong(path: Path) -> Iterator[str]:
    if not path.exists():
        yield "is missing: run `make lock`"
        return
    text = path.read_text(encoding="utf-8")
    if found := FORBIDDEN.search(text):
        yield f"carries {found.group()!r}, which no lock may"
    for name, versions in versions_of(text).items():
        if len(versions) > 1:
            yield f"has {name} in several versions for Python {', '.join(INTERPRETERS)}: {', '.join(sorted(versions))}"


def versions_of(lock: str, places: Iterable[Mapping[str, str]] = FIRST_RELEASES) -> dict[str, set[str]]:
    """Name of a package to its versions in these places: what markers ask, where it differs from this interpreter."""
    versions: defaultdict[str, set[str]] = defaultdict(set)
    for line in PINNED.findall(lock):
        requirement = Requirement(line)
        for place in places:
            if requirement.marker is None or requirement.marker.evaluate(dict(place)):
                versions[requirement.name].add(str(requirement.specifier))
    return versions


def _compile(output: str, wanted: Iterable[str], options: list[str]) -> None:
    """Members are named by folder, so that uv finds each of them here and never asks an index for its name."""
    ours = [f"--no-emit-package={_distribution(member)}" for member in (*LIBRARIES, *IMAGES, *WITHOUT_IMAGE)]
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "-",
        *OPTIONS,
        *ours,
        *options,
        f"--output-file={output}",
    ]
    sources = "".join(f"./{one}\n" if (ROOT / one).is_dir() else f"{one}\n" for one in wanted)
    with keeping_mtime_if_unchanged(ROOT / output):
        subprocess.run(command, cwd=ROOT, check=True, input=sources, text=True, stdout=subprocess.DEVNULL)


@contextmanager
def keeping_mtime_if_unchanged(path: Path) -> Iterator[None]:
    """Whoever looks at times of files, as RELOAD=1 does, sees no change where a lock is written as it was."""
    before = (path.read_bytes(), path.stat()) if path.exists() else None
    yield
    if before and path.read_bytes() == before[0]:
        os.utime(path, ns=(before[1].st_atime_ns, before[1].st_mtime_ns))


def with_libraries(member: str) -> list[str]:
    """The member and the libraries that it needs, directly or through another."""
    needed = " ".join(_project(member).get("dependencies", []))
    direct = [library for library in LIBRARIES if _distribution(library) in needed]
    return sorted({member, *(deeper for library in direct for deeper in with_libraries(library))})


def _distribution(member: str) -> str:
    name: str = _project(member)["name"]
    return name


def _project(member: str) -> dict[str, Any]:
    with (ROOT / member / "pyproject.toml").open("rb") as file:
        project: dict[str, Any] = tomllib.load(file)["project"]
    return project


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.locks")
    parser.add_argument("command", choices=("write", "check"))
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that are allowed")
    arguments = parser.parse_args()
    if arguments.command == "write":
        write(arguments.upgrade)
    wrong = wrong_locks()
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
