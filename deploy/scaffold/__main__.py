"""``python -m deploy.scaffold operation --name count_words --queue cpu``: 2 and one sentence where it may not."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.home import ROOT
from deploy.scaffold.files import ScaffoldError, write_new
from deploy.scaffold.operations import new_operation
from deploy.scaffold.workers import new_worker


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.scaffold", description="An author's first files.")
    parser.add_argument("kind", choices=("operation", "worker"))
    for word in ("name", "queue", "worker"):
        parser.add_argument(f"--{word}", default="")
    asked = parser.parse_args(arguments)
    try:
        if asked.kind == "operation":
            files = new_operation(root, asked.name, asked.queue or "cpu", asked.worker)
        else:
            files = new_worker(root, asked.name, asked.queue)
        write_new(root, files)
    except ScaffoldError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("".join(f"{name}\n" for name in files))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
