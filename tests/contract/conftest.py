"""The worker API on a port."""

from collections.abc import Iterator

import pytest

from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_kit.settings import Secret
from tests.support.servers.served import served
from tests.support.workers.calls import OTHER_TOKEN, TOKEN, Importer


@pytest.fixture
def importer(migrated: str) -> Iterator[Importer]:
    tokens = Secret(f"{TOKEN.reveal()},{OTHER_TOKEN.reveal()}")
    with served(create_worker_api(Settings(sqlalchemy_database_uri=migrated, worker_token=tokens))) as url:
        yield Importer(migrated, url)
