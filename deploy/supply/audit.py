"""``make audit``: whether holes are known in any locked package, of the stack and of its development.

Ends with 0 where every package was looked up and none has a hole, with 1 where one has, with 2 where some could not be
looked up: pip-audit itself calls a package that it could not find well.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from deploy.locks import DEVELOPMENT, MODEL, TORCH
from deploy.supply import run

# Every image's lock is cut out of the first one; torch's CPU build has the holes of its version.
LOCKS = (DEVELOPMENT, MODEL, TORCH)
NOT_CHECKED = 2


def holes(found: dict[str, Any]) -> Iterator[str]:
    for package in found["dependencies"]:
        for hole in package.get("vulns", ()):
            fixed = ", ".join(hole["fix_versions"]) or "no version yet"
            names = ", ".join([hole["id"], *hole.get("aliases", ())])
            yield f"{package['name']} {package['version']}: {names}; mended in {fixed}"


def skipped(found: dict[str, Any]) -> list[str]:
    return [package["name"] for package in found["dependencies"] if "skip_reason" in package]


def audit(lock: str, service: str) -> int:
    done = run("pip-audit", "-r", lock, "--disable-pip", "--require-hashes", "-f", "json", "-s", service)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        sys.stderr.write(f"{lock}: NOT CHECKED: {last}\n")
        return NOT_CHECKED
    known, missing = list(holes(found)), skipped(found)
    sys.stdout.write("".join(f"{lock}: {line}\n" for line in known))
    total = len(found["dependencies"])
    sys.stdout.write(f"{lock}: {total - len(missing)} of {total} packages looked up, {len(known)} holes known\n")
    if missing:
        sys.stderr.write(f"{lock}: NOT CHECKED, since {service} has nothing about them: {', '.join(missing)}\n")
    return 1 if known else NOT_CHECKED if missing else 0


def main() -> int:
    """1 if any lock has a known hole, even where other packages could not be looked up."""
    ends = {audit(lock, os.environ.get("AUDIT_SERVICE", "osv")) for lock in LOCKS}
    if NOT_CHECKED in ends:
        sys.stderr.write("NOT CHECKED: some packages could not be looked up; AUDIT_SERVICE=pypi or osv says where\n")
    return 1 if 1 in ends else max(ends)
