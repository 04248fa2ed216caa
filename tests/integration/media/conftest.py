"""Gateway, importer and the process for media files."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.gateway.media import Media, running_media


@pytest.fixture(scope="module")
def uri(make_migrated: Callable[[], str]) -> str:
    return make_migrated()


@pytest.fixture(scope="module")
def broker(make_redis: Callable[[], str]) -> str:
    return make_redis()


@pytest.fixture(scope="module")
def media(uri: str, broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Media]:
    folder = tmp_path_factory.mktemp("media-gateway")
    with running_media(folder, uri, broker, folder / "media") as running:
        yield running
