"""``make digests``: the base images by digest, as lines for ``.env``; a registry has to be reachable.

A tag names another image after each security update of its makers; a digest names one image for ever. So take the
digests anew when the images are to be built anew, and not by accident.
"""

import re
import subprocess
import sys

# What compose.yaml and the Dockerfiles take, by the variable that replaces it.
BASES = {
    "PYTHON_BASE": "python:3.11-slim-bookworm",
    "PROXY_BASE": "debian:trixie-slim",
    "POSTGRES_IMAGE": "postgres:17-trixie",
    "REDIS_IMAGE": "redis:8-trixie",
}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TIME_LIMIT = 60  # seconds for one image


def digest(image: str) -> str:
    """Of all its platforms. SystemExit with Docker's words where it cannot be had."""
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{json .Manifest.Digest}}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"{image}: no digest: {error}") from None
    found = DIGEST.search(done.stdout)
    if done.returncode != 0 or not found:
        raise SystemExit(f"{image}: no digest: {(done.stderr or done.stdout).strip()}")
    return found.group()


def main() -> int:
    """All or nothing: half of the lines would look like all of them."""
    lines = [f"{name}={image}@{digest(image)}\n" for name, image in BASES.items()]
    sys.stdout.write("".join(lines))
    return 0
