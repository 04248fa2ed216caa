"""Names that stay: the lowest free slot of the host, free again as soon as its process is gone."""

import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from stackroom_jobs.worker import registration


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for variable in (registration.NAME_VARIABLE, registration.INCARNATION_VARIABLE):
        monkeypatch.setenv(variable, "")
    held = len(registration._held)
    yield
    for locks in registration._held[held:]:
        os.close(locks.descriptor)
    del registration._held[held:]


def _hold(answer: Connection) -> None:
    answer.send(registration.free_slot("worker"))
    answer.recv()  # until this process is ended


class Holder:
    """Another process that holds a slot."""

    def __init__(self) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(target=_hold, args=(theirs,), daemon=True)
        self._process.start()
        self.slot = int(self._pipe.recv())

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


def test_slot_is_the_lowest_that_nobody_alive_holds() -> None:
    first, second = Holder(), Holder()
    assert (first.slot, second.slot) == (0, 1)
    first.kill()
    third = Holder()
    assert third.slot == 0
    third.kill()
    second.kill()


def test_name_stays_and_the_incarnation_is_new_with_each_start() -> None:
    first = registration.name_this_worker("worker-cpu", "chosen")
    second = registration.name_this_worker("worker-cpu", "chosen")
    assert first.name == second.name == "chosen"
    assert first.incarnation != second.incarnation
    assert registration.inherited_name() == second


def test_name_without_a_setting_is_made_of_host_and_slot() -> None:
    made = registration.name_this_worker("worker-cpu", "").name
    assert made.startswith("worker-cpu@")
    assert made.endswith("-0")
    assert str(os.getpid()) not in made.removeprefix("worker-cpu@")
