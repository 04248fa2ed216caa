"""What the stack is made of: which packages, whether holes are known in them, which base images.

The programs that look at lock files have an environment of their own, which `make` makes.
"""

import subprocess

from deploy.locks import ROOT

BIN = ROOT / ".supply" / "bin"


def run(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end, whatever its exit status."""
    return subprocess.run([str(BIN / program), *words], cwd=ROOT, capture_output=True, text=True, check=False)
