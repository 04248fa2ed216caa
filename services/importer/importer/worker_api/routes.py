"""token, claim, renew, report, fail, release, lost."""

from flask import Response, request

from importer.ledger.claim import Claimant, claim
from importer.ledger.lease import fail, lose, release, release_lost_device, renew
from importer.ledger.report import Report, report
from importer.ledger.report_lines import WrongReportError
from importer.services import services
from importer.worker_api.contract import refuse_other_contracts
from importer.worker_api.messages import (
    claim_answer,
    converted,
    message,
    not_yours,
    query,
    query_parameter,
)
from importer.worker_api.problems import CONTRACT_DIFFERS, MESSAGE, QUEUE_NOT_ALLOWED, STALE_TOKEN, WRONG_REPORT
from importer.worker_api.token import admit
from stackroom_jobs.protocol import (
    CONTRACT_HEADER,
    ClaimedChunk,
    ClaimRequest,
    FailRequest,
    LostRequest,
    ReleaseRequest,
    RenewAnswer,
    RenewRequest,
)
from stackroom_kit.api import JSON, Answer, Api, Parameter, json_answer, json_of

api = Api("worker_api", __name__, "/internal", tag="chunks")
DONE = {204: Answer("Noted.")}
NEXT_CHUNK = {200: json_of(ClaimedChunk, "The chunk."), 204: Answer("Nothing is due.")}
CONTRACT = Parameter(CONTRACT_HEADER, {"type": "string"}, "What the worker speaks; 1 without it.", "header")
REPORT_PARAMETERS = (
    query_parameter("token", "That of the chunk.", is_required=True),
    query_parameter("next_token", "Claims the next chunk; then all others are needed."),
    query_parameter("worker", "Of the next claim, as are the others."),
    query_parameter("queue", "The queue that it reads."),
    query_parameter("delivery", "The Celery task id."),
    query_parameter("operations", "With commas between them."),
    query_parameter("incarnation", "New with each start of the worker."),
)


@api.call("GET", "/token", right="worker", answers={204: Answer("It is.")})
def token_is_known() -> Response:
    """Whether the token is known, for people who try one."""
    return Response(status=204)


@api.call(
    "POST",
    "/claim",
    right="worker",
    parameters=(CONTRACT,),
    body={JSON: ClaimRequest},
    answers=NEXT_CHUNK,
    problems=(*MESSAGE, QUEUE_NOT_ALLOWED, CONTRACT_DIFFERS),
)
def claim_chunk() -> Response:
    """Take the fairest due chunk of a queue under a lease.

    The worker names the token, so a repeat after a lost answer gets the same chunk.
    """
    refuse_other_contracts()
    asked = message(ClaimRequest)
    lease = services().settings.lease_seconds
    return claim_answer(claim(services().engine, _claimant(asked), lease), lease)


@api.call(
    "POST",
    "/renew",
    right="worker",
    body={JSON: RenewRequest},
    answers={200: json_of(RenewAnswer, "Whether to stop.")},
    problems=MESSAGE,
)
def renew_lease() -> Response:
    """Hold a chunk for longer, and tell how far its record is.

    ``stop`` tells the worker that this lease is over; it belongs to the token, not to the worker.
    """
    asked = message(RenewRequest)
    lease = services().settings.lease_seconds
    return json_answer(RenewAnswer(not renew(services().engine, asked.token, asked.current, asked.total, lease)))


def _claimant(asked: ClaimRequest) -> Claimant:
    admit(asked.worker, [asked.queue])
    operations = tuple(services().registry.with_loads(asked.operations))
    return Claimant(asked.worker, asked.queue, operations, asked.delivery, asked.token, incarnation=asked.incarnation)


def _next_claimant() -> Claimant | None:
    """A report's query holds the next claim, as a body of its own would."""
    if not request.args.get("next_token"):
        return None
    fields = {name: query(name) for name in ("worker", "queue", "delivery", "incarnation")}
    more = {"token": query("next_token"), "operations": query("operations").split(",")}
    return _claimant(converted({**fields, **more}, ClaimRequest))


@api.call(
    "POST",
    "/report",
    right="worker",
    parameters=REPORT_PARAMETERS,
    body={"application/x-ndjson": {"type": "string", "description": "One line for each record of the chunk."}},
    answers=NEXT_CHUNK,
    problems=(*MESSAGE, QUEUE_NOT_ALLOWED, WRONG_REPORT, STALE_TOKEN),
)
def report_outcomes() -> Response:
    """What became of every row of a chunk; the answer is the next chunk where the query names a token for it."""
    lease = services().settings.lease_seconds
    done = Report(query("token"), request.get_data(cache=False))
    try:
        outcome = report(services().engine, services().registry, done, _next_claimant(), lease)
    except WrongReportError as error:
        raise WRONG_REPORT(str(error)) from None
    if not outcome.accepted:
        raise not_yours()
    return claim_answer(outcome.next_chunk, lease)


@api.call("POST", "/fail", right="worker", body={JSON: FailRequest}, answers=DONE, problems=(*MESSAGE, STALE_TOKEN))
def fail_chunk() -> Response:
    """The operation failed as a whole: the chunk is due again later, or split."""
    asked = message(FailRequest)
    if not fail(services().engine, asked.token, asked.code, asked.detail):
        raise not_yours()
    return Response(status=204)


@api.call(
    "POST", "/release", right="worker", body={JSON: ReleaseRequest}, answers=DONE, problems=(*MESSAGE, STALE_TOKEN)
)
def release_chunk() -> Response:
    """Give a chunk back: the worker is to end, or lost its device."""
    asked = message(ReleaseRequest)
    engine = services().engine
    if asked.lost_device:
        was_held = release_lost_device(engine, asked.token, asked.lost_device)
    else:
        was_held = release(engine, asked.token)
    if not was_held:
        raise not_yours()
    return Response(status=204)


@api.call("POST", "/lost", right="worker", body={JSON: LostRequest}, answers=DONE, problems=MESSAGE)
def lose_chunk() -> Response:
    """A process of the worker died over a chunk."""
    asked = message(LostRequest)
    lose(services().engine, asked.worker, asked.delivery, asked.reason)
    return Response(status=204)
