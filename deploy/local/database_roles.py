"""The roles of the embedded server: one for each service and one for migrations, none of them a superuser."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.local.errors import ServerError
from deploy.local.home import ROOT, Home, kept_secret
from deploy.local.ports import LOOPBACK
from deploy.local.postgres_server import ROLE, PostgresServer, binary

SCRIPT = ROOT / "deploy" / "postgres" / "roles.sql"
SERVICES = ("catalog", "identity", "importer")
MIGRATIONS = "migrations"


def password_files(home: Home) -> dict[str, Path]:
    """The file of each role's password, made at the first start."""
    folder = home.folder("secrets")
    return {role: kept_secret(folder, f"POSTGRES_PASSWORD_{role.upper()}") for role in (*SERVICES, MIGRATIONS)}


def database_settings(files: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """What the parts of each service need beside the server's address, and what its migration needs besides."""
    migrations = {
        "MIGRATION_POSTGRES_USER": _role(MIGRATIONS),
        "MIGRATION_POSTGRES_PASSWORD_FILE": str(files[MIGRATIONS]),
    }
    services = {name: {"POSTGRES_USER": _role(name), "POSTGRES_PASSWORD_FILE": str(files[name])} for name in SERVICES}
    return {**services, MIGRATIONS: migrations}


def set_up_roles(server: PostgresServer, files: Mapping[str, Path], database: str = "postgres") -> None:
    """Make the roles, and give them what is theirs; safe to repeat. ServerError with PostgreSQL's reason."""
    command = [binary("psql"), "--no-psqlrc", "--quiet", "--single-transaction", f"--file={SCRIPT}"]
    where = [f"--host={LOOPBACK}", f"--port={server.port}", f"--username={ROLE}", database]
    # What a person has set for psql, such as PGSERVICE, is not meant for this server.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environ |= {"PGPASSWORD": server.password, "PGCONNECT_TIMEOUT": "10"}
    environ |= {f"PASSWORD_FILE_{role.upper()}": str(path) for role, path in files.items()}
    done = subprocess.run([*command, *where], env=environ, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServerError(f"the roles of the database cannot be set up: {done.stderr.strip()}")


def _role(name: str) -> str:
    return f"stackroom_{name}"
