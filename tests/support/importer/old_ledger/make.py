"""``python -m tests.support.importer.old_ledger.make``: write ``ledger.sql.gz`` anew, with the code of then.

That code comes from this repository's history and runs in this environment, on a server of its own.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

COMMIT = "d596168"  # contract 2 of the worker API, revision 0003 of the ledger
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
OUTPUT = HERE / "ledger.sql.gz"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        code, data = Path(folder) / "code", Path(folder) / "data"
        for made in (code, data):
            made.mkdir()
        Path(folder).chmod(0o755)  # PostgreSQL may run as another account
        archive = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", str(code)], input=archive.stdout, check=True)
        members = [code, *code.glob("libs/*"), *code.glob("services/*"), *code.glob("worker-*")]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, members))}
        command = [sys.executable, str(HERE / "fill.py"), str(data), str(OUTPUT)]
        subprocess.run(command, cwd=code, env=environ, check=True)


if __name__ == "__main__":
    main()
