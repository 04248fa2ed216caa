"""Cases of the queues that an operation names."""

from celery import Celery
from kombu import Connection

from stackroom_jobs.celery_app import configuration, make_celery
from stackroom_jobs.conformance.subject import Subject
from stackroom_jobs.queues import bell_name, celery_name, check_is_free, check_queue, queue_of_routing_key
from stackroom_jobs.settings import BrokerSettings
from stackroom_kit.settings import read_settings

OTHER_DEFAULT = "importer"  # as CELERY_DEFAULT_QUEUE may say


def queue_is_a_word(subject: Subject) -> None:
    for queue in subject.operation.queues:
        try:
            check_queue(queue)
        except ValueError as error:
            subject.fail(str(error))


def queue_is_not_the_default_queues_name(subject: Subject) -> None:
    for queue in subject.operation.queues:
        try:
            check_is_free(queue, read_settings(BrokerSettings).celery_default_queue)
        except ValueError as error:
            subject.fail(str(error))


def queue_comes_back_from_its_messages(subject: Subject) -> None:
    for queue in subject.operation.queues:
        for name in (celery_name(queue, OTHER_DEFAULT), bell_name(queue, OTHER_DEFAULT)):
            found = queue_of_routing_key(name, OTHER_DEFAULT)
            subject.need(found == queue, f"a message on {name} counts as one of {found}")


def worker_can_read_it(subject: Subject) -> None:
    queues = _celery().amqp.queues
    for queue in subject.operation.queues:
        queues.select([queue])
        subject.need(queue in queues.consume_from, f"a worker cannot read {queue}")


def doorbell_lies_on_a_list_of_its_own(subject: Subject) -> None:
    """Other tasks on the queue must never starve the ledger."""
    for queue in subject.operation.queues:
        bell = bell_name(queue, "default")
        subject.need(bell not in {*subject.operation.queues, "default"}, f"the bell of {queue} is itself a queue")


def message_arrives_on_its_queue(subject: Subject) -> None:
    """By a broker in this process."""
    for queue in subject.operation.queues:
        celery = _celery()
        celery.send_task(subject.operation.task_name, queue=queue, ignore_result=True)
        with Connection("memory://") as connection:
            message = connection.SimpleQueue(queue).get(block=False)
            message.ack()
            found = message.headers["task"]
        subject.need(found == subject.operation.task_name, f"{queue} holds {found}")


def _celery() -> Celery:
    celery = make_celery("conformance", BrokerSettings())
    told = configuration(BrokerSettings())
    celery.conf.update(told, broker_url="memory://", broker_transport_options={}, result_backend=None)
    return celery
