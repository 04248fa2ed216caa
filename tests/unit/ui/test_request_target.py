import pytest

from stackroom_kit.problems import Problem
from ui.proxy.request_target import request_target


def test_request_target_gives_raw_path_and_query() -> None:
    environ = {"RAW_URI": "/api/groups/%41?q=%D0%B0&x=a+b?c"}
    assert request_target(environ) == ("/api/groups/%41", "q=%D0%B0&x=a+b?c")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://evil/api/groups/", "bad_request_target"),
        ("//evil/api/groups/", "bad_request_target"),
        ("*", "bad_request_target"),
        ("@evil/x", "bad_request_target"),
        ("/x#y", "bad_request_target"),
        ("/x?q=%00", "bad_query"),
        ("/x?q=%ff", "bad_query"),
        ("/x?q=%zz", "bad_query"),
        ("/x?q=%", "bad_query"),
        ("/x?q=a\x7f", "bad_query"),
        ("/x?q=\xe9", "bad_query"),
    ],
)
def test_request_target_is_refused_when_it_is_no_clean_path(target: str, code: str) -> None:
    with pytest.raises(Problem) as raised:
        request_target({"RAW_URI": target})
    assert (raised.value.status, raised.value.code) == (400, code)
