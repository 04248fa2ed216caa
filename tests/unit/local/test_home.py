"""A folder that this user cannot keep anything in is named at once."""

import os
from pathlib import Path

import pytest

from deploy.local.home import Home, HomeError


def test_home_may_be_made_where_it_is_not(tmp_path: Path) -> None:
    Home(tmp_path / "new" / "home").require_access()


def test_home_names_the_folder_that_its_user_may_not_write_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path)
    with pytest.raises(HomeError, match=rf"may not write in {tmp_path}; run this as its owner, or choose another"):
        Home(tmp_path / "home").require_access()


def test_home_of_another_user_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(HomeError, match="it belongs to another user than user 54321"):
        Home(tmp_path).require_access()
