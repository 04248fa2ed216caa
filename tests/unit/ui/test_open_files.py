import resource

import pytest

from ui.server.open_files import connections_for


@pytest.mark.parametrize(
    ("files", "wanted", "connections"),
    [
        (resource.RLIM_INFINITY, 2048, 2048),
        (1_048_576, 2048, 2048),
        (1024, 2048, 256),
        (1024, 100, 100),
        (64, 2048, 1),
    ],
)
def test_connections_are_as_many_as_wanted_and_as_files_may_be_open(files: int, wanted: int, connections: int) -> None:
    assert connections_for(files, wanted) == connections
