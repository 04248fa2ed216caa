"""``python -m tests.bench.video.long``: a three-hour film through the importer, the worker API and a real GPU worker.

All of its frames are decoded and cut by a network that costs nothing (``cheap_model``), which shows what a long film
does to memory, lease and time limit; then its beginning goes through TransNet V2. On a GPU the whole film can have
that: ``--device cuda:0 --model-frames 270000``.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from importer.migrate import migrate
from tests.bench.video.film import Film, make_film
from tests.bench.video.witness import Account, witness
from tests.support.servers.embedded import fresh_database, fresh_redis, running_postgres, running_redis
from tests.support.stacks.gpu import add_gpu_worker, start_live
from tests.support.stacks.importer import Stack, running_stack
from tests.support.videos.files import copy_beginning

CHEAP, REAL = "tests.bench.video.cheap_worker", "worker_gpu.app"
CLIP_FRAMES = 1500  # a minute


@contextmanager
def importing(folder: Path) -> Iterator[Stack]:
    with ExitStack() as servers:
        postgres = servers.enter_context(running_postgres(folder))
        redis = servers.enter_context(running_redis(folder))
        uri = servers.enter_context(fresh_database(postgres))
        migrate(uri)
        media = {"MEDIA_DIR": str(folder)}
        yield servers.enter_context(running_stack(folder, uri, fresh_redis(redis), workers=0, env=media))


def through(stack: Stack, module: str, device: str, names: list[str]) -> list[Account]:
    """One worker does these files, one after the other."""
    part = add_gpu_worker(stack, module.rpartition(".")[2], module, DEVICE=device)
    start_live(stack, part)
    try:
        return [witness(stack, part, name) for name in names]
    finally:
        part.running.stop()
        del stack.parts[part.name]


def tell(account: Account, film: Film) -> None:
    print(account.text())
    made = film.cuts_before(account.result["frames"])
    right = len(set(account.boundaries()) & set(made))
    print(f"  cuts: {right} of {len(made)} found, {len(account.boundaries()) - right} besides", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.video.long")
    parser.add_argument("--frames", type=int, default=270_000, help="of the film, 25 to a second")
    parser.add_argument("--model-frames", type=int, default=15_000, help="from its beginning, for TransNet V2")
    parser.add_argument("--device", default="cpu")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        film = make_film(folder, asked.frames)
        print(f"film of {film.frames} frames, {film.path.stat().st_size / 1e6:.0f} MB", flush=True)
        copy_beginning(film.path, folder / "clip.mp4", CLIP_FRAMES)
        copy_beginning(film.path, folder / "beginning.mp4", asked.model_frames)
        with importing(folder) as stack:
            for module, names in ((CHEAP, ["clip.mp4", "film.mp4"]), (REAL, ["beginning.mp4"])):
                print(f"{module}:", flush=True)
                for account in through(stack, module, asked.device, names):
                    tell(account, film)


if __name__ == "__main__":
    main()
