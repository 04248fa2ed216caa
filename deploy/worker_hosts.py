"""``make worker-host NAME=gpu1 HOST=stack.example.org``: a token and a Redis user for the workers of one host.

They stand in ``deploy/secrets/hosts/gpu1/``, with the certificate authority: what that host needs, and nothing else.
With ``TOKEN=made`` an administrator makes the token, which may name queues and is taken back without a restart.
``make worker-host-remove NAME=gpu1`` takes both back. Redis and the worker API read their files when they start.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

from deploy.compose_secrets import FOLDER, HOSTS, new_token, write_derived

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
RESTART = "Restart the services redis, importer-worker-api and remote-worker-proxy: docs/operations.md has the line.\n"
RESTART_REDIS = "Restart the service redis, which reads its users when it starts.\n"
MADE = "its token as worker_token beside it: made on the page /workers, or by `stackroom worker-tokens make {name}`."


def add(name: str, host: str, redis_port: int, *, has_made_token: bool = False) -> str:
    """What to do next. ``has_made_token``: an administrator makes its token, so none is written here.

    SystemExit where the name is taken, or the stack has no secrets or certificate yet.
    """
    folder = HOSTS / name
    if folder.exists():
        raise SystemExit(f"{name} is there already: `make worker-host-remove NAME={name}` takes its token back")
    if not (FOLDER / "worker_token").exists() or not (FOLDER / "tls_ca").exists():
        raise SystemExit(f"first `make secrets` and `make tls HOST={host}`")
    url = f"rediss://worker-{name}:{new_token()}@{host}:{redis_port}/0?ssl_ca_certs=/run/secrets/tls_ca"
    authority = (FOLDER / "tls_ca").read_text(encoding="ascii")
    folder.mkdir(parents=True)
    own = {} if has_made_token else {"worker_token": new_token()}
    for file, content in {**own, "broker_url_remote": url, "tls_ca": authority}.items():
        (folder / file).write_text(content, encoding="ascii")
        (folder / file).chmod(0o444)
    write_derived()
    return _next_step(folder, has_made_token=has_made_token)


def _next_step(folder: Path, *, has_made_token: bool) -> str:
    copy = f"Copy {folder.relative_to(FOLDER.parents[1])}/ to deploy/secrets/ of that host"
    if has_made_token:
        return f"{copy}, and {MADE.format(name=folder.name)}\n{RESTART_REDIS}"
    return f"{copy}.\n{RESTART}"


def remove(name: str) -> str:
    """What to do next. SystemExit for a name that nobody has."""
    if not (HOSTS / name).is_dir():
        known = ", ".join(sorted(folder.name for folder in HOSTS.glob("*"))) or "none"
        raise SystemExit(f"no host is called {name}; there are: {known}")
    shutil.rmtree(HOSTS / name)
    write_derived()
    return (
        f"{name} has neither a token here nor a Redis user any more; one made on a page is taken back there. {RESTART}"
    )


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name; allowed: small letters, digits and -, at most 40")
    return text


def _added(chosen: argparse.Namespace) -> str:
    return add(chosen.name, chosen.host, chosen.redis_port, has_made_token=chosen.made_token)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.worker_hosts")
    commands = parser.add_subparsers(dest="command", required=True)
    adding = commands.add_parser("add", help="make a token and a Redis user")
    adding.add_argument("name", type=_name, help="of the host that gets workers")
    adding.add_argument("host", help="name by which it reaches this stack")
    adding.add_argument("--redis-port", type=int, default=6380)
    commands.add_parser("remove", help="take both back").add_argument("name", type=_name)
    adding.add_argument("--made-token", action="store_true", help="an administrator makes its token on a page")
    chosen = parser.parse_args(words)
    is_new = chosen.command == "add"
    sys.stdout.write(_added(chosen) if is_new else remove(chosen.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
