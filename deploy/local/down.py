"""``down``: stop a stack that runs in another terminal, or what is left of one that was killed."""

import os
import signal
import time
from collections.abc import Mapping

from deploy.local.home import Home
from deploy.local.marks import end_orphans
from deploy.local.terminal import say

LIMIT = 120.0  # seconds


def down(home: Home, _given: Mapping[str, str]) -> int:
    """Gives the exit status: 0 when nothing runs any more."""
    home.require_access()
    supervisor = home.supervisor()
    if supervisor is None:
        ended = end_orphans(home.folder("run"), home.path)
        say(
            "stackroom",
            f"left over from a killed run and ended: {', '.join(ended)}" if ended else "was not running",
        )
        return 0
    os.kill(supervisor, signal.SIGTERM)
    deadline = time.monotonic() + LIMIT
    while home.supervisor() is not None:
        if time.monotonic() > deadline:
            say("stackroom", f"process {supervisor} still stops after {LIMIT:g} s")
            return 1
        time.sleep(0.1)
    say("stackroom", "stopped")
    return 0
