"""``up``: everything from an empty folder to a stack that answers, until Ctrl-C."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from deploy.local.database_roles import set_up_roles
from deploy.local.environment import Stack, compose_stack
from deploy.local.home import Home
from deploy.local.marks import end_orphans
from deploy.local.part import Part
from deploy.local.part_log import last_lines
from deploy.local.parts import gateway_url, media_folder, server_parts, service_parts, worker_parts
from deploy.local.ports import is_taken
from deploy.local.supervisor import StartFailed, StopRequested, Supervisor
from deploy.local.terminal import say

MIGRATIONS = ("catalog", "importer")  # the services that have schemas


class PortTaken(Exception):
    """One line that names the port, the part and the setting."""


def up(home: Home, given: Mapping[str, str]) -> int:
    """Run the stack in this process's sight; gives the exit status."""
    home.require_access()
    with home.lock():
        supervisor = Supervisor(home)
        supervisor.catch_signals()
        for name in end_orphans(home.folder("run"), home.path):
            say(name, "was left over from a run that was killed; ended")
        try:
            stack = compose_stack(home, given)
            _start(supervisor, home, stack)
            say(
                "stackroom",
                f"ready on {gateway_url(stack.environ)} (Ctrl-C stops it; logs in {home.path / 'log'})",
            )
            supervisor.watch_until_stopped()
        except StopRequested:
            pass  # It is stopped below, like a stack that was ready.
        finally:
            say("stackroom", "stopping")
            supervisor.stop()
        say("stackroom", "stopped")
    return 0


def _start(supervisor: Supervisor, home: Home, stack: Stack) -> None:
    environ = media_folder(home, stack.environ)
    servers, services, workers = server_parts(stack), service_parts(home, stack, environ), worker_parts(environ)
    refuse_taken_ports([*servers, *services, *workers])
    for server in (stack.postgres, stack.redis):
        if server:
            server.initialise()
    supervisor.start(servers)
    if stack.postgres:
        set_up_roles(stack.postgres, stack.password_files)
    for service in MIGRATIONS:
        _migrate(home, f"{service}.migrate", {**environ, **stack.of_database(service, "migrations")})
    supervisor.start(services)
    supervisor.start(workers)


def refuse_taken_ports(parts: Sequence[Part]) -> None:
    """Look before anything starts. Raises PortTaken."""
    for part in parts:
        where = part.listening
        if where and is_taken(where.host, where.port):
            raise PortTaken(f"port {where.port} is taken, and {part.name} needs it: free it or set {where.setting}")


def _migrate(home: Home, module: str, environ: Mapping[str, str]) -> None:
    name = module.replace(".", "-")
    with home.log(name).open("ab") as log:
        done = subprocess.run(
            [sys.executable, "-m", module], env=dict(environ), stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        end = "\n".join(f"  {line}" for line in last_lines(home.log(name)))
        raise StartFailed(f"{module} failed; the end of {home.log(name)}:\n{end}")
