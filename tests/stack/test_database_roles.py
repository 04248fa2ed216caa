"""The roles in containers: what each may not do in the real server."""

import pytest

from deploy.compose_secrets import FOLDER
from tests.support.stacks.compose import Compose

OTHERS = {"catalog": "importer.batch", "importer": "tbc.books_files_groups", "migrations": "pg_authid"}
OWN = {"catalog": "tbc.books_files_types", "importer": "importer.chunk"}
FORBIDDEN = (
    "SELECT pg_read_file('/etc/hostname')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "CREATE TABLE public.x (id int)",
)


def as_role(stack: Compose, role: str, statement: str) -> str:
    password = (FOLDER / f"postgres_password_{role}").read_text()
    address = f"postgresql://stackroom_{role}:{password}@127.0.0.1/stackroom"
    return stack.inside("postgres", "psql", "-X", "-A", "-t", "-c", statement, address)


@pytest.mark.parametrize("role", OTHERS)
def test_role_may_do_nothing_but_its_work(stack: Compose, role: str) -> None:
    drops = [f"DROP TABLE {OWN[role]}"] if role in OWN else []
    for statement in (*FORBIDDEN, f"SELECT 1 FROM {OTHERS[role]}", *drops):
        with pytest.raises(AssertionError, match=r"permission denied|must be owner"):
            as_role(stack, role, statement)


def test_each_service_connects_as_its_own_role(stack: Compose) -> None:
    """Only the superuser sees all connections; the catalog makes its first with its first call."""
    assert stack.call("GET", "/api/groups/").ok
    query = """SELECT DISTINCT usename FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    shown = stack.inside("postgres", "psql", "-X", "-A", "-t", "-U", "stackroom", "-d", "stackroom", "-c", query)
    assert set(shown.split()) == {"stackroom_catalog", "stackroom_importer"}


def test_roles_are_set_up_again_at_each_start(stack: Compose) -> None:
    stack("run", "--rm", "-T", "postgres-roles")
    assert as_role(stack, "catalog", "SELECT 1") == "1"
