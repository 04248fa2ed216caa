"""The containers looked at from outside: what they may, what they reach, and where no secret may be."""

import pytest

from deploy.compose_secrets import FOLDER
from tests.support.stacks.compose import Compose, docker
from tests.support.stacks.confined import assert_confined, assert_unknown_to, connect
from tests.support.stacks.secrets import secret_values, stands_in_image

OURS = [
    "catalog",
    "importer",
    "importer-worker-api",
    "importer-dispatcher",
    "importer-media",
    "ui",
    "worker-cpu",
    "worker-gpu",
]
IMAGES = [
    "stackroom-catalog",
    "stackroom-identity",
    "stackroom-importer",
    "stackroom-ui",
    "stackroom-worker-cpu",
    "stackroom-worker-gpu",
]


@pytest.mark.parametrize("service", OURS)
def test_container_runs_as_nobody_on_a_read_only_root_without_capabilities(stack: Compose, service: str) -> None:
    assert_confined(stack, service)


def test_only_the_gateway_is_published_and_only_on_loopback(stack: Compose) -> None:
    published = {
        (service, binding["HostIp"])
        for service, container in stack.containers().items()
        for bindings in (container["NetworkSettings"]["Ports"] or {}).values()
        for binding in bindings or []
    }
    assert published == {("ui", "127.0.0.1")}


def test_nothing_of_identity_runs_where_nobody_is_asked(stack: Compose) -> None:
    assert not {"identity", "identity-migrate"} & stack.containers().keys()


@pytest.mark.parametrize(
    ("service", "host", "port"),
    [
        ("worker-cpu", "postgres", 5432),
        ("worker-gpu", "postgres", 5432),
        ("worker-cpu", "catalog", 5001),
        ("worker-cpu", "importer", 5002),
        ("ui", "postgres", 5432),
        ("ui", "redis", 6379),
        ("ui", "importer-worker-api", 5003),
        ("catalog", "redis", 6379),
    ],
)
def test_service_reaches_only_what_it_needs(stack: Compose, service: str, host: str, port: int) -> None:
    assert_unknown_to(stack, service, host, port)


def test_worker_reaches_what_it_needs(stack: Compose) -> None:
    connect(stack, "worker-cpu", "importer-worker-api", 5003)
    connect(stack, "worker-cpu", "redis", 6379)


FORBIDDEN = [
    ["FLUSHALL"],
    ["CONFIG", "GET", "*"],
    ["KEYS", "*"],
    ["EVAL", "return 1", "0"],
    ["GET", "stackroom:cpu"],
    ["SET", "stackroom:cpu", "x"],
    ["SETEX", "stackroom:cpu", "1", "x"],
    ["GET", "celery-task-meta-x"],
    ["DEL", "stackroom:celery-task-meta-x"],
    ["PUBLISH", "stackroom:other", "x"],
    ["SUBSCRIBE", "stackroom:other"],
]


@pytest.mark.parametrize("command", FORBIDDEN, ids=" ".join)
@pytest.mark.parametrize("user", ["worker", "importer"])
def test_redis_users_may_do_only_their_work(stack: Compose, user: str, command: list[str]) -> None:
    password = (FOLDER / f"redis_password_{user}").read_text()
    url = f"redis://{user}:{password}@127.0.0.1:6379/0"
    assert "NOPERM" in stack.inside("redis", "redis-cli", "--no-auth-warning", "-u", url, *command)


def test_redis_answers_nobody_without_a_password(stack: Compose) -> None:
    assert "NOAUTH" in stack.inside("redis", "redis-cli", "LLEN", "stackroom:cpu")


def test_secrets_stand_in_no_inspect_and_no_log(stack: Compose) -> None:
    shown = docker("inspect", *stack("ps", "-aq").split()) + stack("logs", "--no-color")
    assert not [secret for secret in secret_values() if secret in shown]


@pytest.mark.parametrize("image", IMAGES)
def test_secrets_stand_in_no_image_layer(stack: Compose, image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not stands_in_image(image, secret_values())
    size = int(docker("image", "inspect", "--format", "{{.Size}}", image)) / 1e6
    base = int(docker("image", "inspect", "--format", "{{.Size}}", "python:3.11-slim-bookworm")) / 1e6
    with capsys.disabled():
        print(f"\n{image}: {size:.0f} MB, of which {base:.0f} MB are Python's image")
