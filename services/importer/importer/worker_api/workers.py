"""register, heartbeat, goodbye: which workers there are, and what each of them may serve."""

from collections.abc import Iterable
from typing import TypeVar

from flask import Response, request

from importer.ledger.registration import NOT_FOR_QUEUES, Described
from importer.ledger.workers import NameTakenError, forget_worker, note_heartbeat, refuse_worker
from importer.services import Services, services
from importer.worker_api.contract import CONTRACTS, contract_differs
from importer.worker_api.messages import decoded, message
from importer.worker_api.problems import CONTRACT_DIFFERS, MESSAGE, NAME_TAKEN, QUEUE_NOT_ALLOWED
from importer.worker_api.token import admit, bearer, refuse_revoked
from stackroom_jobs.description import Description
from stackroom_jobs.operations import is_built_in
from stackroom_jobs.protocol import Goodbye, Heartbeat, Introduction, Registered, Registration
from stackroom_jobs.queues import check_is_free
from stackroom_kit.api import JSON, Answer, Api, json_answer, json_of

Beat = TypeVar("Beat", bound=Heartbeat)
api = Api("workers", __name__, "/internal")
PROBLEMS = (*MESSAGE, QUEUE_NOT_ALLOWED, CONTRACT_DIFFERS, NAME_TAKEN)


@api.call(
    "POST",
    "/register",
    right="worker",
    body={JSON: Registration},
    answers={200: json_of(Registered, "What it may not serve, and why.")},
    problems=PROBLEMS,
)
def register_worker() -> Response:
    """A heartbeat with the descriptions of operations that the importer does not have itself.

    The first of a worker, and again now and then: what it may serve depends on who else is there.
    """
    seen = _heard(Registration)
    return json_answer(Registered(_note(seen, _described(services(), seen.described))))


@api.call(
    "POST",
    "/heartbeat",
    right="worker",
    body={JSON: Heartbeat},
    answers={200: json_of({"type": "object"}, "It was heard.")},
    problems=PROBLEMS,
)
def heartbeat() -> Response:
    """The worker is alive, and says what it serves."""
    _note(_heard(Heartbeat))
    return json_answer({})


@api.call("POST", "/goodbye", right="worker", body={JSON: Goodbye}, answers={204: Answer("Noted.")}, problems=MESSAGE)
def goodbye() -> Response:
    """The worker ends as it was told."""
    forget_worker(services().engine, message(Goodbye), bearer().token_id)
    return Response(status=204)


def _heard(kind: type[Beat]) -> Beat:
    """Of another contract only the introduction is read: the rest may mean something else there."""
    body = request.get_data(cache=False)
    introduction = decoded(body, Introduction)
    if introduction.contract in CONTRACTS:
        beat = decoded(body, kind)
        admit(beat.worker, beat.queues, beat.contract)
        return beat
    admit(introduction.worker, (), introduction.contract)
    problem = contract_differs(introduction.contract)
    try:
        refuse_worker(services().engine, introduction, problem.detail, bearer().token_id)
    except NameTakenError as error:
        raise NAME_TAKEN(str(error)) from None
    raise problem


def _note(seen: Heartbeat, described: Described | None = None) -> dict[str, str]:
    here = services()
    served = here.registry.without_description(seen.operations)
    refuse_revoked(here.engine)
    try:
        return note_heartbeat(here.engine, seen, bearer().token_id, served, described)
    except NameTakenError as error:
        raise NAME_TAKEN(str(error)) from None


def _described(here: Services, descriptions: Iterable[Description]) -> Described:
    """Without those that are the importer's own. What nobody may bring is refused."""
    others = [one for one in descriptions if not is_built_in(one)]
    found = {one.name: _fault(here, one) for one in others}
    faults = {name: fault for name, fault in found.items() if fault}
    return Described([one for one in others if one.name not in faults], faults, bearer().beyond)


def _fault(here: Services, description: Description) -> str:
    """Empty where there is none."""
    if here.registry.without_description([description.name]):
        return (
            f"the name {description.name} is the importer's own: give yours another one, or update the older of both."
        )
    try:
        for queue in description.queues:
            check_is_free(queue, here.settings.celery_default_queue)
    except ValueError as error:
        return f"{error}: choose another queue, or another CELERY_DEFAULT_QUEUE."
    beyond = bearer().beyond(description.queues)
    return f"{NOT_FOR_QUEUES} {', '.join(beyond)}, which it runs on." if beyond else ""
