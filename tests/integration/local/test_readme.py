"""The README's ``console`` blocks, run in one shell against a stack that `make up` started; … stands for anything."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.servers.processes import ROOT
from tests.support.stacks.local import LocalStack

BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
END = "---- end of what this command printed"


def steps() -> list[tuple[str, str]]:
    """Command and expected output, in the order of the README."""
    found: list[tuple[str, str]] = []
    for line in "".join(BLOCK.findall((ROOT / "README.md").read_text())).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, output = found[-1]
            found[-1] = (command, output + line + "\n")
    return found


def pattern(expected: str) -> str:
    """A line of its own, … stands for any number of lines, else for the rest of what stands there."""
    lines = [r"(?:.*\n)*" if line == "…" else f"{re.escape(line)}\n" for line in expected.strip().splitlines()]
    return "".join(lines).replace("…", ".*").removesuffix("\n")


def test_readme_shows_what_really_happens_also_after_the_demo(stack: LocalStack, tmp_path: Path) -> None:
    demo = stack.command("demo")
    assert (demo.wait(120), "all read back" in demo.output()) == (0, True), demo.output()
    commands = steps()
    assert len(commands) > 10
    address = stack.url.removeprefix("http://")
    lines = [f"{command.replace('localhost:5000', address)}\necho; echo '{END}'" for command, _ in commands]
    # As a terminal shows them, messages stand between results.
    shell = ["bash", "-c", "\n".join(["exec 2>&1", *lines])]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    port = stack.env["UI_PORT"]
    (tmp_path / ".env").write_text(f"UI_PORT={port}\n")
    env = {**os.environ, "PATH": path}
    done = subprocess.run(shell, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True, timeout=90, check=True)
    # A terminal shows neither the byte order mark nor the carriage returns of a CSV.
    printed = done.stdout.replace("\r\n", "\n").replace("\ufeff", "").split(f"{END}\n")
    for (command, expected), output in zip(commands, printed[:-1], strict=True):
        shown = expected.replace("http://localhost:5000", f"http://localhost:{port} (UI_PORT in .env)")
        assert re.fullmatch(pattern(shown), output.strip()), f"$ {command}\n{output}\nexpected:\n{shown}"
