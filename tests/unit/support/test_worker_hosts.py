"""Hosts with workers: each has a token and a Redis user of its own, which go without touching the others'."""

import hashlib
from pathlib import Path

import pytest

from deploy import compose_secrets, worker_hosts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The secrets of a stack with a certificate, and no host yet."""
    folder = tmp_path / "deploy" / "secrets"
    folder.parent.mkdir()
    for module in (compose_secrets, worker_hosts):
        monkeypatch.setattr(module, "FOLDER", folder)
        monkeypatch.setattr(module, "HOSTS", folder / "hosts")
    compose_secrets.main()
    (folder / "tls_ca").write_text("a certificate\n")
    return folder


def users(folder: Path) -> dict[str, str]:
    """Redis user to the digest of its password."""
    lines = [line.split() for line in (folder / "redis_users.acl").read_text().splitlines()[1:]]
    return {words[1]: words[3].removeprefix("#") for words in lines}


def tokens(folder: Path) -> list[str]:
    return (folder / "worker_tokens").read_text().split(",")


def test_host_gets_what_it_needs_and_is_known(folder: Path) -> None:
    before = users(folder)
    assert worker_hosts.main(["add", "gpu1", "stack.example.org"]) == 0
    host = folder / "hosts" / "gpu1"
    assert sorted(path.name for path in host.iterdir()) == ["broker_url_remote", "tls_ca", "worker_token"]
    url = (host / "broker_url_remote").read_text()
    user, _, password = url.removeprefix("rediss://").partition("@")[0].partition(":")
    assert user == "worker-gpu1"
    assert url.endswith("@stack.example.org:6380/0?ssl_ca_certs=/run/secrets/tls_ca")
    assert users(folder) == {**before, "worker-gpu1": hashlib.sha256(password.encode()).hexdigest()}
    assert tokens(folder) == [(folder / "worker_token").read_text(), (host / "worker_token").read_text()]


def test_host_whose_token_is_made_on_a_page_has_none_here(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tokens(folder)
    assert worker_hosts.main(["add", "gpu1", "stack.example.org", "--made-token"]) == 0
    assert sorted(path.name for path in (folder / "hosts" / "gpu1").iterdir()) == ["broker_url_remote", "tls_ca"]
    assert "stackroom worker-tokens make gpu1" in capsys.readouterr().out
    assert "worker-gpu1" in users(folder)
    assert tokens(folder) == before
    assert worker_hosts.main(["remove", "gpu1"]) == 0


def test_host_may_do_in_redis_what_a_worker_may(folder: Path) -> None:
    worker_hosts.main(["add", "gpu1", "stack.example.org"])
    rights = [line.partition("~")[2] for line in (folder / "redis_users.acl").read_text().splitlines()[2:]]
    assert len(rights) == 2
    assert rights[0] == rights[1]


def test_host_is_taken_back_and_all_others_stay(folder: Path) -> None:
    worker_hosts.main(["add", "gpu1", "stack.example.org"])
    kept, kept_tokens = users(folder), tokens(folder)
    worker_hosts.main(["add", "gpu2", "stack.example.org"])
    inode = (folder / "redis_users.acl").stat().st_ino, (folder / "worker_tokens").stat().st_ino
    assert worker_hosts.main(["remove", "gpu2"]) == 0
    assert (users(folder), tokens(folder)) == (kept, kept_tokens)
    # A running container has these files themselves, and would go on with the old ones.
    assert ((folder / "redis_users.acl").stat().st_ino, (folder / "worker_tokens").stat().st_ino) == inode
    assert (folder / "redis_users.acl").stat().st_mode & 0o777 == 0o444


def test_name_that_comes_again_has_another_token(folder: Path) -> None:
    worker_hosts.main(["add", "gpu1", "stack.example.org"])
    first = tokens(folder)
    worker_hosts.main(["remove", "gpu1"])
    worker_hosts.main(["add", "gpu1", "stack.example.org"])
    assert set(first) & set(tokens(folder)) == {first[0]}


def test_secrets_made_again_keep_the_hosts(folder: Path) -> None:
    worker_hosts.main(["add", "gpu1", "stack.example.org"])
    before = users(folder), tokens(folder)
    compose_secrets.main()
    assert (users(folder), tokens(folder)) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "gpu1", "stack.example.org"], "gpu1 is there already"),
        (["remove", "gpu9"], "no host is called gpu9; there are: gpu1"),
    ],
)
def test_wrong_call_changes_nothing(folder: Path, words: list[str], said: str) -> None:
    worker_hosts.main(["add", "gpu1", "stack.example.org"])
    before = users(folder), tokens(folder)
    with pytest.raises(SystemExit, match=said):
        worker_hosts.main(words)
    assert (users(folder), tokens(folder)) == before


@pytest.mark.parametrize("name", ["", "../x", "GPU", "a b", "a:b", "a@b", "x" * 41, "-x"])
def test_name_that_could_mean_something_else_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(SystemExit):
        worker_hosts.main(["add", f"{name}", "stack.example.org"])
    assert not (folder / "hosts").exists()


def test_host_needs_the_stacks_secrets_and_certificate_first(folder: Path) -> None:
    (folder / "tls_ca").unlink()
    with pytest.raises(SystemExit, match="first `make secrets` and `make tls HOST=stack"):
        worker_hosts.main(["add", "gpu1", "stack.example.org"])
