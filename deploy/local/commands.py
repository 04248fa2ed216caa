"""``up``, ``down`` and ``status``: from an empty folder to a stack that answers, and back."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping

from deploy.local.addresses import refuse_taken_ports
from deploy.local.admin import COMMAND, admin_environ
from deploy.local.database_roles import set_up_roles
from deploy.local.environment import Stack, compose_stack
from deploy.local.home import Home
from deploy.local.logs import say
from deploy.local.part import Part
from deploy.local.parts import gateway_url, server_parts, service_parts, worker_parts
from deploy.local.pid_files import PidFile, end_orphans, read_pid_files
from deploy.local.preparation import migrate, prepare_again
from deploy.local.reload import Reloader
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import StopRequested, Supervisor
from stackroom_kit.settings import read_settings

STOP_LIMIT = 120.0  # seconds


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
            parts = _start(supervisor, home, stack)
            say(
                "stackroom",
                f"ready on {gateway_url(stack.environ)} (Ctrl-C stops it; logs in {home.path / 'log'})",
            )
            supervisor.watch_until_stopped(_reloader(home, stack, parts))
        except StopRequested:
            pass  # It is stopped below, like a stack that was ready.
        finally:
            say("stackroom", "stopping")
            supervisor.stop()
        say("stackroom", "stopped")
    return 0


def _start(supervisor: Supervisor, home: Home, stack: Stack) -> list[Part]:
    """Gives every part."""
    servers, services, workers = server_parts(stack), service_parts(home, stack), worker_parts(stack.environ)
    refuse_taken_ports({one.name: one.listening for one in (*servers, *services, *workers) if one.listening})
    for server in (stack.postgres, stack.redis):
        if server:
            server.initialise()
    supervisor.start(servers)
    if stack.postgres:
        set_up_roles(stack.postgres, stack.password_files)
    migrate(home, stack)
    supervisor.start(services)
    supervisor.start(workers)
    if stack.asks_who_calls:
        _say_set_up_link(stack)
    return [*servers, *services, *workers]


def _say_set_up_link(stack: Stack) -> None:
    """Of this start; nothing where there is an administrator. It goes to the terminal alone, and into no log."""
    command, env = [*COMMAND, "set-up"], admin_environ(stack)
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, check=True, capture_output=True, text=True)
    if link := done.stdout.strip():
        say("stackroom", f"the first administrator comes in here, once and within 15 minutes: {link}")


def _reloader(home: Home, stack: Stack, parts: Iterable[Part]) -> Reloader | None:
    if not read_settings(LocalSettings, stack.environ).reload:
        return None
    return Reloader(parts, lambda changed: prepare_again(home, stack, changed))


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
    deadline = time.monotonic() + STOP_LIMIT
    while home.supervisor() is not None:
        if time.monotonic() > deadline:
            say("stackroom", f"process {supervisor} still stops after {STOP_LIMIT:g} s")
            return 1
        time.sleep(0.1)
    say("stackroom", "stopped")
    return 0


def status(home: Home, _given: Mapping[str, str]) -> int:
    """Gives the exit status: 0 when a supervisor runs and every part of it lives."""
    home.require_access()
    supervisor = home.supervisor()
    files = read_pid_files(home.folder("run"))
    for file in files:
        say(file.part, _state(file))
    say("stackroom", f"supervised by process {supervisor}" if supervisor else "is not running")
    return 0 if supervisor and all(file.process() for file in files) else 1


def _state(file: PidFile) -> str:
    process = file.process()
    if process is None:
        return "not running"
    port = f", port {file.port}" if file.port else ""
    return f"process {file.pid}{port}, for {time.time() - file.created:.0f} s"
