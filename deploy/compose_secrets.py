"""``make secrets``: the secrets of the compose files, made once into ``deploy/secrets/`` and never overwritten.

``redis_users.acl`` is no secret but follows from them and from this file, so it is written anew where it differs.

The folder is closed to other accounts of this machine; the files in it can be read by whoever a container runs as,
since compose mounts them one by one with the owner and mode that they have here.
"""

import hashlib
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"

# Of the server's owner, and of the roles that it sets up at every start (deploy/postgres/roles.sql).
DATABASE_PASSWORDS = (
    "postgres_password",
    *(f"postgres_password_{role}" for role in ("catalog", "importer", "migrations")),
)

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
    """An upgrade may need other rights than the file that is there gives."""
    path = FOLDER / name
    if path.exists() and path.read_text(encoding="ascii") != content:
        path.unlink()
    _kept(name, lambda: content)


def _token() -> str:
    return secrets.token_urlsafe(32)


def _access_list(passwords: dict[str, str]) -> str:
    """Redis keeps hashes only. The default user, who needs no password, is switched off."""
    lines = ["user default off"]
    for user, rights in REDIS_USERS.items():
        digest = hashlib.sha256(passwords[user].encode()).hexdigest()
        lines.append(f"user {user} on #{digest} ~stackroom:* resetchannels -@all {rights}")
    return "\n".join(lines) + "\n"


def main() -> int:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    for name in (*DATABASE_PASSWORDS, "flask_secret_key", "worker_token", "service_token"):
        _kept(name, _token)
    passwords = {user: _kept(f"redis_password_{user}", _token) for user in REDIS_USERS}
    for user, password in passwords.items():
        _kept(f"broker_url_{user}", lambda user=user, password=password: f"redis://{user}:{password}@redis:6379/0")  # type: ignore[misc]
    _derived("redis_users.acl", _access_list(passwords))
    return 0


if __name__ == "__main__":
    sys.exit(main())
