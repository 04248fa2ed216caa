"""``make secrets``: the secrets of the compose files, made once into ``deploy/secrets/`` and never overwritten.

``redis_users.acl`` and ``worker_tokens`` follow from them, from the hosts with workers (``deploy.worker_hosts``) and
from this file, so they are written anew where they differ: in place, since a container has the file and not its name.

The folder is closed to other accounts of this machine; the files in it can be read by whoever a container runs as,
since compose mounts them one by one with the owner and mode that they have here.
"""

import hashlib
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

FOLDER = Path(__file__).resolve().parent / "secrets"
HOSTS = FOLDER / "hosts"  # a folder per host, which holds what that host needs

# Of the server's owner, and of the roles that it sets up at every start (deploy/postgres/roles.sql).
DATABASE_PASSWORDS = (
    "postgres_password",
    *(f"postgres_password_{role}" for role in ("catalog", "identity", "importer", "migrations")),
)

# Of who calls: what the gateway signs it with, and under what tokens are stored.
IDENTITY_SECRETS = ("actor_key", "token_peppers")

# What each Redis user may do, which is what kombu does in its name; nobody may look at, empty or reconfigure anything.
CONNECT = "+ping +hello +select +client|setinfo"
PUBLISH = "+lpush +llen +multi +exec +sadd +smembers"
CONSUME = "+brpop +rpush"
# Results of plain tasks: the importer marks that one waits and reads, a worker writes, and tells whoever subscribed.
RESULTS = "stackroom:celery-task-meta-*"
REDIS_USERS = {
    "importer": f"{CONNECT} {PUBLISH} (~{RESULTS} +get +set)",
    "worker": f"&{RESULTS} {CONNECT} {PUBLISH} {CONSUME} +publish (~{RESULTS} +get +setex)",
}


def _kept(name: str, make: Callable[[], str]) -> str:
    """The secret of this name, made if it is not there."""
    path = FOLDER / name
    if not path.exists():
        path.write_text(make(), encoding="ascii")
        path.chmod(0o444)
        sys.stdout.write(f"made {path.relative_to(FOLDER.parents[1])}\n")
    return path.read_text(encoding="ascii")


def _derived(name: str, content: str) -> None:
    """Written anew each time: an upgrade may need other rights, and hosts come and go."""
    path = FOLDER / name
    if path.exists() and path.read_text(encoding="ascii") == content:
        return
    if path.exists():
        path.chmod(0o644)
    path.write_text(content, encoding="ascii")
    path.chmod(0o444)
    sys.stdout.write(f"wrote {path.relative_to(FOLDER.parents[1])}\n")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def _access_list(passwords: dict[str, str]) -> str:
    """Redis keeps hashes only. The default user, who needs no password, is switched off. A host is a ``worker``."""
    lines = ["user default off"]
    for user, password in passwords.items():
        digest, rights = hashlib.sha256(password.encode()).hexdigest(), REDIS_USERS.get(user, REDIS_USERS["worker"])
        lines.append(f"user {user} on #{digest} ~stackroom:* resetchannels -@all {rights}")
    return "\n".join(lines) + "\n"


def _hosts() -> list[Path]:
    return sorted(HOSTS.iterdir()) if HOSTS.is_dir() else []


def _passwords_of_hosts() -> dict[str, str]:
    """Passwords by users of Redis, read from the addresses that the hosts were given."""
    urls = [urlsplit((host / "broker_url_remote").read_text(encoding="ascii").strip()) for host in _hosts()]
    return {url.username or "": url.password or "" for url in urls}


def write_derived() -> None:
    """What follows from the secrets that are there."""
    passwords = {user: (FOLDER / f"redis_password_{user}").read_text(encoding="ascii") for user in REDIS_USERS}
    _derived("redis_users.acl", _access_list({**passwords, **_passwords_of_hosts()}))
    tokens = [folder / "worker_token" for folder in (FOLDER, *_hosts())]
    _derived("worker_tokens", ",".join(one.read_text(encoding="ascii").strip() for one in tokens if one.exists()))


def main() -> int:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    made = ("flask_secret_key", "worker_token", "worker_token_peppers", "service_token")
    for name in (*DATABASE_PASSWORDS, *made, *IDENTITY_SECRETS):
        _kept(name, new_token)
    passwords = {user: _kept(f"redis_password_{user}", new_token) for user in REDIS_USERS}
    for user, password in passwords.items():
        _kept(f"broker_url_{user}", lambda user=user, password=password: f"redis://{user}:{password}@redis:6379/0")  # type: ignore[misc]
    write_derived()
    return 0


if __name__ == "__main__":
    sys.exit(main())
