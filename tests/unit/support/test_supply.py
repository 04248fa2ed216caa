"""Bills of materials, known holes and digests: what cannot be looked up is said, and never taken for well."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.locks import ROOT, versions_of
from deploy.supply import audit, digests, sbom

DIGEST = "sha256:" + "a" * 64
Answers = Callable[[str, int], None]


@pytest.mark.parametrize("image", sbom.locks_of_images())
def test_bill_of_an_image_lists_every_package_of_its_locks_once(image: str) -> None:
    locks = sbom.locks_of_images()[image]
    together = versions_of(sbom.packages(locks))
    each = [versions_of((ROOT / lock).read_text(encoding="utf-8")) for lock in locks]
    assert together == {name: versions for lock in each for name, versions in lock.items()}
    assert {len(versions) for versions in together.values()} <= {0, 1}


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What pip-audit prints and how it ends, for every lock."""

    def set_answer(output: str, status: int) -> None:
        done = subprocess.CompletedProcess([], status, output, "Traceback\nConnectionError: no such host")
        monkeypatch.setattr(audit, "run", lambda *_: done)

    return set_answer


WELL = {"name": "flask", "version": "3.1.3", "vulns": []}
HOLE = {"id": "GHSA-1", "aliases": ["CVE-1"], "fix_versions": ["3.1.7"]}
ILL = {"name": "jinja2", "version": "3.1.6", "vulns": [HOLE]}
UNKNOWN = {"name": "torch", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "status", "end", "said"),
    [
        ([WELL], 0, 0, "1 of 1 packages looked up, 0 holes known"),
        ([WELL, ILL], 1, 1, "jinja2 3.1.6: GHSA-1, CVE-1; mended in 3.1.7"),
        ([WELL, UNKNOWN], 0, 2, "NOT CHECKED, since osv has nothing about them: torch"),
        ([ILL, UNKNOWN], 1, 1, "1 of 2 packages looked up, 1 holes known"),
        (None, 1, 2, "NOT CHECKED: ConnectionError: no such host"),
    ],
)
def test_audit_says_what_is_known_and_what_is_not(
    answer: Answers, capsys: pytest.CaptureFixture[str], packages: list[object] | None, status: int, end: int, said: str
) -> None:
    """pip-audit ends with 0 where it found none of the packages."""
    answer("" if packages is None else json.dumps({"dependencies": packages}), status)
    assert audit.main() == end
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


@pytest.mark.parametrize(
    ("script", "is_known"),
    [
        (f"echo '\"{DIGEST}\"'", True),
        ("echo 'no such host' >&2; exit 1", False),
        ("echo nothing", False),
    ],
)
def test_digests_are_all_there_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], script: str, is_known: bool
) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\n{script}\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    if is_known:
        assert digests.main() == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines == [f"{name}={image}@{DIGEST}" for name, image in digests.BASES.items()]
    else:
        with pytest.raises(SystemExit, match=r"python:3\.11-slim-bookworm: no digest"):
            digests.main()
        assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("variable", "image"), digests.BASES.items())
def test_every_base_has_a_default_and_the_argument_that_replaces_it(variable: str, image: str) -> None:
    files = [ROOT / "compose.yaml", ROOT / "deploy" / "proxy" / "service.yaml"]
    assert any(f"${{{variable}:-{image}}}" in file.read_text(encoding="utf-8") for file in files)


def test_no_image_is_built_on_what_no_argument_replaces() -> None:
    for file in (
        *ROOT.glob("services/*/Dockerfile"),
        *ROOT.glob("worker-*/Dockerfile"),
        ROOT / "deploy/proxy/Dockerfile",
    ):
        text = file.read_text(encoding="utf-8")
        bases = {line.split()[1] for line in text.splitlines() if line.startswith("FROM ")}
        assert bases == {"${BASE}"}, file
        assert any(f"ARG BASE={image}\n" in text for image in digests.BASES.values()), file
