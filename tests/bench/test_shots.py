"""Shots of a video: the whole task and the model alone, each beside the model package's own, on the CPU."""

import json
import os
import subprocess
import sys

import pytest

from tests.bench.results import Results, Row
from tests.bench.scale import REPEATS, scaled
from tests.support.servers.processes import ROOT
from worker_gpu.model import is_installed

PEERS = ROOT / ".bench" / "video"
FRAMES = scaled(300)
WAYS = {"task": ("whole task", "detect_scenes"), "model": ("model alone", "predict_frames")}
pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


def test_shots_of_a_video(results: Results) -> None:
    """In a process of its own: the package sets seeds and flags for the whole of its process."""
    if not is_installed() or not PEERS.exists():
        results.notes.append("Shots of videos were not measured: the model is not installed here (docs/video.md).")
        pytest.skip("no model here")
    command = [sys.executable, "-m", "tests.bench.video.speed", "--device=cpu", "--json"]
    done = subprocess.run(
        [*command, f"--frames={FRAMES}", f"--repetitions={REPEATS}"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(PEERS)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["same"], "other boundaries than the package finds"
    for what, (ours, theirs) in WAYS.items():
        ratio = found["ours"][what] / found["theirs"][what]
        title = f"shots of a video of {FRAMES} frames, {ours}, on {found['device']} / the package's {theirs}"
        frames = [f"{found[side][what]:.0f} frames/s" for side in ("ours", "theirs")]
        results.rows.append(Row(title, frames[0], frames[1], ratio, found["targets"][what]))
