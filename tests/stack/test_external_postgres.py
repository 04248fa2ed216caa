"""The stack on a PostgreSQL that was there before, whose administrator ran grants.sql and gave roles of few rights."""

import subprocess
from collections.abc import Iterator, Mapping

import pytest

from deploy.compose_secrets import FOLDER
from deploy.local.ports import free_port
from tests.support.servers.processes import ROOT
from tests.support.stacks.compose import Compose, docker
from tests.support.waiting import wait_until

SERVER = "stackroom-test-external-postgres"
FILES = ("compose.yaml", "deploy/compose.external-postgres.yaml")
SEVERAL = {"catalog": "books", "identity": "people", "importer": "batches", "migrations": "tables"}
TABLES = """
CREATE SCHEMA tbc;
CREATE TABLE tbc.books_files_groups (id integer PRIMARY KEY, name varchar(50), comment varchar(200));
CREATE TABLE tbc.books_files_types (id integer PRIMARY KEY, file_name varchar(30), comments varchar(500),
    group_id integer NOT NULL REFERENCES tbc.books_files_groups);
INSERT INTO tbc.books_files_groups VALUES (7, 'old', 'was here before');
"""


def psql(*words: str, script: str = "") -> None:
    command = ["docker", "exec", "-i", SERVER, "psql", "-U", "postgres", "-v", "ON_ERROR_STOP=1", *words]
    subprocess.run(command, input=script, text=True, check=True, capture_output=True, timeout=30)


def make_roles(roles: Mapping[str, str]) -> None:
    """``roles``: the variables of grants.sql, each with the name of a role."""
    for variable, role in roles.items():
        secret = "postgres_password" if variable == "role" else f"postgres_password_{variable}"
        psql(script=f"CREATE ROLE {role} LOGIN PASSWORD '{(FOLDER / secret).read_text()}'")
    named = [word for variable, role in roles.items() for word in ("-v", f"{variable}={role}")]
    psql(*named, script=(ROOT / "deploy/postgres/grants.sql").read_text())


@pytest.fixture(scope="module", params=["one", "several"])
def external(request: pytest.FixtureRequest, stack: Compose) -> Iterator[Compose]:
    """With one role that does all, as before there were several, or with several."""
    address, port = stack.host_address(), free_port()
    published = ["-p", f"{address}:{port}:5432", "-e", "POSTGRES_PASSWORD=of-the-administrator"]
    subprocess.run(["docker", "rm", "-f", SERVER], capture_output=True, timeout=60, check=False)
    docker("run", "-d", "--name", SERVER, *published, "postgres:17-trixie")
    where = {"POSTGRES_HOST": address, "POSTGRES_PORT": str(port), "POSTGRES_DB": "postgres"}
    roles = {"role": "stackroom"} if request.param == "one" else SEVERAL
    named = {} if request.param == "one" else {f"{variable.upper()}_ROLE": role for variable, role in SEVERAL.items()}
    compose = Compose(FILES, "stackroom-test-external", {**where, **named})
    compose.down()  # what an interrupted run left
    try:
        wait_until(lambda: "accepting" in docker("exec", SERVER, "sh", "-c", "pg_isready -h 127.0.0.1 || true"), 60)
        psql(script=TABLES)
        make_roles(roles)
        compose.up()
        yield compose
    finally:
        compose.down()
        docker("rm", "-f", "-v", SERVER)


def test_stack_adopts_the_tables_of_an_external_postgresql(external: Compose) -> None:
    assert not {"postgres", "postgres-roles"} & external.containers().keys()
    assert external.call("GET", "/api/groups/7").json()["comment"] == "was here before"
    batch_id = external.post_rows(5000, "external")
    assert external.wait_finished(batch_id)["outcomes"]["ok"] == 5000
    assert external.call("POST", "/api/groups/", json={"id": 8}).status_code == 201


def test_users_live_in_an_external_postgresql_too(external: Compose) -> None:
    external("run", "--rm", "-T", "identity-migrate")
    adding = ("stackroom-admin", "add-user", "ann", "--role", "admin")
    external("run", "--rm", "-T", "identity", *adding, typed="correct horse battery\n")
    listed = external("run", "--rm", "-T", "identity", "stackroom-admin", "users")
    assert listed == "ann\tadmin\tmay sign in\n"
