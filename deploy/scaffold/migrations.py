"""``make migration name=shelves``: the migration that brings the catalog's tables to what the models say.

It asks a real server: all migrations run in an empty database, and what then differs is written down. The collection's
own two tables are never altered, so they are never looked at.
"""

import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import ops
from sqlalchemy import create_engine

from catalog.database import REGISTER, SCHEMA, Base
from catalog.migrate import migrate
from catalog.resources import RESOURCES
from deploy.local.ports import free_port
from deploy.local.postgres_server import PostgresServer
from deploy.scaffold.files import ScaffoldError

FOLDER = "services/catalog/catalog/migrations/versions"
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
START_SECONDS = 30
TEXT = '''"""{title}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def new_migration(root: Path, name: str) -> dict[str, str]:
    """ScaffoldError where nothing differs."""
    if not NAME.fullmatch(name):
        raise ScaffoldError(f"{name!r} is no name of a migration: a letter, then letters, digits and _, all small")
    numbers = sorted(path.name[:4] for path in (root / FOLDER).glob("[0-9]*.py"))
    with _server() as server:
        migrate(server.uri())
        upgrade, downgrade, title = _differences(server.uri())
    if not upgrade:
        known = ", ".join(resource.name for resource in RESOURCES)
        raise ScaffoldError(f"no table differs from what the migrations make; RESOURCES has {known}")
    revision = f"{int(numbers[-1]) + 1:04}"
    text = TEXT.format(
        title=title or name.replace("_", " ").capitalize(),
        revision=revision,
        before=numbers[-1],
        upgrade=upgrade,
        downgrade=downgrade,
    )
    return {f"{FOLDER}/{revision}_{name}.py": text}


@contextmanager
def _server() -> Iterator[PostgresServer]:
    """An empty one, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="stackroom-migration-") as folder:
        Path(folder).chmod(0o755)  # its own account goes through
        server = PostgresServer(Path(folder) / "data", free_port(), "migration")
        server.initialise()
        process = subprocess.Popen(server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(server)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _wait(server: PostgresServer) -> None:
    end = time.monotonic() + START_SECONDS
    while not server.is_ready():
        if time.monotonic() > end:
            raise ScaffoldError(f"PostgreSQL did not start in {START_SECONDS} seconds")
        time.sleep(0.05)


def _differences(uri: str) -> tuple[str, str, str]:
    """The bodies of ``upgrade`` and ``downgrade``, and what they are about; empty where nothing differs."""
    engine = create_engine(uri)
    options = {
        "target_metadata": Base.metadata,
        "include_schemas": True,
        "include_name": _is_ours,
        "include_object": _is_known,
    }
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=options)
            script = produce_migrations(context, Base.metadata)
            up, down = script.upgrade_ops, script.downgrade_ops
            if up is None or down is None or up.is_empty():
                return "", "", ""
            for one in up.ops:
                if isinstance(one, ops.CreateTableOp | ops.CreateIndexOp):
                    one.if_not_exists = True  # a table that an administrator made is taken as it is
            return _body(up, context), _body(down, context), _title(up)
    finally:
        engine.dispose()


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    return kind != "schema" or name == SCHEMA


def _is_known(found: Any, _name: str | None, kind: str, is_reflected: bool, compared: Any) -> bool:
    """Tables that no model has, as that of applied requests, are not dropped."""
    if kind != "table":
        return True
    return found.schema != REGISTER and not (is_reflected and compared is None)


def _body(operations: ops.UpgradeOps | ops.DowngradeOps, context: MigrationContext) -> str:
    text = render_python_code(operations, migration_context=context)
    return "\n".join(line for line in text.splitlines() if not line.strip().startswith("#")).strip()


def _title(operations: ops.UpgradeOps) -> str:
    tables = [one.table_name for one in operations.ops if isinstance(one, ops.CreateTableOp)]
    return f"The table of {' and of '.join(tables)}" if tables else ""
