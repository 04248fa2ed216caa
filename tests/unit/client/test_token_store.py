"""Tokens of login: one per server, for their owner's eyes alone, and never printed."""

import os
from pathlib import Path

import pytest

from stackroom_client.address import parse_address
from stackroom_client.credentials import Credential, credential_for
from stackroom_client.errors import UsageError
from stackroom_client.token_store import TokenStore, store_path

A, B = "http://a.example", "http://b.example"


def quiet(said: str) -> None:
    """Nothing is to be said."""
    pytest.fail(said)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, said: list[str]) -> TokenStore:
    return TokenStore(tmp_path / "new" / "tokens.json", said.append)


def test_each_server_has_its_token(store: TokenStore) -> None:
    assert store.get(A) is None
    store.keep(A, "one")
    store.keep(B, "two")
    assert (store.get(A), store.get(B)) == ("one", "two")
    assert store.forget(A)
    assert not store.forget(A)
    assert (store.get(A), store.get(B)) == (None, "two")


def test_nobody_else_may_read_the_file_whatever_the_umask(store: TokenStore) -> None:
    old = os.umask(0)
    try:
        store.keep(A, "one")
    finally:
        os.umask(old)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in store.path.parent.iterdir()] == ["tokens.json"]


@pytest.mark.parametrize("use", ["get", "keep", "forget"])
def test_file_that_others_could_read_is_made_ones_own_and_that_is_said_once(
    store: TokenStore, said: list[str], use: str
) -> None:
    store.keep(A, "one")
    store.path.chmod(0o644)
    if use == "keep":
        store.keep(B, "two")
    else:
        assert getattr(store, use)(A)
    assert store.path.stat().st_mode & 0o777 == 0o600
    store.get(A)
    (line,) = said
    assert f"others could read {store.path} (mode 644)" in line
    assert "make new tokens" in line
    assert "one" not in line.split()


@pytest.mark.parametrize("is_there", [True, False])
def test_link_is_refused_and_what_it_leads_to_stays(store: TokenStore, tmp_path: Path, is_there: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    if is_there:
        elsewhere.write_text("{}")
        elsewhere.chmod(0o644)
    store.path.parent.mkdir()
    store.path.symlink_to(elsewhere)
    for use in (store.get, lambda server: store.keep(server, "one"), store.forget):
        with pytest.raises(UsageError, match=r"tokens\.json is a link: remove it and sign in again"):
            use(A)
    assert elsewhere.exists() is is_there
    assert not is_there or (elsewhere.read_text(), elsewhere.stat().st_mode & 0o777) == ("{}", 0o644)


def test_file_of_another_user_is_refused(store: TokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep(A, "one")
    store.path.chmod(0o644)
    own = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: own + 1)
    with pytest.raises(UsageError, match="belongs to another user"):
        store.get(A)
    assert store.path.stat().st_mode & 0o777 == 0o644


def test_pipe_is_refused_and_nobody_waits_for_it(store: TokenStore) -> None:
    store.path.parent.mkdir()
    os.mkfifo(store.path, 0o600)
    with pytest.raises(UsageError, match="is no file"):
        store.get(A)


def test_what_is_in_the_way_is_named(store: TokenStore) -> None:
    store.path.mkdir(parents=True)
    with pytest.raises(UsageError, match=r"tokens.json cannot be read: Is a directory"):
        store.get(A)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a":1}', b"\xff\xfe"])
def test_damaged_file_is_named(store: TokenStore, content: bytes) -> None:
    store.keep(A, "one")
    store.path.write_bytes(content)
    with pytest.raises(UsageError, match="is damaged"):
        store.get(A)


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"XDG_CONFIG_HOME": "/cfg"}, Path("/cfg/stackroom/tokens.json")),
        ({"XDG_CONFIG_HOME": "relative"}, Path("~/.config/stackroom/tokens.json").expanduser()),
        ({}, Path("~/.config/stackroom/tokens.json").expanduser()),
    ],
)
def test_file_lies_where_settings_of_users_do(environ: dict[str, str], path: Path) -> None:
    assert store_path(environ) == path


def test_environment_wins_over_a_named_file_and_that_over_login(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    named = tmp_path / "named"
    named.write_text("of-file\n")
    TokenStore(store_path(environ), quiet).keep(A, "of-login")

    def found(token_file: str | None, **more: str) -> str:
        return credential_for(parse_address(A), token_file, quiet, {**environ, **more})[0].token

    assert found(str(named), STACKROOM_TOKEN="of-environment") == "of-environment"
    assert found(str(named)) == "of-file"
    assert found(None) == "of-login"
    assert credential_for(parse_address(B), None, quiet, environ)[0] == Credential()


@pytest.mark.parametrize(
    ("url", "origin", "is_sent"),
    [
        (A, "", True),
        (A, "STACKROOM_URL", True),
        (A, "STACKROOM_URL in .env", False),
        (A, "UI_PORT in .env", False),
        (A, "PORT_BASE", False),
        ("http://localhost:5000", "STACKROOM_URL in .env", True),
        ("http://127.0.0.1:7100", "PORT_BASE in .env", True),
    ],
)
@pytest.mark.parametrize("way", ["environment", "file"])
def test_given_token_goes_to_no_server_that_only_a_file_of_the_folder_names(
    tmp_path: Path, way: str, url: str, origin: str, is_sent: bool
) -> None:
    named = tmp_path / "named"
    named.write_text("one")
    environ = {"XDG_CONFIG_HOME": str(tmp_path), **({"STACKROOM_TOKEN": "one"} if way == "environment" else {})}
    file = str(named) if way == "file" else None
    if is_sent:
        assert credential_for(parse_address(url, origin), file, quiet, environ)[0].token == "one"
        return
    with pytest.raises(UsageError, match=rf"would go to {url} \({origin}\): name that server yourself"):
        credential_for(parse_address(url, origin), file, quiet, environ)


@pytest.mark.parametrize("token", ["two words", "x" * 2000, "line\nbreak", "кириллица", "a\x00b"])
def test_what_is_no_token_is_refused_and_not_shown(tmp_path: Path, token: str) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "STACKROOM_TOKEN": token}
    with pytest.raises(UsageError, match="STACKROOM_TOKEN holds no token") as caught:
        credential_for(parse_address(A), None, quiet, environ)
    assert token not in str(caught.value)


def test_named_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--token-file .* cannot be read: No such file"):
        credential_for(parse_address(A), str(tmp_path / "none"), quiet, {"XDG_CONFIG_HOME": str(tmp_path)})


def test_token_does_not_stand_in_a_traceback() -> None:
    assert "secret" not in repr(Credential("secret", "x"))
