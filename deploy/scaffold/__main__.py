"""``python -m deploy.scaffold operation --name count_words --queue cpu``: 2 and one sentence where it may not."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.home import ROOT
from deploy.scaffold.files import ScaffoldError, write_new
from deploy.scaffold.migrations import new_migration
from deploy.scaffold.operations import new_operation
from deploy.scaffold.resources import new_resource, next_steps
from deploy.scaffold.workers import new_worker

# What is not found by itself while the stack runs.
NEXT = {
    "worker": "`make new-operation` with its queue writes its first operation; the next start of `make up` starts it\n"
}


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.scaffold", description="An author's first files.")
    parser.add_argument("kind", choices=("operation", "worker", "resource", "migration"))
    for word in ("name", "queue", "worker", "one"):
        parser.add_argument(f"--{word}", default="")
    asked = parser.parse_args(arguments)
    try:
        files = _files(root, asked)
        write_new(root, files)
    except ScaffoldError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("".join(f"{name}\n" for name in files))
    sys.stdout.write(next_steps(asked.name) if asked.kind == "resource" else NEXT.get(asked.kind, ""))
    return 0


def _files(root: Path, asked: argparse.Namespace) -> dict[str, str]:
    """Their texts by their paths. ScaffoldError."""
    if asked.kind == "operation":
        return new_operation(root, asked.name, asked.queue or "cpu", asked.worker)
    if asked.kind == "worker":
        return new_worker(root, asked.name, asked.queue)
    if asked.kind == "resource":
        return new_resource(asked.name, asked.one)
    return new_migration(root, asked.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
