"""Containers of today on the volume of an older version, whose tables belong to the superuser."""

import gzip
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.importer.old_ledger.restore import DUMP, JUST_NOW
from tests.support.stacks.compose import Compose

OWNERS = """SELECT DISTINCT relowner::regrole FROM pg_class
WHERE relnamespace = ANY ('{tbc,catalog,importer}'::regnamespace[])"""


@pytest.fixture
def upgraded(stack: Compose) -> Iterator[Compose]:
    """``stack`` has made the secrets."""
    compose = Compose(project=f"{stack.project}-upgrade")
    compose.down()  # what an interrupted run left
    try:
        compose("up", "-d", "--wait", "postgres")
        script = gzip.decompress(DUMP.read_bytes()).decode() + JUST_NOW
        psql = ["docker", "exec", "-i", f"{compose.project}-postgres-1", "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        command = [*psql, "-U", "stackroom", "stackroom"]
        subprocess.run(command, input=script, text=True, check=True, capture_output=True, timeout=60)
        compose.up()
        yield compose
    finally:
        compose.down()


def test_stack_takes_over_the_volume_of_an_older_version(upgraded: Compose) -> None:
    batches = {batch["source"]: batch["id"] for batch in upgraded.call("GET", "/api/importer/batches").json()["items"]}
    assert upgraded.wait_finished(batches["mixed"])["outcomes"]["ok"] == 36
    assert upgraded.wait_finished(batches["load"])["changes"]["created"] == 40
    psql = ("psql", "-X", "-A", "-t", "-U", "stackroom", "-d", "stackroom", "-c", OWNERS)
    assert upgraded.inside("postgres", *psql) == "stackroom_migrations"
