"""token, claim, renew, report, fail, release, lost, heartbeat, goodbye."""

from typing import Any

from flask import Blueprint, Response, request

from importer.ledger.claim import Claimant, claim
from importer.ledger.failure import fail, lose
from importer.ledger.release import release, release_lost_device
from importer.ledger.renew import renew
from importer.ledger.report import Report, report
from importer.ledger.report_lines import WrongReportError
from importer.ledger.workers import MAX_REASON, NameTakenError, forget_worker, note_heartbeat, refuse_worker
from importer.services import services
from importer.worker_api.messages import claim_answer, converted, decoded, message, not_yours, query
from importer.worker_api.token import token_id
from stackroom_jobs.protocol import (
    CONTRACT_HEADER,
    CONTRACT_VERSION,
    OLDEST_CONTRACT,
    ClaimRequest,
    FailRequest,
    Goodbye,
    Heartbeat,
    Introduction,
    LostRequest,
    ReleaseRequest,
    RenewRequest,
)
from stackroom_kit.problems import Problem, bad_request, conflict

MAX_CONTRACT = 20  # characters of a version that are said again
blueprint = Blueprint("worker_api", __name__, url_prefix="/internal")


CONTRACTS = range(OLDEST_CONTRACT, CONTRACT_VERSION + 1)


def _contract_differs(contract: object) -> Problem:
    detail = f"The worker speaks contract {contract}, this importer {CONTRACT_VERSION}: update the older one."
    return conflict(detail, code="contract_differs")


def _refuse_other_contracts() -> None:
    """A worker that has not been heard yet must not take work either. The first version did not send the header."""
    contract = request.headers.get(CONTRACT_HEADER, "1")
    if contract not in map(str, CONTRACTS):
        raise _contract_differs(contract[:MAX_CONTRACT])


@blueprint.get("/token")
def token_is_known() -> Response:
    """For people who try a token."""
    return Response(status=204)


@blueprint.post("/claim")
def claim_chunk() -> Response:
    _refuse_other_contracts()
    asked = message(ClaimRequest)
    lease = services().settings.lease_seconds
    return claim_answer(claim(services().engine, _claimant(asked), lease), lease)


@blueprint.post("/renew")
def renew_lease() -> dict[str, Any]:
    """``stop`` tells the worker that this lease is over; it belongs to the token, not to the worker."""
    asked = message(RenewRequest)
    lease = services().settings.lease_seconds
    return {"stop": not renew(services().engine, asked.token, asked.current, asked.total, lease)}


def _claimant(asked: ClaimRequest) -> Claimant:
    operations = tuple(asked.operations)
    incarnation = asked.incarnation or None
    return Claimant(asked.worker, asked.queue, operations, asked.delivery, asked.token, incarnation=incarnation)


def _next_claimant() -> Claimant | None:
    """A report's query holds the next claim, as a body of its own would."""
    if not request.args.get("next_token"):
        return None
    fields = {name: query(name) for name in ("worker", "queue", "delivery")}
    more = {"token": query("next_token"), "incarnation": request.args.get("incarnation", "")}
    return _claimant(converted({**fields, **more, "operations": query("operations").split(",")}, ClaimRequest))


@blueprint.post("/report")
def report_outcomes() -> Response:
    """The body is NDJSON; the answer is the next chunk where the query names a token for it."""
    lease = services().settings.lease_seconds
    done = Report(query("token"), request.get_data(cache=False))
    try:
        outcome = report(services().engine, done, _next_claimant(), lease)
    except WrongReportError as error:
        raise bad_request(str(error), code="wrong_report") from None
    if not outcome.accepted:
        raise not_yours()
    return claim_answer(outcome.next_chunk, lease)


@blueprint.post("/fail")
def fail_chunk() -> Response:
    asked = message(FailRequest)
    if not fail(services().engine, asked.token, asked.code, asked.detail):
        raise not_yours()
    return Response(status=204)


@blueprint.post("/release")
def release_chunk() -> Response:
    asked = message(ReleaseRequest)
    engine = services().engine
    if asked.lost_device:
        was_held = release_lost_device(engine, asked.token, asked.lost_device[:MAX_REASON])
    else:
        was_held = release(engine, asked.token, asked.not_before_seconds)
    if not was_held:
        raise not_yours()
    return Response(status=204)


@blueprint.post("/lost")
def lose_chunk() -> Response:
    asked = message(LostRequest)
    lose(services().engine, asked.worker, asked.delivery, asked.reason)
    return Response(status=204)


@blueprint.post("/goodbye")
def goodbye() -> Response:
    forget_worker(services().engine, message(Goodbye), token_id())
    return Response(status=204)


@blueprint.post("/heartbeat")
def heartbeat() -> dict[str, Any]:
    """Of another contract only the introduction is read: the rest may mean something else there."""
    body = request.get_data(cache=False)
    introduction = decoded(body, Introduction)
    engine = services().engine
    try:
        if introduction.contract not in CONTRACTS:
            problem = _contract_differs(introduction.contract)
            refuse_worker(engine, introduction, problem.detail, token_id())
            raise problem
        note_heartbeat(engine, decoded(body, Heartbeat), token_id())
    except NameTakenError as error:
        raise conflict(str(error), code="name_taken") from None
    return {}
