import pytest
from gunicorn.http import errors

from ui.server.refusals import refusal


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidRequestLine("x"), 400),
        (errors.InvalidHeader("HOST"), 400),
        (errors.ObsoleteFolding("x"), 400),
        (errors.InvalidRequestMethod("get"), 405),
        (errors.InvalidRequestMethod("\x16\x03"), 400),
        (errors.LimitRequestLine(5000, 4094), 414),
        (errors.LimitRequestHeaders("x"), 431),
        (errors.UnsupportedTransferCoding("x"), 501),
        (errors.ExpectationFailed("x"), 417),
        (errors.InvalidResponseHeader("x"), 500),
        (errors.ConfigurationProblem("x"), 500),
        (RuntimeError("x"), 500),
    ],
)
def test_refusal_names_the_status_of_what_the_server_refuses(error: Exception, status: int) -> None:
    assert refusal(error).status == status


def test_refusal_of_a_lower_case_method_names_the_methods() -> None:
    assert "GET" in refusal(errors.InvalidRequestMethod("get")).headers["Allow"]
