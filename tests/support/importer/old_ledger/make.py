"""``python -m tests.support.importer.old_ledger.make NAME``: write a dump anew, with the code of then.

That code comes from this repository's history and runs in this environment, on a server of its own.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]


class Version(NamedTuple):
    """``fill`` runs with the code of ``commit``, and writes ``output``."""

    commit: str
    fill: str
    output: str


VERSIONS = {
    # contract 2 of the worker API, revision 0003 of the ledger
    "ledger": Version("d596168", "fill.py", "ledger.sql.gz"),
    # contract 4, revision 0010: the last one that asked nobody who he is
    "before_identity": Version("1114494", "fill_before_identity.py", "before_identity.sql"),
}


def main(version: Version) -> None:
    with tempfile.TemporaryDirectory() as folder:
        code, data = Path(folder) / "code", Path(folder) / "data"
        for made in (code, data):
            made.mkdir()
        Path(folder).chmod(0o755)  # PostgreSQL may run as another account
        archive = subprocess.run(["git", "archive", version.commit], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", str(code)], input=archive.stdout, check=True)
        members = [code, *code.glob("libs/*"), *code.glob("services/*"), *code.glob("worker-*")]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, members))}
        command = [sys.executable, str(HERE / version.fill), str(data), str(HERE / version.output)]
        subprocess.run(command, cwd=code, env=environ, check=True)


if __name__ == "__main__":
    main(VERSIONS[sys.argv[1]])
