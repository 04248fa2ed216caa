import resource

import pytest

from ui.process import Limiter, connections_for


def test_limiter_refuses_one_too_many_until_one_is_released() -> None:
    limiter = Limiter(1)
    assert [limiter.acquire(), limiter.is_exhausted, limiter.acquire()] == [True, True, False]
    limiter.release()
    assert limiter.acquire()


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
