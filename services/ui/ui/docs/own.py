"""The calls that the gateway answers itself."""

from typing import Any

from stackroom_kit.described_problems import together
from stackroom_kit.openapi_by_hand import JSON, Answer, Call, Described, Parameter, reference
from stackroom_kit.web import EVERY_CALL
from ui.docs.documents import ANY, served_at
from ui.events import EVENTS_PROBLEMS
from ui.events.stream import BATCH_PROBLEMS

STATUS = {"enum": ["ok", "down"]}
ALIVE = {"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]}
READY = {
    "type": "object",
    "properties": {"status": STATUS, "parts": {"type": "object", "additionalProperties": reference("Part")}},
    "required": ["status", "parts"],
}
PART = {
    "type": "object",
    "properties": {
        "status": STATUS,
        "reason": {"type": "string", "description": "Why the service itself is away."},
        "parts": {"type": "object", "description": "What it needs, as it says itself."},
    },
    "required": ["status"],
}
BATCH_ID = Parameter("batch_id", {"type": "string", "maxLength": 64, "minLength": 1}, "The id of the batch.", "path")
STREAM = "text/event-stream"
EVENTS = (
    "Events `batch` (the batch, whenever it changed), `problem` (code and status while it cannot be read), and `end`,"
    " behind which nothing comes."
)
CALLS = (
    Call("GET", "/api/importer/batches/{batch_id}/events", "watch_batch", "A batch as server-sent events.", "batches",
         {200: Answer(EVENTS, {STREAM: {"type": "string"}})}, (EVENTS_PROBLEMS, BATCH_PROBLEMS), (BATCH_ID,)),
    Call("GET", "/api/health", "health", "Whether the gateway answers.", "state",
         {200: Answer("It does.", {JSON: ALIVE})}),
    Call("GET", "/api/health/ready", "health_ready", "How the gateway and all that is behind it are.", "state",
         {200: Answer("All is well.", {JSON: READY}), 503: Answer("Something is not.", {JSON: READY})}),
)  # fmt: skip
DESCRIBED = Described("Stackroom gateway", "What the gateway answers itself.", CALLS, together(EVERY_CALL, ANY), ())


def own_document() -> dict[str, Any]:
    return {**DESCRIBED.document({"Part": PART}), "servers": served_at()}
