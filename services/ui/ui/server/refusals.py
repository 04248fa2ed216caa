"""What gunicorn refuses before the application sees it, as problems."""

from gunicorn.http import errors

from stackroom_kit.problems import Problem, unavailable
from ui.server.client_connection import HeadTooSlowError

METHODS = "DELETE, GET, HEAD, OPTIONS, POST, PUT"
OUR_FAULTS = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)
SPECIAL = {
    errors.LimitRequestLine: (414, "uri_too_long", "The request line is too long."),
    errors.LimitRequestHeaders: (431, "headers_too_large", "Too many headers, or one that is too long."),
    errors.UnsupportedTransferCoding: (
        501,
        "unsupported_transfer_coding",
        "This transfer coding is unknown.",
    ),
    errors.ExpectationFailed: (417, "expectation_failed", "Only Expect: 100-continue is understood."),
    HeadTooSlowError: (408, "head_too_slow", "The head of the request arrives too slowly."),
}
REFUSAL_PROBLEMS = {
    400: ("bad_request",),
    503: ("too_many_connections",),
    **{status: (code,) for status, code, _ in SPECIAL.values()},
}


def refusal(error: BaseException) -> Problem:
    """400 for what is no HTTP request, a status that says more where there is one, 500 for our own faults."""
    if type(error) in SPECIAL:
        return Problem(*SPECIAL[type(error)])
    if not isinstance(error, errors.ParseException) or isinstance(error, OUR_FAULTS):
        return Problem(500, "internal_error", "The server met an unexpected error.")
    if isinstance(error, errors.InvalidRequestMethod) and error.method.isalpha():
        return Problem(405, "method_not_allowed", "Methods are upper-case words.", headers={"Allow": METHODS})
    return Problem(400, "bad_request", f"This is no valid HTTP request ({type(error).__name__}).")


def too_many_connections() -> Problem:
    return unavailable("Too many connections are open.", code="too_many_connections")
