"""Messages of the worker API on their way in and out, in the shapes of ``stackroom_jobs.protocol``."""

from typing import Any, TypeVar

import msgspec
from flask import Response, request

from importer.ledger.claim import ClaimedChunk
from importer.registry.registry import options_for
from importer.services import services
from importer.worker_api.problems import MISSING_PARAMETER, STALE_TOKEN, WRONG_MESSAGE
from stackroom_jobs import protocol
from stackroom_kit.api import Parameter
from stackroom_kit.problems import Problem

M = TypeVar("M")
_encoder = msgspec.json.Encoder()


def message(kind: type[M]) -> M:
    """The body as a message of this kind; Problem 400 that names the field."""
    return decoded(request.get_data(cache=False), kind)


def decoded(body: bytes, kind: type[M]) -> M:
    """Problem 400 that names the field."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong_message(error) from None


def converted(fields: dict[str, Any], kind: type[M]) -> M:
    """The same for what came as a query."""
    try:
        return msgspec.convert(fields, kind)
    except msgspec.MsgspecError as error:
        raise _wrong_message(error) from None


def _wrong_message(error: Exception) -> Problem:
    detail = str(error)
    return WRONG_MESSAGE.at("", detail)


def query_parameter(name: str, description: str, is_required: bool = False) -> Parameter:
    """What ``query`` takes."""
    return Parameter(name, {"type": "string", "minLength": 1}, description, "query", (MISSING_PARAMETER,), is_required)


def query(name: str) -> str:
    value = request.args.get(name, "")
    if not value:
        raise MISSING_PARAMETER(f"The query parameter {name} is missing.")
    return value


def not_yours() -> Problem:
    return STALE_TOKEN("The token holds no chunk: its lease was taken over, or its batch cancelled.")


def claim_answer(chunk: ClaimedChunk | None, lease_seconds: int) -> Response:
    """200 with the chunk, or 204: nothing is due. The records go out as the text that they are stored as."""
    if chunk is None:
        return Response(status=204)
    answer = protocol.ClaimedChunk(
        token=chunk.token,
        batch_id=chunk.batch_id,
        first_row=chunk.first_row,
        operation=chunk.operation,
        options=msgspec.Raw(options_for(services().registry, chunk.operation, chunk.options)),
        request_id=chunk.request_id,
        attempt=chunk.attempts,
        lease_seconds=lease_seconds,
        records=msgspec.Raw(chunk.records.encode()),
    )
    return Response(_encoder.encode(answer), 200, content_type="application/json")
