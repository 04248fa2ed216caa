"""``admin``: `stackroom-admin` with the settings of the stack that runs here, for when nobody can sign in any more."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from deploy.local.environment import Stack, compose_stack
from deploy.local.errors import LocalError
from deploy.local.home import Home
from deploy.local.parts import gateway_url
from deploy.local.pid_files import read_pid_files

COMMAND = (sys.executable, "-m", "identity.admin")


def admin(home: Home, given: Mapping[str, str], words: Sequence[str]) -> int:
    """Gives the exit status of the command. LocalError where the database does not run."""
    home.require_access()
    ports = {file.part: file.port for file in read_pid_files(home.folder("run")) if file.process()}
    where = {"POSTGRES_PORT": str(ports["postgres"])} if "postgres" in ports else {}
    # Redis is no concern of it, so that none has to be found.
    stack = compose_stack(home, {**given, **where, "CELERY_BROKER_URL_FILE": os.devnull})
    if stack.postgres and not where:
        raise LocalError("no stack runs here whose users these could be: `make up AUTH=on` starts it")
    return subprocess.run([*COMMAND, *words], env=admin_environ(stack), check=False).returncode


def admin_environ(stack: Stack) -> dict[str, str]:
    """Links begin with the address of the gateway here, where PUBLIC_URL says no other."""
    return {"PUBLIC_URL": gateway_url(stack.environ), **stack.environ, **stack.of_database("identity")}
