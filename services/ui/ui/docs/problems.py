"""What the gateway itself may answer to a call, put together from what its parts raise."""

from stackroom_kit.described_problems import Codes, together
from stackroom_kit.guard import HOST_PROBLEMS, SITE_PROBLEMS, WRITING
from stackroom_kit.problems import UNEXPECTED
from ui.proxy.body import BODY_PROBLEMS
from ui.proxy.request_target import TARGET_PROBLEMS
from ui.proxy.upstream import UPSTREAM_PROBLEMS
from ui.server.connection import CONNECTION_PROBLEMS
from ui.server.refusals import REFUSAL_PROBLEMS

NO_ROUTE = {404: ("not_found",)}  # an id that does not look like one
ANY = together(UNEXPECTED, HOST_PROBLEMS, TARGET_PROBLEMS, UPSTREAM_PROBLEMS, REFUSAL_PROBLEMS)
WRITE = together(ANY, SITE_PROBLEMS, BODY_PROBLEMS, CONNECTION_PROBLEMS)


def problems_of(method: str, path: str) -> Codes:
    """``path`` may have typed parts, and what does not look like one has no route."""
    own = WRITE if method in WRITING else ANY
    return together(own, NO_ROUTE) if "{" in path else own
