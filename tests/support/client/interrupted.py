"""Signals for the command ``stackroom`` at chosen moments, counted from its first line on.

The interpreter's own start, which nothing of ours can guard, is over by then.
"""

import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.support.servers.processes import environment

# As the installed script does it: import, then call. In between it says that it may be interrupted from now on.
SCRIPT = "import sys; from stackroom_client.main import main; open({ready}, 'wb').write(b'!'); main()"


class Ended(NamedTuple):
    code: int
    out: bytes
    err: bytes


def interrupted(
    words: list[str],
    number: int,
    moment: Callable[[], object],
    folder: Path,
    afterwards: Callable[[], object] = lambda: None,
) -> Ended:
    """Starts it in ``folder``, waits for its first line and then for ``moment``, and sends the signal ``number``."""
    ready, said = os.pipe()
    command = [sys.executable, "-c", SCRIPT.format(ready=said), *words]
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, pass_fds=[said], env=environment({}), cwd=folder
        )
        os.close(said)
        try:
            assert select.select([ready], [], [], 30)[0], "it did not begin"
            moment()
            process.send_signal(number)
            afterwards()
            code = process.wait(30)
        finally:
            process.kill()
            process.wait(10)
            os.close(ready)
    return Ended(code, (folder / "out").read_bytes(), (folder / "err").read_bytes())
