"""A queue is a word, and nothing lists them."""

import pytest

from stackroom_jobs.celery_app import make_celery
from stackroom_jobs.operation import describe
from stackroom_jobs.queues import bell_name, celery_name, check_is_free, check_queue, queue_of_routing_key
from stackroom_jobs.records import Record
from stackroom_jobs.settings import BrokerSettings
from stackroom_jobs.worker import create_worker
from stackroom_kit.settings import SettingsError, read_settings


@pytest.mark.parametrize("word", ["io", "cpu", "a", "b2-fast", "x" * 31])
def test_word_is_a_queue(word: str) -> None:
    assert check_queue(word) == word


@pytest.mark.parametrize("word", ["", "IO", "2fast", "-io", "io.bell", "i o", "и", "x" * 32, "io\n", "io_2", "unacked"])
def test_what_is_no_word_is_refused_and_named(word: str) -> None:
    with pytest.raises(ValueError, match="is no name of a queue") as caught:
        check_queue(word)
    assert repr(word) in str(caught.value)


@pytest.mark.parametrize(
    ("queue", "default_queue", "name"), [("io", "importer", "io"), ("default", "importer", "importer")]
)
def test_only_the_default_queue_has_another_name_in_redis(queue: str, default_queue: str, name: str) -> None:
    assert celery_name(queue, default_queue) == name
    assert bell_name(queue, default_queue) == f"{name}.bell"
    assert queue_of_routing_key(f"{name}.bell", default_queue) == queue_of_routing_key(name, default_queue) == queue


@pytest.mark.parametrize("name", ["cpu", "gpu", "unacked", "unacked_index", "x.bell", "a b"])
def test_default_queue_cannot_have_a_name_that_is_another_list_in_redis(name: str) -> None:
    with pytest.raises(SettingsError, match=r"CELERY_DEFAULT_QUEUE=.* is not allowed"):
        read_settings(BrokerSettings, {"CELERY_DEFAULT_QUEUE": name})


def test_queue_cannot_have_the_name_of_the_default_queue() -> None:
    check_is_free("default", "default")
    check_is_free("io", "importer")
    with pytest.raises(ValueError, match="CELERY_DEFAULT_QUEUE"):
        check_is_free("importer", "importer")


def test_celery_takes_every_word_and_nothing_else() -> None:
    queues = make_celery("test", BrokerSettings()).amqp.queues
    queues.select(["io", "default"])
    assert set(queues.consume_from) == {"io", "default"}
    with pytest.raises(ValueError, match="no name of a queue"):
        queues.select(["io!"])


@pytest.mark.parametrize(
    ("said", "reads"), [(None, ("importer", "io")), (["io"], ("io",)), (["default", "cpu"], ("cpu", "importer"))]
)
def test_worker_reads_the_queues_of_its_operations_unless_others_are_said(
    said: list[str] | None, reads: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELERY_DEFAULT_QUEUE", "importer")
    operations = [describe(name, Record, Record, queue=queue) for name, queue in (("a", "io"), ("b", "default"))]
    app = create_worker("queue-words", operations=operations, queues=said)
    assert set(app.reads) == set(reads)  # type: ignore[attr-defined]


def test_operations_of_a_worker_are_no_tasks_of_other_apps() -> None:
    app = create_worker("queue-words", operations=[describe("count", Record, Record)])
    assert "stackroom.count" in app.tasks
    assert "stackroom.count" not in make_celery("other", BrokerSettings()).tasks
