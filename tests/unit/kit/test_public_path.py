"""Paths as clients write them, and to which of them a browser is sent back."""

import pytest

from stackroom_kit.public_path import own_path


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("/types", "/types"), ("/imports?state=done&after=x", "/imports?state=done&after=x"), ("", "/"),
        ("//evil.example", "/"), ("https://evil.example/", "/"), ("/\\evil.example", "/"), ("/%2F/evil.example", "/"),
        ("javascript:alert(1)", "/"), ("/a//b", "/"), ("/a\n/b", "/"), ("types", "/"),
        ("/a?x=//evil", "/a?x=//evil"), ("/sign-in?back=/types", "/sign-in?back=/types"),
    ],
)  # fmt: skip
def test_only_paths_of_this_site_are_led_back_to(given: str, taken: str) -> None:
    assert own_path(given) == taken
