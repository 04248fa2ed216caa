"""What gunicorn refuses before the application sees it, as problems."""

from gunicorn.http import errors

from stackroom_kit.problems import BAD_REQUEST, INTERNAL_ERROR, METHOD_NOT_ALLOWED, Problem, ProblemKind
from ui.problems import TOO_MANY_CONNECTIONS
from ui.server.client_connection import HeadTooSlowError

METHODS = "DELETE, GET, HEAD, OPTIONS, POST, PUT"
OUR_FAULTS = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)
SPECIAL = {
    errors.LimitRequestLine: (ProblemKind(414, "uri_too_long"), "The request line is too long."),
    errors.LimitRequestHeaders: (ProblemKind(431, "headers_too_large"), "Too many headers, or one that is too long."),
    errors.UnsupportedTransferCoding: (
        ProblemKind(501, "unsupported_transfer_coding"),
        "This transfer coding is unknown.",
    ),
    errors.ExpectationFailed: (ProblemKind(417, "expectation_failed"), "Only Expect: 100-continue is understood."),
    HeadTooSlowError: (ProblemKind(408, "head_too_slow"), "The head of the request arrives too slowly."),
}


def refusal(error: BaseException) -> Problem:
    """400 for what is no HTTP request, a status that says more where there is one, 500 for our own faults."""
    if type(error) in SPECIAL:
        kind, detail = SPECIAL[type(error)]
        return kind(detail)
    if not isinstance(error, errors.ParseException) or isinstance(error, OUR_FAULTS):
        return INTERNAL_ERROR("The server met an unexpected error.")
    if isinstance(error, errors.InvalidRequestMethod) and error.method.isalpha():
        return METHOD_NOT_ALLOWED("Methods are upper-case words.", headers={"Allow": METHODS})
    return BAD_REQUEST(f"This is no valid HTTP request ({type(error).__name__}).")


def too_many_connections() -> Problem:
    return TOO_MANY_CONNECTIONS("Too many connections are open.")
