"""The problems that the gateway itself may answer: raised by these names, and listed by the documents."""

from stackroom_kit.problems import ProblemKind

BAD_QUERY = ProblemKind(400, "bad_query")
BAD_REQUEST_TARGET = ProblemKind(400, "bad_request_target")
BAD_CONTENT_LENGTH = ProblemKind(400, "bad_content_length")
BODY_TOO_SLOW = ProblemKind(408, "body_too_slow")
BATCH_EXPIRED = ProblemKind(410, "batch_expired")
BAD_UPSTREAM_ANSWER = ProblemKind(502, "bad_upstream_answer")
UPSTREAM_UNREACHABLE = ProblemKind(502, "upstream_unreachable")
UPSTREAM_BUSY = ProblemKind(503, "upstream_busy", retry_after=5)
UPSTREAM_TIMEOUT = ProblemKind(504, "upstream_timeout")
IDENTITY_UNAVAILABLE = ProblemKind(503, "identity_unavailable", retry_after=2)
TOO_MANY_BODIES = ProblemKind(503, "too_many_bodies", retry_after=5)
TOO_MANY_CONNECTIONS = ProblemKind(503, "too_many_connections", retry_after=5)
TOO_MANY_STREAMS = ProblemKind(503, "too_many_streams", retry_after=5)
