"""The GPUs of this host as ``nvidia-smi -L`` lists them; one that MIG has cut is its instances."""

from __future__ import annotations  # a GPU host may have an older Python than the stack

import dataclasses
import re
import subprocess

from gpu_host import HostError

SECONDS = 60  # a driver that wakes many GPUs takes its time; one that hangs never answers
_GPU = re.compile(r"GPU (?P<index>\d+): (?P<model>.+) \(UUID: (?P<uuid>GPU-[0-9A-Za-z-]+)\)")
_INSTANCE = re.compile(r"\s+MIG (?P<profile>\S+)\s+Device\s+\d+: \(UUID: (?P<uuid>MIG-[0-9A-Za-z/-]+)\)")
_NOTHING = ("No devices found", "No devices were found")


@dataclasses.dataclass(frozen=True)
class Gpu:
    """``uuid`` is what a container is given; indices change when a card is added, and are for the eye only."""

    index: int
    model: str
    uuid: str


def list_gpus() -> list[Gpu]:
    """Empty where there is no driver or no GPU. HostError where the driver does not answer, or not as expected."""
    try:
        done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=SECONDS, check=False)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise HostError(f"nvidia-smi cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise HostError(f"nvidia-smi did not answer within {SECONDS} s") from None
    said = done.stdout + done.stderr
    if any(nothing in said for nothing in _NOTHING):
        return []
    if done.returncode != 0:
        raise HostError(f"nvidia-smi failed ({done.returncode}): {_first_line(said)}")
    return parse(done.stdout)


def parse(listing: str) -> list[Gpu]:
    """HostError for a line that is neither a GPU nor an instance: half a list would leave GPUs idle unnoticed."""
    found: list[Gpu] = []
    parent: Gpu | None = None
    for line in filter(str.strip, listing.splitlines()):
        gpu, instance = _GPU.fullmatch(line.rstrip()), _INSTANCE.fullmatch(line.rstrip())
        if gpu:
            parent = Gpu(int(gpu["index"]), gpu["model"], gpu["uuid"])
            found.append(parent)
        elif instance and parent:
            if parent in found:
                found.remove(parent)  # a cut GPU is not to be used as a whole
            found.append(Gpu(parent.index, f"{parent.model} MIG {instance['profile']}", instance["uuid"]))
        else:
            raise HostError(f"nvidia-smi -L said what is not understood: {line.strip()[:200]!r}")
    if len({one.uuid for one in found}) != len(found):
        raise HostError("nvidia-smi -L lists one GPU twice")
    return found


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["without a word"])[0][:300]
