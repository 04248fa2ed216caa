"""The worker API on a port."""

from collections.abc import Iterator

import pytest

from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from tests.support.served import served
from tests.support.worker_calls import TOKEN, Importer


@pytest.fixture
def importer(migrated: str) -> Iterator[Importer]:
    with served(create_worker_api(Settings(sqlalchemy_database_uri=migrated, worker_token=TOKEN))) as url:
        yield Importer(migrated, url)
