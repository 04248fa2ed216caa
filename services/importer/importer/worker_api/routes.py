"""claim, renew, report, fail, release, lost, heartbeat."""

from typing import Any

from flask import Blueprint, Response, request

from importer.ledger.claim import Claimant, claim
from importer.ledger.failure import fail, lose
from importer.ledger.release import release
from importer.ledger.renew import renew
from importer.ledger.report import Report, WrongLineCountError, report
from importer.services import services
from importer.worker_api.messages import claim_answer, message, query
from importer.workers.registry import note_heartbeat
from stackroom_jobs.protocol import (
    CONTRACT_VERSION,
    ClaimRequest,
    FailRequest,
    Heartbeat,
    LostRequest,
    ReleaseRequest,
    RenewRequest,
)
from stackroom_kit.problems import Problem, bad_request, conflict

blueprint = Blueprint("worker_api", __name__, url_prefix="/internal")


def _not_yours() -> Problem:
    return conflict("The token holds no chunk: its lease was taken over, or its batch cancelled.", code="stale_token")


@blueprint.post("/claim")
def claim_chunk() -> Response:
    asked = message(ClaimRequest)
    claimant = Claimant(asked.worker, asked.queue, tuple(asked.operations), asked.delivery, asked.token)
    lease = services().settings.lease_seconds
    return claim_answer(claim(services().engine, claimant, lease), lease)


@blueprint.post("/renew")
def renew_lease() -> dict[str, Any]:
    """``stop`` tells the worker that this lease is over; it belongs to the token, not to the worker."""
    asked = message(RenewRequest)
    lease = services().settings.lease_seconds
    return {"stop": not renew(services().engine, asked.token, asked.current, asked.total, lease)}


def _next_claimant() -> Claimant | None:
    token = request.args.get("next_token")
    if not token:
        return None
    return Claimant(query("worker"), query("queue"), tuple(query("operations").split(",")), query("delivery"), token)


@blueprint.post("/report")
def report_outcomes() -> Response:
    """The body is NDJSON; the answer is the next chunk where the query names a token for it."""
    lease = services().settings.lease_seconds
    done = Report(query("token"), request.get_data(cache=False))
    try:
        outcome = report(services().engine, done, _next_claimant(), lease)
    except UnicodeDecodeError:
        raise bad_request("The report is not UTF-8.", code="not_utf8") from None
    except WrongLineCountError as error:
        raise bad_request(str(error), code="wrong_line_count") from None
    if not outcome.accepted:
        raise _not_yours()
    return claim_answer(outcome.next_chunk, lease)


@blueprint.post("/fail")
def fail_chunk() -> Response:
    asked = message(FailRequest)
    if not fail(services().engine, asked.token, asked.code, asked.detail):
        raise _not_yours()
    return Response(status=204)


@blueprint.post("/release")
def release_chunk() -> Response:
    asked = message(ReleaseRequest)
    if not release(services().engine, asked.token, asked.not_before_seconds):
        raise _not_yours()
    return Response(status=204)


@blueprint.post("/lost")
def lose_chunk() -> Response:
    asked = message(LostRequest)
    lose(services().engine, asked.worker, asked.delivery, asked.reason)
    return Response(status=204)


@blueprint.post("/heartbeat")
def heartbeat() -> dict[str, Any]:
    seen = message(Heartbeat)
    if seen.contract != CONTRACT_VERSION:
        detail = f"The worker speaks contract {seen.contract}, this importer {CONTRACT_VERSION}: update the older one."
        raise conflict(detail, code="contract_differs")
    note_heartbeat(services().engine, seen)
    return {}
